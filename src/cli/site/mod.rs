//! `site`: where new sites should go, with proof.

mod asked;
mod study;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::tell::Stopped;
use crate::model::Lang;
use crate::report::siting::Problem;

/// Choose sites from candidates, with a proof of how good the choice is.
///
/// With STUDY, for an obligation or a service of it (--for): --budget new sites among the candidates, or as many as --cost
/// pays for, beside all facilities that stand. By default as many persons as can be get what the obligation asks for;
/// with a service, or with --objective, the cost to the nearest facility is made least; --objective fewest or cheapest asks
/// for the fewest or cheapest sites that keep the obligation. The sites chosen are then judged in the study like any
/// scenario: whatif.json, whatif.csv and scenario-01.geojson say what they change.
///
/// Sites serve all who come, unless --capacity says how many, or an obligation of `seats`: then the persons of one demand
/// point may be split between sites (not with --whole), and not all are served by the nearest. In a study each facility that stands is then a
/// site of its own with the places that it has; one of which nobody knows how many is taken to serve nobody.
///
/// Without a study takes a table of costs with the columns from (a demand point), to (a candidate site) and cost, in
/// any one unit, and a table of demand with the columns id and persons; both in any format that a study may use. A pair
/// that the table does not have cannot serve. Writes site.json (problem, objective, bound, gap, proven, chosen) and
/// assignment.csv (who is served where), and says the answer in words. An answer is called proven only if no other
/// choice can be better; each is measured again from the table before it is given out.
///
/// Exit codes: 0 there is an answer; 1 it is proven that no choice serves everyone who must be served; 2 it could not
/// run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach site geodata/jinpu --for dis.rehab --budget 3
  evenreach site geodata/jinpu --for kindergarten --budget 5 --group children-3-5 --objective ede
  evenreach site geodata/jinpu --for rehabilitation --budget 2 --candidates grid --spacing \"500 m\"
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5 --objective ede
  evenreach site --table od.csv --demand demand.csv --problem mclp --p 4 --limit 30
  evenreach site --table od.csv --demand demand.csv --problem lscp --limit 30 --share 90%
  evenreach site --table od.xlsx --demand people.xlsx --problem p-center --p 8 --existing schools.csv
  evenreach site --table od.csv --demand demand.csv --problem lscp-b --limit 30 --out out/backup
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5 --capacity seats.csv
  evenreach site --table od.csv --demand demand.csv --problem mclp --limit 30 --costs prices.csv --cost 120
  evenreach site --table od.csv --demand demand.csv --problem lscp --limit 30 --times 2
  evenreach site geodata/jinpu --for dis.rehab --objective fewest
  evenreach site geodata/jinpu --for edu.attendance-zones --budget 2 --capacity-of-new 500
  evenreach site my-study --for school --capacity places --budget 3 --candidates sites.csv
  evenreach site --table od.csv --demand demand.csv --problem lscp --limit 30 --share 90% --costs prices.csv")]
pub(super) struct Arguments {
    /// The folder that holds study.toml, or an OpenStreetMap extract (.osm.pbf).
    #[arg(value_name = "STUDY", required_unless_present = "table", conflicts_with_all = ["table", "demand", "problem", "p", "existing", "costs", "times"])]
    study: Option<PathBuf>,
    #[command(flatten)]
    of_study: study::Options,
    /// The costs: a file with the columns from, to, cost; one sheet of it: FILE!SHEET.
    #[arg(long, value_name = "FILE", requires_all = ["demand", "problem"], conflicts_with_all = OF_STUDY, help_heading = "Sites on a table of costs")]
    table: Option<String>,
    /// The demand points: a file with the columns id, persons.
    #[arg(long, value_name = "FILE", requires = "table", help_heading = "Sites on a table of costs")]
    demand: Option<String>,
    /// What is asked for.
    #[arg(long, value_enum, requires = "table", help_heading = "Sites on a table of costs")]
    problem: Option<Problem>,
    /// How many sites there are in all, the existing ones counted; for p-median, p-center and mclp.
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Sites on a table of costs")]
    p: Option<i64>,
    /// What p-median minimises: the cost of all persons in sum, or its Kolm-Pollak equivalent, which counts inequality.
    /// For a study also the cost of whoever is served worst, the persons served within --limit, or the fewest or
    /// cheapest sites that keep the obligation.
    #[arg(long, value_enum, help_heading = "Both")]
    objective: Option<Objective>,
    /// How much --objective ede minds inequality: 1, as is usual, where it is not said; near 0 only the mean counts.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, help_heading = "Both")]
    aversion: Option<f64>,
    /// The dearest cost at which a site serves, counted in: in the unit of the table, where lscp, lscp-b and mclp need it; for
    /// a study in metres, or in minutes where its own table of costs is in minutes.
    #[arg(long, value_name = "COST", allow_negative_numbers = true, help_heading = "Both")]
    limit: Option<f64>,
    /// The share of all persons that is enough, such as 90%: for lscp; for a study with --objective fewest or cheapest, where
    /// no obligation says it.
    #[arg(long, value_name = "PERCENT", help_heading = "Both")]
    share: Option<String>,
    /// Sites that are there already and stay, by the column id: they count among the sites of --p.
    #[arg(long, value_name = "FILE", help_heading = "Sites on a table of costs")]
    existing: Option<String>,
    /// How many persons each site can serve: a file with the columns id, capacity, a row for each candidate; for a study the
    /// attribute of its facilities, and of a file of candidates, that says so. The persons of a demand point may be split
    /// between sites.
    #[arg(long, value_name = "FILE|ATTRIBUTE", help_heading = "Both")]
    capacity: Option<String>,
    /// With --capacity: all persons of a demand point are served by one site; for p-median, or the mean of a study.
    #[arg(long, help_heading = "Both")]
    whole: bool,
    /// What each site costs to open: a file with the columns id, cost. With it lscp and lscp-b ask for the cheapest sites;
    /// those that are there already cost nothing.
    #[arg(long, value_name = "FILE", help_heading = "Sites on a table of costs")]
    costs: Option<String>,
    /// How many sites each demand point must have within the limit, for lscp; with --capacity each with a place for each of its
    /// persons.
    #[arg(long, value_name = "K", allow_negative_numbers = true, help_heading = "Sites on a table of costs")]
    times: Option<i64>,
    /// What the new sites may cost together, beside or instead of their number: by --costs, or for a study by the column
    /// `cost` of the candidates.
    #[arg(long, value_name = "MONEY", allow_negative_numbers = true, help_heading = "Both")]
    cost: Option<f64>,
    /// Seconds after which the best choice found is given, with the bound reached.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_negative_numbers = true, help_heading = "Both")]
    time_limit: f64,
    /// The folder for the files; by default out/site, or out/NAME-site for a study.
    #[arg(long, value_name = "DIR", help_heading = "Both")]
    out: Option<PathBuf>,
}

impl Arguments {
    /// The aversion of --objective ede.
    fn aversion(&self) -> f64 {
        self.aversion.unwrap_or(1.0)
    }
}

/// The options that only a study takes.
const OF_STUDY: [&str; 8] = ["wanted", "budget", "candidates", "spacing", "capacity_of_new", "group", "packs", "crs"];

/// What a p-median minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Objective {
    /// The mean cost of all persons
    Mean,
    /// The equally-distributed equivalent of Kolm and Pollak
    Ede,
    /// The cost of whoever is served worst
    Worst,
    /// The persons served within the limit
    Cover,
    /// The fewest sites that keep the obligation, or serve all within --limit
    Fewest,
    /// The cheapest such sites, by the column `cost` of the candidates
    Cheapest,
}

/// The exit code where no choice does what is asked.
const NO_CHOICE: u8 = 1;

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    if let Some(study) = &arguments.study {
        let shared = study::Shared {
            objective: arguments.objective,
            aversion: arguments.aversion(),
            limit: arguments.limit,
            cost: arguments.cost,
            share: arguments.share.as_deref(),
            capacity: arguments.capacity.as_deref(),
            is_whole: arguments.whole,
            time_limit: arguments.time_limit,
            out: arguments.out.as_deref(),
        };
        return study::run(study, &arguments.of_study, &shared, lang);
    }
    table::run(arguments, lang)
}
