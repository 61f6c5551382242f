//! GeoParquet: whole files. A panic of the Parquet reader itself is caught by ours, and so here.
#![no_main]

libfuzzer_sys::fuzz_target!(init: evenreach::read::quieten_fenced_panics(), |bytes: &[u8]| {
    evenreach_fuzz::read("a.parquet", bytes);
});
