//! Files of values by year to [`Series`].

use std::collections::{BTreeMap, HashMap};

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::membership::Ground;
use super::problem::{Problems, say};
use super::study::DataLayer;
use super::values;
use super::world::Inputs;
use crate::model::{Facilities, FacilityId, Layer, Observation, Of, Series};

const STRUCTURAL: [&str; 8] = ["indicator", "year", "value", "facility", "area-code", "area-name", "code", "name"];

/// All layers of series. A row is of the facility or the area that it names, else of the whole study; the same key,
/// subject and year twice is an error unless the values agree.
pub(super) fn read(
    layers: &[DataLayer],
    ground: &Ground<'_>,
    facilities: &Facilities,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Series {
    let areas = ground.areas;
    // The first facility of each code, and how many have it.
    let mut by_code: HashMap<&str, (FacilityId, usize)> = HashMap::new();
    if !layers.is_empty() {
        by_code.reserve(facilities.len());
        for (id, row) in facilities.iter() {
            by_code.entry(&row.code).or_insert((id, 0)).1 += 1;
        }
    }
    let level_keys = areas.level_keys();
    let mut by_key: BTreeMap<String, BTreeMap<(Of, i16), f64>> = BTreeMap::new();
    for layer in layers {
        let Some((table, _)) = inputs.table(layer.entry(), Layer::Series, problems) else {
            continue;
        };
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known.or_else(|| level_reference(areas.levels(), header))
        };
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys);
        let columns = Columns::new(&table, &mapping, &role, problems);
        // All three are asked for, so that all that are missing are said.
        let missing = ["indicator", "year", "value"].map(|key| !columns.require(key, problems));
        if missing.contains(&true) {
            continue;
        }
        let generic = ground.generic(&columns);
        let said = ground.declared(&columns, generic, problems);
        for (row, &area) in said.iter().enumerate() {
            let (key, facility) = (columns.cell("indicator", row), columns.cell("facility", row));
            let (year, value) = (columns.cell("year", row), columns.cell("value", row));
            if value.is_empty() {
                continue;
            }
            let of = match (facility, area) {
                ("", Some(area)) => Some(Of::Area(area)),
                ("", None) => names_nothing(&columns, generic, row).then_some(Of::Whole),
                (code, _) => match by_code.get(code) {
                    Some(&(facility, 1)) => Some(Of::Facility(facility)),
                    found => {
                        unknown_facility(code, found.map_or(0, |&(_, n)| n), &table.file, table.at(row), problems);
                        None
                    }
                },
            };
            let (Some(year), Some(value), false) = (values::year(year), values::number(value), key.is_empty()) else {
                problems.warning(
                    "bad-value",
                    &table.file,
                    table.at(row),
                    say(
                        format!(
                            "`{key}`, `{year}`, `{value}` is not an indicator, a year and a number; the row is not used"
                        ),
                        format!("“{key}”“{year}”“{value}”不是指标、年份和数值，该行未采用"),
                    ),
                    say("correct the row, or leave the value empty", "请更正该行，或将数值留空"),
                );
                continue;
            };
            let Some(of) = of else { continue };
            let entry = by_key.entry(key.to_owned()).or_default().entry((of, year));
            let kept = *entry.or_insert(value);
            if kept != value {
                problems.error(
                    "contradiction",
                    &table.file,
                    table.at(row),
                    say(
                        format!("`{key}` of {year} is {value} here and {kept} before"),
                        format!("“{key}”{year} 年的值此处为 {value}，之前为 {kept}"),
                    ),
                    say("keep one of them", "请只保留一个"),
                );
            }
        }
    }
    let observations = |by_year: BTreeMap<(Of, i16), f64>| {
        by_year.into_iter().map(|((of, year), value)| Observation { of, year, value }).collect()
    };
    Series::new(by_key.into_iter().map(|(key, by_year)| (key, observations(by_year))).collect())
}

/// Whether the row names no area: one that names an unknown area is not of the whole study.
fn names_nothing(columns: &Columns<'_>, generic: Option<[&str; 2]>, row: usize) -> bool {
    let names =
        columns.iter().filter(|(key, _)| key.starts_with('@') || generic.is_some_and(|keys| keys.contains(key)));
    names.into_iter().all(|(_, cells)| cells.get(row).is_empty())
}

fn unknown_facility(code: &str, n: usize, file: &str, at: super::problem::At, problems: &mut Problems) {
    let (en, zh) = if n == 0 {
        (format!("no facility has the id `{code}`"), format!("没有编号为 {code} 的设施"))
    } else {
        (format!("{n} facilities have the id `{code}`"), format!("有 {n} 个设施的编号都是 {code}"))
    };
    let help = say("use the ids of the facility files, each only once", "请使用设施文件中的编号，并确保唯一");
    problems.warning("unknown-facility", file, at, say(en, zh), help);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Observation;
    use crate::read::sketch::{Read, areas, kindergartens, read};

    /// Two districts with a kindergarten each, K1 and K2, and these values.
    fn of(text: &str) -> Read {
        let layers = areas("district", "d.csv") + &kindergartens("k.csv") + "[[series]]\nfile = \"v.csv\"\n";
        let files = [
            ("d.csv", "code,name\n01,甲区\n02,乙区\n"),
            ("k.csv", "code,name,area-code\nK1,一园,01\nK2,二园,02\n"),
            ("v.csv", text),
        ];
        read(&layers, &files)
    }

    /// All values of `i`: of what, the year, the value.
    fn values(read: &Read) -> Vec<(String, i16, f64)> {
        let name = |of: Of| match of {
            Of::Whole => "all".to_owned(),
            Of::Area(area) => read.name(Some(area)).to_owned(),
            Of::Facility(facility) => read.world().facilities[facility].code.clone(),
        };
        let all = read.world().series.all("i").iter();
        all.map(|&Observation { of, year, value }| (name(of), year, value)).collect()
    }

    #[test]
    fn a_row_is_of_the_facility_or_the_area_that_it_names_else_of_the_whole() {
        let read = of("指标,年份,数值,设施编号,区划名称\ni,2015年,1,,\ni,2015,2,,乙区\ni,2016,3,K2,\n");
        assert!(read.said().is_empty(), "{:?}", read.said());
        assert_eq!(values(&read), [("all".into(), 2015, 1.0), ("乙区".into(), 2015, 2.0), ("K2".into(), 2016, 3.0)]);
    }

    #[test]
    fn rows_of_areas_are_of_areas_under_plain_headers_too() {
        for text in [
            "indicator,year,value,code\ni,2015,1,01\ni,2015,2,02\n",
            "indicator,year,value,name\ni,2015,1,甲区\ni,2015,2,乙区\n",
            "indicator,year,value,区\ni,2015,1,甲区\ni,2015,2,乙区\n",
        ] {
            let read = of(text);
            assert_eq!(
                (values(&read), read.said().len()),
                (vec![("甲区".into(), 2015, 1.0), ("乙区".into(), 2015, 2.0)], 0),
                "{text}"
            );
        }
        // Where most codes are those of areas, another one is of an area that nobody knows.
        let read = of("indicator,year,value,code\ni,2015,1,01\ni,2015,2,02\ni,2015,3,99\n");
        assert_eq!((values(&read).len(), read.said()), (2, vec!["unknown-area: v.csv, row 4".into()]));
        // A name that is no area's is the indicator's.
        let read = of("indicator,name,year,value\ni,巩固率,2015,1\n");
        assert_eq!((values(&read), read.said().len()), (vec![("all".into(), 2015, 1.0)], 0));
    }

    #[test]
    fn a_row_of_an_unknown_area_or_facility_is_said_and_is_not_of_the_whole() {
        let read = of("indicator,year,value,facility,area-name\ni,2015,1,,丙区\ni,2015,2,K9,\n");
        assert_eq!(
            (values(&read).len(), read.said()),
            (0, vec!["unknown-area: v.csv, row 2".into(), "unknown-facility: v.csv, row 3".into()])
        );
    }

    #[test]
    fn a_row_without_a_value_says_nothing_and_one_that_cannot_be_read_is_said() {
        let read = of("indicator,year,value\ni,2015,\ni,2016,95%\ni,今年,3\n,2017,4\ni,2018,5\n");
        assert_eq!(values(&read), [("all".into(), 2018, 5.0)]);
        assert_eq!(read.said(), [3, 4, 5].map(|row| format!("bad-value: v.csv, row {row}")));
    }

    #[test]
    fn two_values_for_one_year_are_an_error_unless_they_agree() {
        assert_eq!(values(&of("indicator,year,value\ni,2015,1\ni,2015,1.0\n")), [("all".into(), 2015, 1.0)]);
        let read = of("indicator,year,value\ni,2015,1\ni,2015,2\n");
        assert!(read.is_refused() && read.said() == ["contradiction: v.csv, row 3"], "{:?}", read.said());
    }

    #[test]
    fn a_file_without_years_is_an_error() {
        assert_eq!(of("indicator,value\ni,1\n").said(), ["missing-column: v.csv, column `year`"]);
    }
}
