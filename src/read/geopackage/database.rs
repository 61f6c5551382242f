//! An SQLite file from anywhere, opened so that it can only be read: it may be damaged, or made to do harm.
//!
//! Nothing of it is run but what a layer needs, nothing is written beside it, and steps and memory are bounded.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;

use crate::read::input::Input;
use crate::read::problem::{At, Problems, say};

/// An open file.
pub(super) struct Database<'a> {
    pub(super) connection: Connection,
    pub(super) input: &'a Input,
    /// Where a copy of it lies, for as long as it is open.
    _copy: Option<TempDir>,
}

/// Steps of SQLite between two looks at the allowance.
const STEPS: i32 = 4096;

/// Steps that any file may take.
const ALWAYS: u64 = 20_000_000;

/// Steps that it may take for each of its bytes: a row takes more bytes than it has columns, and two steps a column.
const PER_BYTE: u64 = 8;

/// The longest that all of a file may take, since one step over long texts may be slow.
const LONGEST: Duration = Duration::from_mins(10);

/// The most memory of SQLite in the whole program.
const HEAP: u32 = 1 << 30;

/// Functions that a view may use: none takes long, and none makes much of little.
const FUNCTIONS: [&str; 21] = [
    "abs",
    "avg",
    "coalesce",
    "count",
    "date",
    "datetime",
    "if",
    "ifnull",
    "iif",
    "length",
    "lower",
    "max",
    "min",
    "nullif",
    "round",
    "row_number",
    "substr",
    "substring",
    "sum",
    "total",
    "upper",
];

impl<'a> Database<'a> {
    /// Opens a file.
    pub(super) fn open(input: &'a Input, problems: &mut Problems) -> Option<Self> {
        let (path, copy) = match input.path() {
            None => in_a_file(input, problems)?,
            Some(path) => {
                // Changes lie beside the file itself, not beside a link to it.
                let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
                match changes_beside(&real) {
                    Changes::None => (path.to_owned(), None),
                    Changes::HalfWritten => {
                        unfinished(input, problems);
                        return None;
                    }
                    Changes::Kept => with_changes(input, &real, problems)?,
                }
            }
        };
        let n_bytes = fs::metadata(&path).map_or(0, |found| found.len()).max(input.n_bytes());
        let database = connect(&path, copy.is_some()).and_then(|connection| {
            let mut database = Self { connection, input, _copy: copy };
            database.fence(n_bytes)?;
            Ok(database)
        });
        database.map_err(|error| failed(input, &error, problems)).ok()
    }

    /// Says why SQLite could not go on.
    pub(super) fn failed(&self, error: &rusqlite::Error, problems: &mut Problems) {
        failed(self.input, error, problems);
    }

    /// Allows nothing but reading, in bounds.
    fn fence(&mut self, n_bytes: u64) -> rusqlite::Result<()> {
        let connection = &mut self.connection;
        for (setting, is_on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        ] {
            connection.set_db_config(setting, is_on)?;
        }
        // No value is longer than its file.
        let longest = i32::try_from(n_bytes.clamp(1 << 20, 1_000_000_000)).unwrap_or(i32::MAX);
        for (limit, n) in [
            (Limit::SQLITE_LIMIT_LENGTH, longest),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 100),
            (Limit::SQLITE_LIMIT_VDBE_OP, 1 << 20),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 16),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, n)?;
        }
        // Steps are counted from here on. What is sorted stays in memory, and that is bounded.
        let mut steps_left = ALWAYS.saturating_add(n_bytes.saturating_mul(PER_BYTE));
        let end = Instant::now() + LONGEST;
        connection.progress_handler(
            STEPS,
            Some(move || {
                steps_left = steps_left.saturating_sub(STEPS as u64);
                steps_left == 0 || end < Instant::now()
            }),
        )?;
        // No memory map: a file that another program cuts off would end this one.
        connection.execute_batch(&format!(
            "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON; PRAGMA cell_size_check = ON;
             PRAGMA hard_heap_limit = {HEAP};"
        ))
    }

    /// From here on, a statement may only read tables, through simple views at most.
    pub(super) fn only_simple_views(&mut self) -> rusqlite::Result<()> {
        self.connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
            AuthAction::Select | AuthAction::Read { .. } => Authorization::Allow,
            AuthAction::Function { function_name }
                if FUNCTIONS.iter().any(|known| known.eq_ignore_ascii_case(function_name)) =>
            {
                Authorization::Allow
            }
            _ => Authorization::Deny,
        }))
    }
}

fn connect(path: &Path, is_ours: bool) -> rusqlite::Result<Connection> {
    if is_ours {
        // Changes that are kept beside a file can only be read by a connection that may write.
        return Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    }
    // Else SQLite would make files beside one that is in write-ahead mode, to share it with other programs.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("{}?immutable=1", url(path)), flags)
}

/// A path as a `file:` URL.
fn url(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut url = "file://".to_owned();
    if !path.has_root() || cfg!(windows) {
        url.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => url.push('/'),
            b'/' | b'-' | b'_' | b'.' | b'~' | b':' => url.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// What stands beside a file of changes that are not in it yet.
enum Changes {
    None,
    /// A program stopped, or is, in the midst of writing.
    HalfWritten,
    /// Changes that are whole but not in the file itself.
    Kept,
}

fn changes_beside(path: &Path) -> Changes {
    /// How a journal begins that is still needed.
    const HOT: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let mut start = [0; 8];
    let is_hot = |mut file: File| file.read_exact(&mut start).is_ok() && start == HOT;
    if File::open(beside(path, "-journal")).is_ok_and(is_hot) {
        Changes::HalfWritten
    } else if fs::metadata(beside(path, "-wal")).is_ok_and(|found| 0 < found.len()) {
        Changes::Kept
    } else {
        Changes::None
    }
}

pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn in_a_file(input: &Input, problems: &mut Problems) -> Option<(PathBuf, Option<TempDir>)> {
    let bytes = input.bytes(problems)?;
    let written = tempfile::tempdir().and_then(|folder| {
        let path = folder.path().join("copy.gpkg");
        fs::write(&path, bytes)?;
        Ok((path, Some(folder)))
    });
    written.map_err(|error| input.unreadable(&error, problems)).ok()
}

/// A copy of a file and of the changes beside it, where SQLite can bring them together.
fn with_changes(input: &Input, path: &Path, problems: &mut Problems) -> Option<(PathBuf, Option<TempDir>)> {
    let changes = beside(path, "-wal");
    let state =
        || [path, &changes].map(|path| fs::metadata(path).and_then(|found| Ok((found.len(), found.modified()?))));
    let copy = || {
        let before = state();
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("copy.gpkg");
        fs::copy(path, &copy)?;
        fs::copy(&changes, beside(&copy, "-wal"))?;
        let is_still = before.into_iter().zip(state()).all(|(before, after)| before.ok() == after.ok());
        std::io::Result::Ok(is_still.then_some((copy, Some(folder))))
    };
    match copy() {
        Ok(Some(copy)) => {
            problems.warning(
                "unsaved-changes",
                &input.name,
                At::File,
                say(
                    "another program has the file open, or did not close it: changes that are kept beside it (in `-wal`) \
                     are read with it, but its digest does not cover them",
                    "该文件正被其他程序打开，或未正常关闭：已一并读取其旁“-wal”文件中的更改，但文件摘要不含这些更改",
                ),
                say("close the file in the other program (QGIS)", "请先在其他程序（如 QGIS）中关闭该文件"),
            );
            Some(copy)
        }
        Ok(None) => {
            unfinished(input, problems);
            None
        }
        Err(error) => {
            input.unreadable(&error, problems);
            None
        }
    }
}

fn unfinished(input: &Input, problems: &mut Problems) {
    problems.error(
        "unsaved-changes",
        &input.name,
        At::File,
        say(
            "another program is writing the file, or stopped in the midst of it",
            "其他程序正在写入该文件，或写入时中断",
        ),
        say(
            "close it in the other program; if none has it open, open and close it once in QGIS",
            "请在其他程序中关闭该文件；若无程序打开，请用 QGIS 打开并关闭一次",
        ),
    );
}

fn failed(input: &Input, error: &rusqlite::Error, problems: &mut Problems) {
    let export = || say("export the layer again in a GIS", "请在 GIS 中重新导出图层");
    let (code, what, help) = match error.sqlite_error_code() {
        // A function that is not allowed has a code like any other mistake, and these words.
        code if code == Some(ErrorCode::AuthorizationForStatementDenied)
            || error.to_string().contains("not authorized") =>
        {
            (
                "view",
                say("the layer is a view that does more than look at tables", "该图层是视图，且不只是读取数据表"),
                export(),
            )
        }
        Some(ErrorCode::OperationInterrupted | ErrorCode::OutOfMemory | ErrorCode::TooBig) => (
            "too-large",
            say(
                "reading takes far more than the size of the file: a view that does not end, or a damaged file",
                "读取开销远超文件大小：视图无法结束，或文件已损坏",
            ),
            export(),
        ),
        Some(ErrorCode::NotADatabase) => {
            ("damaged", say("the file is no GeoPackage, or is encrypted", "文件不是 GeoPackage，或已加密"), export())
        }
        _ => (
            "damaged",
            say(format!("the GeoPackage cannot be read: {error}"), format!("无法读取 GeoPackage：{error}")),
            export(),
        ),
    };
    problems.error(code, &input.name, At::File, what, help);
}
