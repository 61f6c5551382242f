//! XLSX: an archive as it is, or the parts that are put into one.
#![no_main]

use evenreach_fuzz::{archive, parts, read};

const PARTS: [&str; 6] = [
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK") {
        return read("a.xlsx", bytes);
    }
    read("a.xlsx", &archive(&PARTS, &parts(bytes)));
});
