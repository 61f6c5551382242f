//! The bytes of input files: found inside the study's folder, bounded, and known by their digest.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::problem::{At, Problems, say};

/// The largest file that is read: positions in it are kept in 32 bits.
pub const LARGEST_FILE: u64 = u32::MAX as u64;

/// The largest study file or pack that is parsed: TOML that nests without end takes quadratic time.
pub const LARGEST_DOCUMENT: usize = 1 << 20;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Input {
    /// The path as the study names it, with `/`.
    pub name: String,
    /// Its bytes, a byte order mark cut off.
    pub bytes: Vec<u8>,
    /// SHA-256 of all its bytes, in hexadecimal.
    pub sha256: String,
}

impl Input {
    /// Its bytes as the text of a study file or a pack.
    pub fn document(&self, problems: &mut Problems) -> Option<&str> {
        if self.bytes.len() <= LARGEST_DOCUMENT {
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

    /// Its bytes as text.
    pub fn text(&self, problems: &mut Problems) -> Option<&str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let line = self.bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
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

/// Reads a file that a study names, from inside the study's folder only.
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

/// Reads a file of at most [`LARGEST_FILE`] bytes.
pub fn read(path: &Path, name: &str, problems: &mut Problems) -> Option<Input> {
    match bytes(path) {
        Ok(mut bytes) => {
            let sha256 = digest(&bytes);
            if bytes.starts_with(b"\xEF\xBB\xBF") {
                bytes.drain(..3);
            }
            Some(Input { name: name.replace('\\', "/"), bytes, sha256 })
        }
        Err(what) => {
            problems.error(
                "unreadable",
                name,
                At::File,
                say(format!("cannot read the file: {what}"), format!("无法读取文件：{what}")),
                say("check the path and the permissions", "请检查路径与权限"),
            );
            None
        }
    }
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    if LARGEST_FILE <= metadata.len() {
        return Err("it is larger than 4 GiB".to_owned());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    let file = File::open(path).map_err(|error| error.to_string())?;
    // The file may grow while it is read: the bound holds all the same.
    file.take(LARGEST_FILE).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
