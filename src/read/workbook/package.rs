//! The zip archive of an XLSX or ODS: its parts by name, never more bytes than are allowed in all.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::Broken;
use crate::read::input::ReadSeek;

/// How many bytes the parts of a workbook may unpack to in all; sizes that the archive states are not believed.
const MOST_BYTES: u64 = 1 << 30;

/// The type of an ODS, as its part `mimetype` says it.
pub(super) const ODS_TYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

const TOO_LARGE: &str = "the parts unpack to more than is allowed";

/// Whether an error is that of a package which unpacks to too much.
pub(super) fn is_too_large(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge
}

/// A zip archive.
pub(super) struct Package<'a> {
    zip: ZipArchive<Box<dyn ReadSeek + 'a>>,
    bytes_left: Cell<u64>,
}

/// A part that counts what it gives.
pub(super) struct Part<'p, R> {
    part: R,
    bytes_left: &'p Cell<u64>,
}

impl<R: Read> Read for Part<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.part.read(buffer)?;
        let left = self.bytes_left.get().checked_sub(n as u64);
        self.bytes_left.set(left.ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, TOO_LARGE))?);
        Ok(n)
    }
}

impl<'a> Package<'a> {
    pub(super) fn open(file: Box<dyn ReadSeek + 'a>) -> Result<Self, Broken> {
        let zip = ZipArchive::new(file).map_err(broken)?;
        Ok(Self { zip, bytes_left: Cell::new(MOST_BYTES) })
    }

    /// The name of a part as the archive has it: whatever its case, with `/` or `\`, as some writers differ in it.
    fn name(&self, wanted: &str) -> Option<String> {
        let plain = |name: &str| name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase();
        let wanted = plain(wanted);
        self.zip.file_names().filter_map(Result::ok).find(|name| plain(name) == wanted).map(|name| name.into_owned())
    }

    /// Whether there is a part.
    pub(super) fn has(&self, part: &str) -> bool {
        self.name(part).is_some()
    }

    /// Whether its type is that of an ODS.
    pub(super) fn is_ods(&mut self) -> Result<bool, Broken> {
        Ok(self.text("mimetype")?.is_some_and(|text| text.as_bytes().starts_with(ODS_TYPE)))
    }

    /// A small part as text.
    pub(super) fn text(&mut self, part: &str) -> Result<Option<String>, Broken> {
        let Some(name) = self.name(part) else { return Ok(None) };
        let part = self.zip.by_name(&name).map_err(broken)?;
        let mut bytes = Vec::new();
        Part { part, bytes_left: &self.bytes_left }.take(1 << 20).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A part as XML in which every element has an end.
    pub(super) fn xml(&mut self, part: &str) -> Result<Option<Reader<impl io::BufRead + '_>>, Broken> {
        let Some(name) = self.name(part) else { return Ok(None) };
        let part = self.zip.by_name(&name).map_err(broken)?;
        let mut xml = Reader::from_reader(BufReader::new(Part { part, bytes_left: &self.bytes_left }));
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Ok(Some(xml))
    }
}

fn broken(error: ZipError) -> Broken {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Broken::Locked,
        ZipError::Io(error) => error.into(),
        error => Broken::Damaged(error.to_string()),
    }
}

impl From<quick_xml::Error> for Broken {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) if is_too_large(&error) => Self::TooLarge,
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// The attributes of an element that are asked for by their names without prefix.
pub(super) fn attributes<const N: usize>(
    element: &BytesStart<'_>,
    names: [&str; N],
) -> Result<[Option<String>; N], Broken> {
    let mut found = [const { None }; N];
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Broken::Damaged(error.to_string()))?;
        let name = attribute.key.local_name();
        if let Some(index) = names.iter().position(|wanted| *wanted == name.as_ref()) {
            let value = attribute.normalized_value(quick_xml::XmlVersion::default());
            found[index] = Some(value.map_err(|error| Broken::Damaged(error.to_string()))?.into_owned());
        }
    }
    Ok(found)
}

/// Appends the text that an event brings, if any.
pub(super) fn append(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(name) => {
            let letter = match name.xml10_content().as_ref() {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => name.resolve_char_ref().ok().flatten(),
            };
            text.extend(letter);
        }
        _ => {}
    }
}
