//! ODS: an archive as it is, or its `content.xml`.
#![no_main]

use evenreach_fuzz::{archive, read};

const TYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK") {
        return read("a.ods", bytes);
    }
    read("a.ods", &archive(&["mimetype", "content.xml"], &[TYPE, bytes]));
});
