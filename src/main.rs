//! Arguments in, exit code out: 0 ran, 1 with `--fail-on` and something so, 2 could not run.

use std::process::ExitCode;

fn main() -> ExitCode {
    evenreach::cli::run()
}
