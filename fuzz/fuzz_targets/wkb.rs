//! Well-known binary, and the header that a GeoPackage puts before it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| evenreach::read::geometry_of_bytes(bytes));
