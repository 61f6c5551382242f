//! Input files: found inside the study's folder, bounded, and known by their digest.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::problem::{At, Problems, say};
use crate::model::Text;

/// The largest file that is read as a whole: positions in it are kept in 32 bits.
pub const LARGEST_FILE: u64 = u32::MAX as u64;

/// The largest study file or pack that is parsed: TOML that nests without end takes quadratic time.
pub const LARGEST_DOCUMENT: usize = 1 << 20;

/// How many bytes from the start tell the format.
const START: u64 = 4096;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file that can be read: as a whole, or from the start and at any place.
#[derive(Clone, Debug)]
pub struct Input {
    /// The path as the study names it, with `/`.
    pub name: String,
    start: Vec<u8>,
    n_bytes: u64,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Memory(Vec<u8>),
    Disk { path: PathBuf, changed: Option<SystemTime> },
}

/// What a reader needs of an open file.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

impl Input {
    /// A file that is in memory already.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        let start = bytes[..bytes.len().min(START as usize)].to_vec();
        Self { name: name.to_owned(), start, n_bytes: bytes.len() as u64, content: Content::Memory(bytes) }
    }

    /// Its first bytes, at most 4096.
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// How many bytes it has.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Where it is on the disk, if it is there.
    pub fn path(&self) -> Option<&Path> {
        match &self.content {
            Content::Memory(_) => None,
            Content::Disk { path, .. } => Some(path),
        }
    }

    /// All its bytes, a UTF-8 byte order mark cut off; refused from [`LARGEST_FILE`].
    pub fn bytes(&self, problems: &mut Problems) -> Option<Vec<u8>> {
        if LARGEST_FILE <= self.n_bytes {
            problems.error(
                "too-large",
                &self.name,
                At::File,
                say("the file is larger than 4 GiB", "文件超过 4 GiB"),
                say(
                    "split it, or convert it to GeoPackage or GeoParquet",
                    "请拆分文件，或转换为 GeoPackage、GeoParquet",
                ),
            );
            return None;
        }
        let in_pieces = self.path().filter(|_| PIECE < self.n_bytes).and_then(|path| pieces(path, self.n_bytes).ok());
        let mut bytes = match in_pieces {
            Some(bytes) => bytes,
            None => {
                let mut bytes = Vec::with_capacity(usize::try_from(self.n_bytes).unwrap_or(0));
                // The file may grow while it is read: the bound holds all the same.
                if let Err(error) = self.unbuffered().and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut bytes)) {
                    self.unreadable(&error, problems);
                    return None;
                }
                bytes
            }
        };
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        Some(bytes)
    }

    /// The file, open at its start, for a reader that jumps from place to place: nothing is read ahead.
    pub fn open_to_jump(&self, problems: &mut Problems) -> Option<Box<dyn ReadSeek + '_>> {
        self.unbuffered().map_err(|error| self.unreadable(&error, problems)).ok()
    }

    /// The file, open at its start.
    pub fn open(&self, problems: &mut Problems) -> Option<Box<dyn ReadSeek + '_>> {
        self.stream().map_err(|error| self.unreadable(&error, problems)).ok()
    }

    fn unbuffered(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(match &self.content {
            Content::Memory(bytes) => Box::new(Cursor::new(bytes.as_slice())),
            Content::Disk { path, .. } => Box::new(File::open(path)?),
        })
    }

    /// The file, open at its start, or what the disk says.
    pub(super) fn stream(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(match &self.content {
            Content::Memory(bytes) => Box::new(Cursor::new(bytes.as_slice())),
            Content::Disk { path, .. } => Box::new(BufReader::with_capacity(1 << 18, File::open(path)?)),
        })
    }

    /// Says that the file could not be read.
    pub fn unreadable(&self, error: &io::Error, problems: &mut Problems) {
        unreadable(&self.name, &in_words(error), problems);
    }

    /// The file beside it that has the same name but for its extension, in whatever case it is written, such as the
    /// `dbf` of a shapefile; `None` where there is none.
    pub fn beside(&self, extension: &str) -> Option<Self> {
        let path = self.path()?;
        let stem = path.file_stem()?;
        let fits = |other: &PathBuf| {
            other.file_stem() == Some(stem)
                && other.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
        };
        let found = fs::read_dir(path.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path())).find(fits)?;
        let ending = self.path()?.extension()?.len();
        let name = format!("{}{}", &self.name[..self.name.len() - ending], found.extension()?.to_str()?);
        on_disk(&found, &name).ok()
    }

    /// SHA-256 of all its bytes, in hexadecimal.
    ///
    /// # Errors
    /// What the disk says, or that the file changed since it was found.
    pub fn sha256(&self) -> io::Result<String> {
        let mut digest = Sha256::new();
        match &self.content {
            Content::Memory(bytes) => digest.update(bytes),
            Content::Disk { path, changed } => {
                let mut file = File::open(path)?;
                let mut piece = vec![0; 1 << 18];
                loop {
                    match file.read(&mut piece)? {
                        0 => break,
                        n => digest.update(&piece[..n]),
                    }
                }
                if fs::metadata(path)?.modified().ok() != *changed {
                    return Err(io::Error::other("it changed while it was read"));
                }
            }
        }
        Ok(hexadecimal(&digest.finalize()))
    }

    /// Its bytes as the text of a study file or a pack.
    pub fn document(&self, problems: &mut Problems) -> Option<String> {
        if self.n_bytes <= LARGEST_DOCUMENT as u64 {
            return self.text(problems);
        }
        problems.error(
            "too-large",
            &self.name,
            At::File,
            say("the file is larger than 1 MiB: it is no study file or pack", "文件超过 1 MiB，不是研究文件或规则包"),
            say("check which file is named; tables belong in files of their own", "请检查文件名；数据表应为单独的文件"),
        );
        None
    }

    /// Its bytes as UTF-8 text.
    pub fn text(&self, problems: &mut Problems) -> Option<String> {
        match String::from_utf8(self.bytes(problems)?) {
            Ok(text) => Some(text),
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
                problems.error(
                    "not-utf8",
                    &self.name,
                    At::Line(line, 1),
                    say("the text is not UTF-8", "文本不是 UTF-8 编码"),
                    say(
                        "save it as UTF-8 (in Excel: \"CSV UTF-8\"); it may be GB18030 or GBK now",
                        "请另存为 UTF-8（Excel 中选“CSV UTF-8”）；目前可能是 GB18030 或 GBK",
                    ),
                );
                None
            }
        }
    }
}

/// A file that a study names, from inside the study's folder only.
pub fn read_inside(folder: &Path, name: &str, problems: &mut Problems) -> Option<Input> {
    let relative = Path::new(name);
    let stays = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let outside = || {
        (
            say("the path leads outside the study's folder", "路径指向研究文件夹之外"),
            say(
                "copy the file into the study's folder and name it from there",
                "请把文件复制到研究文件夹内，并写相对路径",
            ),
        )
    };
    let escapes = |path: &PathBuf| match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => !path.starts_with(folder),
        // Not there: reading says so.
        _ => false,
    };
    let path = folder.join(relative);
    if !stays || name.is_empty() || escapes(&path) {
        let (what, help) = outside();
        problems.error("outside", name, At::File, what, help);
        return None;
    }
    read(&path, name, problems)
}

/// A file at a path.
pub fn read(path: &Path, name: &str, problems: &mut Problems) -> Option<Input> {
    on_disk(path, name).map_err(|what| unreadable(name, &what, problems)).ok()
}

/// A file that a command names: where it cannot be read its folder is said, too, in which it may not be.
pub fn read_given(path: &Path, problems: &mut Problems) -> Option<Input> {
    let given = path.display().to_string();
    let name = path.file_name().map_or_else(|| given.clone(), |name| name.to_string_lossy().into_owned());
    on_disk(path, &name).map_err(|what| unreadable(&given, &what, problems)).ok()
}

fn in_words(error: &io::Error) -> Text {
    match error.kind() {
        io::ErrorKind::NotFound => say(error.to_string(), "文件不存在"),
        io::ErrorKind::PermissionDenied => say(error.to_string(), "没有读取权限"),
        _ => say(error.to_string(), error.to_string()),
    }
}

fn unreadable(name: &str, what: &Text, problems: &mut Problems) {
    let Text { en, zh } = what;
    problems.error(
        "unreadable",
        name,
        At::File,
        say(format!("cannot read the file: {en}"), format!("无法读取文件：{zh}")),
        say("check the path and the permissions", "请检查路径与权限"),
    );
}

fn on_disk(path: &Path, name: &str) -> Result<Input, Text> {
    let metadata = fs::metadata(path).map_err(|error| in_words(&error))?;
    if !metadata.is_file() {
        return Err(say("it is not a file", "不是文件"));
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| in_words(&error))?;
    file.take(START).read_to_end(&mut start).map_err(|error| in_words(&error))?;
    let content = Content::Disk { path: path.to_owned(), changed: metadata.modified().ok() };
    Ok(Input { name: name.replace('\\', "/"), start, n_bytes: metadata.len(), content })
}

/// Files from this size on are read in pieces of it, some at once.
const PIECE: u64 = 1 << 23;

/// The first `n_bytes` of a file. A file that has become shorter is an error.
fn pieces(path: &Path, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(n_bytes).map_err(io::Error::other)?];
    bytes.par_chunks_mut(PIECE as usize).enumerate().try_for_each(|(place, piece)| {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(place as u64 * PIECE))?;
        file.read_exact(piece)
    })?;
    Ok(bytes)
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_read_in_pieces_and_one_that_has_shrunk_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.csv");
        let bytes: Vec<u8> = (0..2 * PIECE + 12_345).map(|n| (n % 251) as u8).collect();
        fs::write(&path, &bytes).unwrap();
        assert!(pieces(&path, bytes.len() as u64).unwrap() == bytes);
        assert!(pieces(&path, PIECE).unwrap() == bytes[..PIECE as usize]);
        assert!(pieces(&path, bytes.len() as u64 + 1).is_err());
        let mut problems = Problems::default();
        assert!(read(&path, "long.csv", &mut problems).unwrap().bytes(&mut problems).unwrap() == bytes);
    }
}
