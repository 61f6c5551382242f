//! OpenStreetMap extracts; blobs need not be packed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| evenreach_fuzz::read("a.osm.pbf", bytes));
