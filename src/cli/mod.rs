//! The command line: one subcommand a file, each from its arguments to an exit code.

mod assign;
mod check;
mod checkpoint;
mod convert;
mod explain;
mod init;
mod inspect;
mod plan;
mod progress;
mod sample;
mod seconds;
mod site;
mod study;
mod tell;
mod usage;
mod whatif;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::model::Lang;
use crate::read::quieten_fenced_panics;

/// Checks what a policy promises about public services against places, people and facilities.
///
/// Says where each promise is kept and where not, by how much, for whom, under which clause and who answers for it.
#[derive(Debug, Parser)]
#[command(name = "evenreach", version, propagate_version = true)]
#[command(after_help = "Examples:
  evenreach check geodata/jinpu                  check a study; files go to out/jinpu
  evenreach check my-study --only edu --lang en  only the education clauses
  evenreach whatif my-study sites.csv            what new sites would change
  evenreach plan my-study                        the least that must be done to keep every promise
  evenreach explain                              the check kinds and the obligations
  evenreach inspect facilities.csv               what a file and its columns hold
  evenreach convert schools.xlsx schools.gpkg    another format or coordinate system
  evenreach init my-study                        an empty study to fill in
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5    where five sites should go
  evenreach assign my-study --service school     who goes to which school, and which are over-full")]
struct Arguments {
    /// Language of the output; by default that of the system, else English.
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Whatif(whatif::Arguments),
    Convert(convert::Arguments),
    Explain(explain::Arguments),
    Inspect(inspect::Arguments),
    Plan(plan::Arguments),
    Init(init::Arguments),
    Sample(sample::Arguments),
    Site(Box<site::Arguments>),
    Assign(assign::Arguments),
}

/// Runs the command that the arguments name.
///
/// # Exit codes
/// 0: it ran. 1: `--fail-on` was given and something is so. 2: it could not run.
pub fn run() -> ExitCode {
    quieten_fenced_panics();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(help) => {
            // Help and version are no errors.
            usage::tell(&help, usage::language(std::env::args().skip(1)).unwrap_or_else(system_language));
            return ExitCode::from(if help.use_stderr() { COULD_NOT_RUN } else { 0 });
        }
    };
    let lang = arguments.lang.unwrap_or_else(system_language);
    let done = match arguments.command {
        Command::Check(arguments) => check::run(&arguments, lang),
        Command::Whatif(arguments) => whatif::run(&arguments, lang),
        Command::Convert(arguments) => convert::run(&arguments, lang),
        Command::Explain(arguments) => explain::run(&arguments, lang),
        Command::Inspect(arguments) => inspect::run(&arguments, lang),
        Command::Plan(arguments) => plan::run(&arguments, lang),
        Command::Init(arguments) => init::run(&arguments, lang),
        Command::Sample(arguments) => sample::run(&arguments, lang),
        Command::Site(arguments) => site::run(&arguments, lang),
        Command::Assign(arguments) => assign::run(&arguments, lang),
    };
    match done {
        Ok(code) => code,
        Err(tell::Stopped) => ExitCode::from(COULD_NOT_RUN),
    }
}

/// The exit code of a run that could not be made.
const COULD_NOT_RUN: u8 = 2;

fn system_language() -> Lang {
    match sys_locale::get_locale() {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}
