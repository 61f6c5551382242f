//! XLS: a compound file as it is, or the stream `Workbook` that is put into one.
#![no_main]

use std::io::{Cursor, Write};

use cfb::CompoundFile;
use evenreach_fuzz::read;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return read("a.xls", bytes);
    }
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).expect("the file lies in memory");
    let mut stream = file.create_stream("/Workbook").expect("the file lies in memory");
    stream.write_all(bytes).expect("the file lies in memory");
    drop(stream);
    read("a.xls", file.into_inner().get_ref());
});
