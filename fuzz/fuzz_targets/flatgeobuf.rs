//! FlatGeobuf: header, index and features.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| evenreach_fuzz::read("a.fgb", bytes));
