//! The rows of a table of costs: from where, to where, at what cost. What the names stand for is known elsewhere.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::problem::{At, Problems, say};
use super::study::TableUnit;
use super::table::{Cells, Table};
use super::values::number;
use super::vocabulary::normalise;
use crate::model::Text;

/// Headers of the columns, in lower case; the first comes before the others.
const FROM: [&str; 11] =
    ["from", "demand", "origin", "from-id", "origin-id", "需求点", "起点", "起点编号", "起点代码", "出发点", "出发地"];
const TO: [&str; 16] = [
    "to",
    "site",
    "candidate",
    "destination",
    "facility",
    "to-id",
    "destination-id",
    "facility-id",
    "候选点",
    "终点",
    "设施",
    "终点编号",
    "终点代码",
    "设施编号",
    "到达点",
    "目的地",
];
const COST: [&str; 25] = [
    "cost",
    "distance",
    "time",
    "费用",
    "成本",
    "距离",
    "时间",
    "total-cost",
    "travel-time",
    "travel-cost",
    "duration",
    "length",
    "impedance",
    "路程",
    "里程",
    "耗时",
    "用时",
    "时长",
    "出行时间",
    "行程时间",
    "通行时间",
    "步行时间",
    "步行距离",
    "路网距离",
    "阻抗",
];
/// Words for a unit: alone they are the header of the costs, behind another word they say what it is counted in.
const UNITS: [(&str, TableUnit); 19] = [
    ("m", TableUnit::Metres),
    ("metres", TableUnit::Metres),
    ("meters", TableUnit::Metres),
    ("metre", TableUnit::Metres),
    ("米", TableUnit::Metres),
    ("km", TableUnit::Kilometres),
    ("kilometres", TableUnit::Kilometres),
    ("kilometers", TableUnit::Kilometres),
    ("公里", TableUnit::Kilometres),
    ("千米", TableUnit::Kilometres),
    ("min", TableUnit::Minutes),
    ("mins", TableUnit::Minutes),
    ("minutes", TableUnit::Minutes),
    ("minute", TableUnit::Minutes),
    ("分钟", TableUnit::Minutes),
    ("s", TableUnit::Seconds),
    ("sec", TableUnit::Seconds),
    ("seconds", TableUnit::Seconds),
    ("秒", TableUnit::Seconds),
];

/// The columns of a table of costs.
#[derive(Clone, Copy)]
pub(super) struct CostColumns<'t> {
    pub(super) table: &'t Table,
    from: &'t Cells,
    to: &'t Cells,
    cost: &'t Cells,
}

impl<'t> CostColumns<'t> {
    /// The columns by their headers; those that `mapping` names (key, then header) by that.
    pub(super) fn find(table: &'t Table, mapping: &BTreeMap<String, String>, problems: &mut Problems) -> Option<Self> {
        for key in mapping.keys().filter(|key| !["from", "to", "cost"].contains(&key.as_str())) {
            problems.error(
                "unknown-key",
                &table.file,
                At::Column(mapping[key].clone()),
                say(format!("a table of costs has no `{key}`"), format!("出行费用表没有 `{key}` 列")),
                say("columns can name from, to and cost", "columns 可写 from、to、cost"),
            );
        }
        let mapped = |key: &str| mapping.get(key).map(|header| [normalise(header)]);
        let mut by_key = |key: &str, usual: &[&str]| match mapped(key) {
            Some([header]) => column(table, &[&header], problems),
            None => column(table, usual, problems),
        };
        let (from, to) = (by_key("from", &FROM), by_key("to", &TO));
        let cost = match mapped("cost") {
            Some([header]) => column(table, &[&header], problems),
            None => cost_column(table, problems),
        };
        Some(Self { table, from: from?, to: to?, cost: cost? })
    }

    /// The headers of a table that looks like one of costs: from, to and cost.
    pub(super) fn headers(table: &Table) -> Option<[&str; 3]> {
        let found = CostColumns::find(table, &BTreeMap::new(), &mut Problems::default())?;
        Some([found.from, found.to, found.cost].map(|cells| cells.header.as_str()))
    }

    /// What the header says that the costs are counted in, if it does.
    pub(super) fn unit(&self) -> Option<TableUnit> {
        unit_of(&self.cost.header)
    }

    /// The header of the places that ways begin at.
    pub(super) fn origin_header(&self) -> &'t str {
        &self.from.header
    }

    /// The header of the costs.
    pub(super) fn cost_header(&self) -> &'t str {
        &self.cost.header
    }

    /// Calls `visit` with each row that names both places: its position, the names, and the cost where that is a number
    /// of 0 or more. What is wrong with a row is noted.
    pub(super) fn each(
        &self,
        problems: &mut Problems,
        mut visit: impl FnMut(usize, (&'t str, &'t str), Option<f64>, &mut Problems),
    ) {
        for row in 0..self.table.n_rows {
            let (from, to) = (self.from.get(row), self.to.get(row));
            if from.is_empty() || to.is_empty() {
                missing_id(self.table, row, problems);
                continue;
            }
            let cost = amount(self.table, self.cost, row, ("cost", "费用"), problems);
            visit(row, (from, to), cost, problems);
        }
    }

    /// Each of these pairs is there more than once: an error at each of its rows after the first.
    pub(super) fn refuse_doubles(&self, twice: &HashSet<(&str, &str)>, problems: &mut Problems) {
        if twice.is_empty() {
            return;
        }
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        for row in 0..self.table.n_rows {
            let pair = (self.from.get(row), self.to.get(row));
            if !twice.contains(&pair) {
                continue;
            }
            if let Some(&before) = first.get(&pair) {
                let (n, (from, to)) = (self.table.number(before), pair);
                problems.error(
                    "duplicate-pair",
                    &self.table.file,
                    self.table.at(row),
                    say(
                        format!("the pair `{from}`, `{to}` has a cost in row {n} already"),
                        format!("“{from}”到“{to}”的费用已在第 {n} 行给出"),
                    ),
                    say("leave one of the two", "请只保留一行"),
                );
            } else {
                first.insert(pair, row);
            }
        }
    }
}

/// The one column of costs. Several are an error unless one of them is called just that.
fn cost_column<'t>(table: &'t Table, problems: &mut Problems) -> Option<&'t Cells> {
    let found: Vec<&Cells> = table.columns.iter().filter(|column| is_cost(&column.header)).collect();
    let plain = |column: &&&Cells| ["cost", "费用", "成本"].contains(&normalise(&column.header).as_str());
    match found.as_slice() {
        [] => column(table, &COST, problems),
        [only] => Some(only),
        several => several.iter().find(plain).copied().or_else(|| {
            let headers: Vec<&str> = several.iter().map(|column| column.header.as_str()).collect();
            let headers = headers.join(", ");
            problems.error(
                "duplicate-column",
                &table.file,
                At::File,
                say(format!("several columns may be the costs: {headers}"), format!("有多列可能是费用：{headers}")),
                say(
                    "call the one that is meant `cost`, or name it in the study: columns = { cost = \"...\" }",
                    "请将所用的一列命名为 cost，或在研究文件中写明：columns = { cost = \"...\" }",
                ),
            );
            None
        }),
    }
}

/// The parts of a header such as `时间（分钟）`, `cost/费用` or `distance_m`, as they are compared.
fn parts(header: &str) -> Vec<String> {
    let normal = normalise(header);
    let pieces = normal.split(['/', '(', ')', '[', ']', '|', ',', '、', '，']).map(|piece| piece.trim_matches('-'));
    let mut parts: Vec<String> = pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect();
    let ended: Vec<String> = parts
        .iter()
        .filter_map(|part| part.rsplit_once('-'))
        .filter(|(_, end)| UNITS.iter().any(|(word, _)| word == end))
        .flat_map(|(word, unit)| [word.to_owned(), unit.to_owned()])
        .collect();
    parts.extend(ended);
    parts
}

fn is_cost(header: &str) -> bool {
    let known = |part: &String| COST.contains(&part.as_str()) || UNITS.iter().any(|(word, _)| word == part);
    parts(header).iter().any(known)
}

fn unit_of(header: &str) -> Option<TableUnit> {
    let parts = parts(header);
    UNITS.iter().find(|(word, _)| parts.iter().any(|part| part == word)).map(|&(_, unit)| unit)
}

/// A column, by the headers that it may have; the first comes before the others.
pub(super) fn column<'t>(table: &'t Table, names: &[&str], problems: &mut Problems) -> Option<&'t Cells> {
    let by_name = |name: &&str| table.columns.iter().find(|column| normalise(&column.header) == **name);
    let found = names.iter().find_map(by_name);
    if found.is_none() {
        let headers: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
        let (headers, name, names) = (headers.join(", "), names[0], names.join(", "));
        problems.error(
            "missing-column",
            &table.file,
            At::Column(name.to_owned()),
            say(
                format!("there is no such column; the file has: {headers}"),
                format!("没有该列；文件中的列：{headers}"),
            ),
            say(format!("call it one of: {names}"), format!("请将表头改为以下之一：{names}")),
        );
    }
    found
}

/// A number that is not negative.
pub(super) fn amount(
    table: &Table,
    cells: &Cells,
    row: usize,
    what: (&str, &str),
    problems: &mut Problems,
) -> Option<f64> {
    let cell = cells.get(row);
    let found = number(cell);
    if let Some(amount) = found.filter(|&amount| 0.0 <= amount) {
        return Some(amount);
    }
    let (en, zh) = what;
    let (code, said, help) = match (cell, found) {
        ("", _) => (
            "missing-number",
            say(format!("the {en} is missing"), format!("缺少{zh}")),
            say("give a number, 0 or more, or leave out the row", "请填写不小于 0 的数字，或删除该行"),
        ),
        (_, Some(_)) => (
            "negative",
            say(format!("the {en} `{cell}` is negative"), format!("{zh}“{cell}”为负数")),
            say("give 0 or more", "请填写不小于 0 的数字"),
        ),
        (_, None) => (
            "no-number",
            say(format!("the {en} `{cell}` is no number"), format!("{zh}“{cell}”不是数字")),
            say("give a number, 0 or more, without a unit", "请填写不小于 0 的数字，不带单位"),
        ),
    };
    problems.error(code, &table.file, table.at(row), said, help);
    None
}

pub(super) fn missing_id(table: &Table, row: usize, problems: &mut Problems) {
    let what = say("the id is missing", "缺少编号");
    problems.error("missing-id", &table.file, table.at(row), what, say("give an id", "请填写编号"));
}

pub(super) fn no_rows(table: &Table, what: Text, problems: &mut Problems) {
    problems.error("empty", &table.file, At::File, what, say("give at least one row", "请至少提供一行数据"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_that_it_is_the_costs_and_perhaps_their_unit() {
        for (header, unit) in [
            ("cost", None),
            ("minutes", Some(TableUnit::Minutes)),
            ("时间（分钟）", Some(TableUnit::Minutes)),
            ("distance_m", Some(TableUnit::Metres)),
            ("Travel time (s)", Some(TableUnit::Seconds)),
            ("距离/km", Some(TableUnit::Kilometres)),
            ("total_cost", None),
        ] {
            assert!(is_cost(header), "{header}");
            assert_eq!(unit_of(header), unit, "{header}");
        }
        for header in ["name", "from", "remark_m2", "mean"] {
            assert!(!is_cost(header), "{header}");
        }
    }
}
