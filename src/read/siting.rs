//! A bare cost table to offers: which candidate site could serve which demand point at what cost, and who lives there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::costs::{CostColumns, amount, column, missing_id, no_rows};
use super::problem::{At, Problems, say};
use super::table::{Cells, Table, Wish};
use super::{input, read_table, split};
use crate::siting::{Offer, Offers};

/// The files of a siting problem, as the user names them; `FILE!SHEET` for one sheet.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `from,to,cost`: a demand point, a candidate site, the cost. Pairs that are absent cannot serve.
    pub table: &'a str,
    /// `id,persons`.
    pub demand: &'a str,
    /// `id`: sites that are there already.
    pub existing: Option<&'a str>,
    /// `id,capacity`: persons whom each site can serve.
    pub capacity: Option<&'a str>,
    /// `id,cost`: what each site costs to open.
    pub costs: Option<&'a str>,
}

/// What a siting problem is about.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Who could be served where.
    pub offers: Offers,
    /// The ids of the demand points, by position.
    pub demands: Vec<String>,
    /// Persons at each.
    pub persons: Vec<f64>,
    /// The ids of the candidate sites, by position, in the order of the table.
    pub sites: Vec<String>,
    /// Those that are there already, by position.
    pub existing: Vec<u32>,
    /// Persons whom each site can serve, where that is limited.
    pub capacity: Option<Vec<f64>>,
    /// What each site costs to open, where that is given; nothing for those that are there already.
    pub costs: Option<Vec<f64>>,
    /// The files that were read, with SHA-256 in hexadecimal.
    pub files: Vec<(String, String)>,
}

/// Reads a siting problem: all problems of all its files are noted. With `limit`, dearer offers are left out.
pub fn read_siting(files: Files<'_>, limit: Option<f64>, problems: &mut Problems) -> Option<Candidates> {
    let mut found = Candidates::default();
    if let Some(table) = read(files.demand, &mut found, problems) {
        read_demand(&table, &mut found, problems);
    }
    let table = read(files.table, &mut found, problems);
    let costs = table.as_ref().and_then(|table| CostColumns::find(table, &BTreeMap::new(), problems));
    let offers = costs.as_ref().and_then(|costs| read_offers(costs, &mut found, problems));
    let existing = files.existing.and_then(|file| read(file, &mut found, problems));
    if let (Some(existing), Some(_)) = (&existing, &offers) {
        read_existing(existing, files.table, &mut found, problems);
    }
    for (kind, file) in [(&CAPACITY, files.capacity), (&COST, files.costs)] {
        let Some(of_sites) = file.and_then(|file| read(file, &mut found, problems)) else { continue };
        if offers.is_none() {
            continue;
        }
        let values = read_of_sites(&of_sites, kind, files.table, &found, problems);
        *(if kind.is_needed_of_existing { &mut found.capacity } else { &mut found.costs }) = values;
    }
    let offers = offers?;
    let (n_demands, n_sites) = (found.demands.len(), found.sites.len());
    found.offers = Offers::new(n_demands, n_sites, &offers);
    drop(offers);
    if let Some(costs) = &costs {
        costs.refuse_doubles(&doubles(&found), problems);
    }
    if let Some(limit) = limit {
        let within = |demand: usize| {
            let sites = found.offers.within(demand, limit).iter().zip(found.offers.of(demand).1);
            sites.map(move |(&site, &cost)| Offer { demand: demand as u32, site, cost })
        };
        let kept: Vec<Offer> = (0..n_demands).flat_map(within).collect();
        found.offers = Offers::new(n_demands, n_sites, &kept);
    }
    Some(found)
}

/// The rows of a file; the file is noted.
fn read(file: &str, found: &mut Candidates, problems: &mut Problems) -> Option<Table> {
    let (name, layer) = split(Path::new(""), file);
    let input = input::read(Path::new(name), name, problems)?;
    let wish = Wish { layer: layer.map(str::to_owned), ..Wish::default() };
    let table = read_table(&input, &wish, problems)?;
    match input.sha256() {
        Ok(digest) => found.files.push((table.file.clone(), digest)),
        Err(error) => input.unreadable(&error, problems),
    }
    Some(table)
}

/// The demand points: each once, with persons.
fn read_demand(table: &Table, found: &mut Candidates, problems: &mut Problems) {
    let ids = column(table, &["id", "from", "code", "demand", "编号", "代码", "编码", "需求点"], problems);
    let persons = column(table, &["persons", "population", "demand", "weight", "人数", "人口", "人口数"], problems);
    let (Some(ids), Some(persons)) = (ids, persons) else { return };
    if table.n_rows == 0 {
        return no_rows(table, say("there is no demand point", "没有需求点"), problems);
    }
    let mut rows: HashMap<&str, usize> = HashMap::with_capacity(table.n_rows);
    for row in 0..table.n_rows {
        let id = ids.get(row);
        if id.is_empty() {
            missing_id(table, row, problems);
            continue;
        }
        if let Some(&first) = rows.get(id) {
            duplicate_id(table, row, id, first, problems);
            continue;
        }
        rows.insert(id, row);
        // A point whose persons are wrong is known all the same: its offers are not wrong for it.
        let persons = amount(table, persons, row, ("number of persons", "人数"), problems).unwrap_or(0.0);
        found.demands.push(id.to_owned());
        found.persons.push(persons);
    }
    if !found.persons.iter().sum::<f64>().is_finite() {
        problems.error(
            "too-many",
            &table.file,
            At::File,
            say("the persons together are more than can be counted", "人数合计超出可计算范围"),
            say("give numbers of persons", "请填写实际人数"),
        );
    }
}

fn duplicate_id(table: &Table, row: usize, id: &str, first: usize, problems: &mut Problems) {
    let first = table.number(first);
    problems.error(
        "duplicate-id",
        &table.file,
        table.at(row),
        say(format!("the id `{id}` is that of row {first}, too"), format!("编号“{id}”与第 {first} 行重复")),
        say("leave out one of the two, or give it an id of its own", "请删除其中一行，或改用不同的编号"),
    );
}

/// The offers of the table, and the sites they name.
fn read_offers(costs: &CostColumns<'_>, found: &mut Candidates, problems: &mut Problems) -> Option<Vec<Offer>> {
    let table = costs.table;
    if table.n_rows == 0 {
        no_rows(table, say("there is no candidate: the table has no row", "没有候选点：费用表为空"), problems);
        return None;
    }
    let demands: HashMap<&str, u32> = (0..).zip(&found.demands).map(|(at, id)| (id.as_str(), at)).collect();
    let mut sites: HashMap<&str, u32> = HashMap::new();
    let mut offers = Vec::with_capacity(table.n_rows);
    let names = &mut found.sites;
    costs.each(problems, |row, (from, to), cost, problems| {
        let next = sites.len() as u32;
        let site = *sites.entry(to).or_insert_with(|| {
            names.push(to.to_owned());
            next
        });
        match (demands.get(from), cost) {
            (Some(&demand), Some(cost)) => offers.push(Offer { demand, site, cost }),
            (Some(_), None) => {}
            // Where no demand point could be read, every row would be called unknown.
            (None, _) if demands.is_empty() => {}
            (None, _) => problems.error(
                "unknown-demand",
                &table.file,
                table.at(row),
                say(format!("`{from}` is no demand point"), format!("“{from}”不是需求点")),
                say(
                    "the file of demand has no such id: add it there, or mend it here",
                    "需求文件中没有该编号：请补充或更正",
                ),
            ),
        }
    });
    Some(offers)
}

/// The pairs that are given more than once.
fn doubles(found: &Candidates) -> HashSet<(&str, &str)> {
    let mut seen = vec![u32::MAX; found.sites.len()];
    let mut twice: HashSet<(&str, &str)> = HashSet::new();
    for (demand, id) in (0_u32..).zip(&found.demands) {
        for &site in found.offers.of(demand as usize).0 {
            if seen[site as usize] == demand {
                twice.insert((id, &found.sites[site as usize]));
            }
            seen[site as usize] = demand;
        }
    }
    twice
}

/// Calls `visit` with the position of each site that a row names, each once, and the row; other rows are told.
fn each_site(
    table: &Table,
    ids: &Cells,
    (sites, offered_by): (&[String], &str),
    problems: &mut Problems,
    mut visit: impl FnMut(u32, usize, &mut Problems),
) {
    let positions: HashMap<&str, u32> = (0..).zip(sites).map(|(at, id)| (id.as_str(), at)).collect();
    let mut rows: HashMap<&str, usize> = HashMap::new();
    for row in 0..table.n_rows {
        let id = ids.get(row);
        if id.is_empty() {
            missing_id(table, row, problems);
        } else if let Some(&first) = rows.get(id) {
            duplicate_id(table, row, id, first, problems);
        } else if let Some(&site) = positions.get(id) {
            rows.insert(id, row);
            visit(site, row, problems);
        } else {
            unknown_site(table, row, id, offered_by, problems);
        }
    }
}

/// The sites that are there already.
fn read_existing(table: &Table, offered_by: &str, found: &mut Candidates, problems: &mut Problems) {
    let ids = column(table, &["id", "to", "site", "code", "编号", "代码", "编码", "设施"], problems);
    let Some(ids) = ids else { return };
    let existing = &mut found.existing;
    each_site(table, ids, (&found.sites, offered_by), problems, |site, _, _| existing.push(site));
    existing.sort_unstable();
}

/// A number that each site has.
struct OfSites {
    /// The headers that its column may have; the first comes before the others.
    headers: &'static [&'static str],
    name: (&'static str, &'static str),
    /// Whether sites that are there already need it, too.
    is_needed_of_existing: bool,
    /// What would be right where a site has none.
    help: (&'static str, &'static str),
}

const CAPACITY: OfSites = OfSites {
    headers: &["capacity", "seats", "beds", "persons", "容量", "学位", "床位", "可服务人数"],
    name: ("capacity", "容量"),
    is_needed_of_existing: true,
    help: (
        "give each candidate a row with the persons that it can serve; a large number where there is no limit",
        "请为每个候选点填写可服务人数；无上限者可填一个足够大的数",
    ),
};

const COST: OfSites = OfSites {
    headers: &["cost", "price", "费用", "成本", "造价", "投资"],
    name: ("cost", "费用"),
    is_needed_of_existing: false,
    help: (
        "give each candidate a row with what it costs to open, 0 or more; those existing need none",
        "请为每个候选点填写建设费用（不小于 0）；现有设施无需填写",
    ),
};

/// Missing ids that are listed; of more, how many there are.
const LISTED: usize = 20;

/// A number of each site, by position; every site that needs one must have it.
fn read_of_sites(
    table: &Table,
    of: &OfSites,
    offered_by: &str,
    found: &Candidates,
    problems: &mut Problems,
) -> Option<Vec<f64>> {
    let ids =
        column(table, &["id", "to", "site", "candidate", "code", "编号", "代码", "编码", "设施", "候选点"], problems);
    let values = column(table, of.headers, problems);
    let (ids, values) = (ids?, values?);
    let mut numbers: Vec<Option<f64>> = vec![None; found.sites.len()];
    each_site(table, ids, (&found.sites, offered_by), problems, |site, row, problems| {
        // A wrong number is told once: the site is not missing as well.
        numbers[site as usize] = Some(amount(table, values, row, of.name, problems).unwrap_or(0.0));
    });
    let is_excused = |at: usize| !of.is_needed_of_existing && found.existing.contains(&(at as u32));
    let missing: Vec<&str> = (0..numbers.len())
        .filter(|&at| numbers[at].is_none() && !is_excused(at))
        .map(|at| found.sites[at].as_str())
        .collect();
    if !missing.is_empty() {
        let n = missing.len();
        let listed = missing[..n.min(LISTED)].join(", ");
        let (en, zh) = of.name;
        let candidates = if n == 1 { "candidate" } else { "candidates" };
        let more = if LISTED < n { (format!(" and {} more", n - LISTED), " 等") } else { (String::new(), "") };
        problems.error(
            "missing-site",
            &table.file,
            At::File,
            say(
                format!("{n} {candidates} of {offered_by} without a {en} here: {listed}{}", more.0),
                format!("{offered_by} 中有 {n} 个候选点缺少{zh}：{listed}{}", more.1),
            ),
            say(of.help.0, of.help.1),
        );
        return None;
    }
    let number = |(at, number): (usize, Option<f64>)| if is_excused(at) { 0.0 } else { number.unwrap_or(0.0) };
    let numbers: Vec<f64> = numbers.into_iter().enumerate().map(number).collect();
    if !numbers.iter().sum::<f64>().is_finite() {
        let (en, zh) = of.name;
        problems.error(
            "too-many",
            &table.file,
            At::File,
            say(format!("the {en} of all sites is more than can be counted"), format!("{zh}合计超出可计算范围")),
            say("give smaller numbers", "请填写较小的数字"),
        );
        return None;
    }
    Some(numbers)
}

fn unknown_site(table: &Table, row: usize, id: &str, offered_by: &str, problems: &mut Problems) {
    problems.error(
        "unknown-site",
        &table.file,
        table.at(row),
        say(format!("`{id}` is no candidate of {offered_by}"), format!("“{id}”不在 {offered_by} 的候选点中")),
        say(
            format!("add rows to it in {offered_by}, or mend the id: a site to which no row leads serves nobody"),
            format!("请在 {offered_by} 中补充以其为终点的行，或更正编号：没有行通往的设施点无法服务任何人"),
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads files of these texts.
    fn read(table: &str, demand: &str, existing: Option<&str>) -> (Option<Candidates>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (table, demand) = (put("od.csv", table), put("demand.csv", demand));
        let existing = existing.map(|text| put("existing.csv", text));
        let mut problems = Problems::default();
        let files =
            Files { table: &table, demand: &demand, existing: existing.as_deref(), capacity: None, costs: None };
        let found = read_siting(files, None, &mut problems);
        let said = |problem: &super::super::problem::Problem| {
            let at = match &problem.at {
                At::Row(row) => row.to_string(),
                At::Column(column) => column.clone(),
                _ => String::new(),
            };
            format!("{} {at}", problem.code)
        };
        (found, problems.kept().iter().map(said).collect())
    }

    #[test]
    fn a_table_is_read_in_either_language() {
        let (found, said) = read("起点,终点,距离\nA,x,\"1,200\"\nB,y,3\n", "编号,人口\nA,10\nB,0\n", Some("id\ny\n"));
        let found = found.unwrap();
        assert!(said.is_empty(), "{said:?}");
        assert_eq!((found.demands, found.persons), (vec!["A".to_owned(), "B".to_owned()], vec![10.0, 0.0]));
        assert_eq!((found.sites, found.existing), (vec!["x".to_owned(), "y".to_owned()], vec![1]));
        assert_eq!(found.offers.of(0), (&[0][..], &[1200.0][..]));
    }

    #[test]
    fn all_problems_of_all_files_are_told_at_once() {
        let table = "from,to,cost\nA,x,1\nA,x,2\nB,y,-1\nC,x,4\nB,x,\nA,y,near\n,x,1\n";
        let (_, said) = read(table, "id,persons\nA,10\nA,1\nB,-3\n,4\n", Some("id\nx\nx\nz\n"));
        assert_eq!(
            said,
            [
                "duplicate-id 3",
                "negative 4",
                "missing-id 5",
                "negative 4",
                "unknown-demand 5",
                "missing-number 6",
                "no-number 7",
                "missing-id 8",
                "duplicate-id 3",
                "unknown-site 4",
                "duplicate-pair 3"
            ]
        );
        let (found, said) = read("from,to\nA,x\n", "id\nA\n", None);
        assert!(found.is_none());
        assert_eq!(said, ["missing-column persons", "missing-column cost"]);
        assert_eq!(read("from,to,cost\n", "id,persons\nA,1\n", None).1, ["empty "]);
    }
}
