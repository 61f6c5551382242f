//! The San Francisco case of spopt, by spopt 0.7.0 with HiGHS 1.16.0 and by ours: the same optima.

use std::fs;

use evenreach::read::problem::Problems;
use evenreach::read::siting::{Candidates, Files, read_siting};
use evenreach::siting::backup_cover::backup_cover;
use evenreach::siting::max_cover::max_cover;
use evenreach::siting::p_center::p_center;
use evenreach::siting::p_median::p_median;
use evenreach::siting::set_cover::set_cover;
use evenreach::siting::{Answer, Terms};

use super::foreign;

/// Problem, p, limit in metres, and the optimum that spopt finds: persons times metres, metres, sites, demand points,
/// persons. Ours may differ by 1e-9 of it, which is how exactly the sums of doubles agree.
///
/// For `lscp-b` ours are the optima over all 12,870 and 560 choices of 8 and 3 sites. The objective of spopt 0.7.0 is
/// higher by [`SINGLE`]: it also counts the tracts as covered twice that have one store within the limit, for which its
/// model leaves the variable free. The sites that it chooses are worth what ours are.
const OPTIMA: [(&str, usize, f64, f64); 13] = [
    ("lscp", 0, 5000.0, 8.0),
    ("lscp-b", 0, 5000.0, 145.0),
    ("lscp", 0, 8000.0, 3.0),
    ("lscp-b", 0, 8000.0, 140.0),
    ("mclp", 2, 5000.0, 671_938.0),
    ("p-median", 2, 0.0, 4_009_098_972.134_909_6),
    ("p-center", 2, 0.0, 9_130.758_740_990_761),
    ("mclp", 4, 5000.0, 875_247.0),
    ("p-median", 4, 0.0, 2_848_268_129.714_510_4),
    ("p-center", 4, 0.0, 7_403.063_810_849_835),
    ("mclp", 6, 5000.0, 941_462.0),
    ("p-median", 6, 0.0, 2_347_055_166.677_381),
    ("p-center", 6, 0.0, 5_903.667_154_450_694),
];

/// The tracts with only one store within the limit.
const SINGLE: [(f64, f64); 2] = [(5000.0, 22.0), (8000.0, 3.0)];

fn solve(found: &Candidates, problem: &str, p: usize, limit: f64) -> Answer {
    let (offers, persons, terms) = (&found.offers, &found.persons[..], Terms::default());
    let answer = match problem {
        "lscp" => set_cover(offers, limit, terms),
        "lscp-b" => backup_cover(offers, limit, terms),
        "mclp" => max_cover(offers, persons, limit, p, terms),
        "p-median" => p_median(offers, persons, p, terms),
        _ => p_center(offers, persons, p, terms),
    };
    answer.unwrap()
}

#[test]
fn the_san_francisco_case_has_the_optima_of_spopt() {
    let Some(table) = foreign("siting", "od.csv") else { return };
    let demand = table.with_file_name("demand.csv");
    let mut problems = Problems::default();
    let of_table = table.to_str().unwrap();
    let files =
        Files { table: of_table, demand: demand.to_str().unwrap(), existing: None, capacity: None, costs: None };
    let found = read_siting(files, None, &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((found.demands.len(), found.sites.len(), found.offers.n_offers()), (205, 16, 3280));
    let theirs = fs::read_to_string(table.with_file_name("spopt.csv")).unwrap();
    let theirs: Vec<(&str, f64)> = theirs
        .lines()
        .skip(1)
        .map(|line| (line.split(',').next().unwrap(), line.rsplit(',').next().unwrap().parse().unwrap()))
        .collect();
    assert_eq!(theirs.len(), OPTIMA.len());
    for ((problem, p, limit, optimum), (name, objective)) in OPTIMA.into_iter().zip(theirs) {
        let near = |value: f64| (value - optimum).abs() <= 1e-9 * optimum;
        let single = SINGLE.iter().find(|(at, _)| problem == "lscp-b" && *at == limit).map_or(0.0, |(_, n)| *n);
        assert!(name == problem && near(objective - single), "spopt: {name} {objective}");
        let answer = solve(&found, problem, p, limit);
        assert!(answer.proven && near(answer.objective), "{problem} {p} {limit}: {answer:?}");
    }
}
