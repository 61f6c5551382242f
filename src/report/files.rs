//! Outputs into a folder: whole or not at all.
//!
//! Each file is written under a temporary name beside its place and renamed when all are written: whenever the run is
//! killed, each name holds the old file or the new one.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::NamedTempFile;

use crate::model::{Lang, Text};
use crate::write::Refused;

/// Why a file could not be written.
#[derive(Debug)]
pub struct WriteProblem {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl WriteProblem {
    /// What is wrong, and with which file.
    pub fn text(&self) -> Text {
        let path = self.path.display();
        let (en, zh) = match self.source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("the disk is full", "磁盘空间不足"),
            ErrorKind::PermissionDenied => ("there is no permission to write there", "没有写入权限"),
            ErrorKind::ReadOnlyFilesystem => ("the disk is read-only", "磁盘为只读"),
            ErrorKind::IsADirectory => ("a folder of that name is in the way", "同名文件夹已存在"),
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                ("a file stands where a folder is needed", "该位置应为文件夹，却是文件")
            }
            _ => {
                if let Some(Text { en, zh }) = Refused::of(&self.source) {
                    return Text {
                        en: format!("cannot write `{path}`: {en}"), zh: format!("无法写入“{path}”：{zh}")
                    };
                }
                let why = &self.source;
                return Text {
                    en: format!("cannot write `{path}`: {why}"), zh: format!("无法写入“{path}”：{why}")
                };
            }
        };
        Text { en: format!("cannot write `{path}`: {en}"), zh: format!("无法写入“{path}”：{zh}") }
    }
}

impl std::fmt::Display for WriteProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text().get(Lang::En))
    }
}

impl std::error::Error for WriteProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// What a file will hold.
pub trait Content: Sync {
    /// The name of the file.
    fn name(&self) -> &str;

    /// Writes it, piece by piece.
    ///
    /// # Errors
    /// What the file says.
    fn write(&self, to: &mut dyn Write) -> io::Result<()>;

    /// Writes it into a file of its own that is empty: for formats that go back in the file, or need its path.
    ///
    /// # Errors
    /// What the file says.
    fn write_at(&self, file: &mut File, _path: &Path) -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 16, file);
        self.write(&mut file)?;
        file.flush()
    }

    /// All of it, in memory.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).expect("memory can be written to");
        bytes
    }
}

impl Content for (String, Vec<u8>) {
    fn name(&self) -> &str {
        &self.0
    }

    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(&self.1)
    }
}

/// Writes files into `folder`, which is made if it is not there.
///
/// # Errors
/// The first file that cannot be written. Until all are on the disk under temporary names, none is replaced.
pub fn write<C: Content>(folder: &Path, files: &[C]) -> Result<(), WriteProblem> {
    let problem = |path: &Path| {
        let path = path.to_owned();
        move |source| WriteProblem { path, source }
    };
    fs::create_dir_all(folder).map_err(problem(folder))?;
    let stage = |file: &C| {
        let target = folder.join(file.name());
        // A rename onto a folder fails, when others are renamed already: ask before.
        if target.is_dir() {
            return Err(problem(&target)(ErrorKind::IsADirectory.into()));
        }
        let temporary = write_beside(folder, file).map_err(problem(&target))?;
        Ok((temporary, target))
    };
    let staged: Vec<Result<(NamedTempFile, PathBuf), WriteProblem>> = files.par_iter().map(stage).collect();
    let staged: Vec<(NamedTempFile, PathBuf)> = staged.into_iter().collect::<Result<_, _>>()?;
    for (temporary, target) in staged {
        temporary.persist(&target).map_err(|error| problem(&target)(error.error))?;
    }
    // The names are on the disk only when the folder is; where a system cannot do that, the files still are whole.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn write_beside(folder: &Path, content: &impl Content) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".evenreach-").suffix(".tmp");
    // Temporary files are private by default; these are results, shared as the user's umask says.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    let path = file.path().to_owned();
    content.write_at(file.as_file_mut(), &path)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(texts: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        texts.iter().map(|&(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_set_replaces_the_one_before_and_leaves_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("out/区");
        write(&folder, &set(&[("a", "1"), ("b", "1")])).unwrap();
        write(&folder, &set(&[("a", "2"), ("b", "2")])).unwrap();
        assert_eq!(names(&folder), ["a", "b"]);
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "2");
    }

    #[test]
    fn where_one_cannot_be_written_none_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &set(&[("a", "old")])).unwrap();
        fs::create_dir(home.path().join("b")).unwrap();
        let problem = write(home.path(), &set(&[("a", "new"), ("b", "new")])).unwrap_err();
        assert!(problem.to_string().ends_with("b`: a folder of that name is in the way"), "{problem}");
        assert_eq!(fs::read_to_string(home.path().join("a")).unwrap(), "old");
        assert_eq!(names(home.path()), ["a", "b"]);
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_said() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("out");
        fs::write(&file, "").unwrap();
        for folder in [file.clone(), file.join("below")] {
            let problem = write(&folder, &set(&[("a", "1")])).unwrap_err();
            assert!(problem.to_string().contains("a file stands where a folder is needed"), "{problem}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_without_permission_is_said_and_left_as_it_was() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("out");
        write(&folder, &set(&[("a", "old")])).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        // Root may write anywhere: then there is nothing to refuse.
        let outcome = write(&folder, &set(&[("a", "new")]));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        if let Err(problem) = outcome {
            assert!(problem.to_string().contains("no permission"), "{problem}");
            assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "old");
        }
    }

    #[cfg(unix)]
    #[test]
    fn results_can_be_read_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &set(&[("a", "1")])).unwrap();
        fs::write(home.path().join("plain"), "").unwrap();
        let mode = |name: &str| fs::metadata(home.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("a"), mode("plain"));
    }

    #[test]
    fn a_full_disk_is_said_in_both_languages() {
        let problem = WriteProblem { path: "out/a.csv".into(), source: ErrorKind::StorageFull.into() };
        assert_eq!(problem.text().en, "cannot write `out/a.csv`: the disk is full");
        assert_eq!(problem.text().zh, "无法写入“out/a.csv”：磁盘空间不足");
    }
}
