//! Files of new residential areas to [`Estates`].

use std::collections::HashMap;

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::membership::{Ground, Whereabouts};
use super::places;
use super::problem::{Problems, say};
use super::study::{DataLayer, Membership};
use super::values;
use super::world::Inputs;
use crate::model::{Estate, Estates, Layer};

const STRUCTURAL: [&str; 8] = ["code", "name", "lon", "lat", "area-code", "area-name", "households", "first-phase"];

/// All layers of estates.
pub(super) fn read(
    layers: &[DataLayer],
    ground: &Ground<'_>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Estates {
    let areas = ground.areas;
    let mut estates = Estates::default();
    let mut codes: HashMap<String, String> = HashMap::new();
    let level_keys = areas.level_keys();
    for layer in layers {
        let Some((table, source)) = inputs.table(layer.entry(), Layer::Estates, problems) else {
            continue;
        };
        estates.known = true;
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known.or_else(|| level_reference(areas.levels(), header))
        };
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys);
        let columns = Columns::new(&table, &mapping, &role, problems);
        let mut own = places::places(&columns, ground.extent(), problems);
        let said = ground.declared(&columns, Some(["area-code", "area-name"]), problems);
        let located = ground.locate(&table, &mut own, &said, problems);
        let what = say("the estate", "小区");
        for row in 0..table.n_rows {
            let mut bad = |cell: &str, kind: (&str, &str)| {
                problems.warning(
                    "bad-value",
                    &table.file,
                    table.at(row),
                    say(
                        format!("`{cell}` is not a {}; it is taken as missing", kind.0),
                        format!("“{cell}”不是{}，按缺失处理", kind.1),
                    ),
                    say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
                );
            };
            let households = columns.cell("households", row);
            let n_households = values::number(households).filter(|&number| 0.0 <= number);
            if n_households.is_none() && !households.is_empty() {
                bad(households, ("number of households", "户数"));
            }
            let first_phase = columns.cell("first-phase", row);
            let day = values::date(first_phase);
            if day.is_none() && !first_phase.is_empty() {
                bad(first_phase, ("full day such as 2020-09-01", "完整日期（如 2020-09-01）"));
            }
            let whereabouts =
                Whereabouts { said: said[row], located: located.areas[row], place: own[row], refused: located.refused };
            let area = ground.settle(Membership::Declared, &what, (&table, row), whereabouts, problems);
            let name = columns.cell("name", row);
            let code = columns.cell("code", row);
            if !code.is_empty()
                && let Some(other) = codes.insert(code.to_owned(), name.to_owned())
            {
                problems.error(
                    "duplicate-estate",
                    &table.file,
                    table.at(row),
                    say(
                        format!("the id `{code}` of {name} is that of {other}, too"),
                        format!("{name}的编号 {code} 与{other}重复"),
                    ),
                    say("give each estate its own id, or delete the double", "请为每个小区使用唯一编号，或删除重复行"),
                );
            }
            let code = if code.is_empty() { format!("row-{}", row + 1) } else { code.to_owned() };
            estates.rows.push(Estate {
                name: if name.is_empty() { code.clone() } else { name.to_owned() },
                code,
                place: own[row],
                area,
                households: n_households,
                first_phase: day,
                origin: (source, table.number(row)),
            });
        }
    }
    estates
}

#[cfg(test)]
mod tests {
    use crate::model::Date;
    use crate::read::sketch::{Read, areas, read_levels, squares};

    /// Two districts side by side, 甲区 to the west, and these estates.
    fn of(file: &str, text: &str) -> Read {
        let districts = squares(&[("01", "甲区", [0.0, 0.0, 1.0]), ("02", "乙区", [1.0, 0.0, 1.0])]);
        let layers = areas("district", "d.geojson") + &format!("[[estates]]\nfile = \"{file}\"\n");
        read_levels(&["district"], &layers, &[("d.geojson", &districts), (file, text)])
    }

    #[test]
    fn an_estate_has_households_a_first_phase_and_an_area() {
        let text = "编号,小区名称,户数,首期交付日期,区,经度,纬度\nE1,东苑,\"2,600\",2018年6月30日,,121.05,39.05\n,西苑,,,乙区,,\n";
        let read = of("e.csv", text);
        assert!(read.said().is_empty(), "{:?}", read.said());
        let estates = &read.world().estates;
        assert!(estates.known);
        let [east, west] = estates.rows.values() else { panic!("{:?}", estates.rows) };
        let day: Date = "2018-06-30".parse().unwrap();
        assert_eq!((east.code.as_str(), east.households, east.first_phase), ("E1", Some(2600.0), Some(day)));
        assert_eq!(
            (west.code.as_str(), west.name.as_str(), west.households, west.first_phase),
            ("row-2", "西苑", None, None)
        );
        assert_eq!((read.name(east.area), read.name(west.area)), ("甲区", "乙区"));
    }

    #[test]
    fn a_polygon_stands_where_a_point_inside_it_is() {
        let read = of("e.geojson", &squares(&[("E1", "东苑", [1.2, 0.2, 0.5])]));
        let estate = &read.world().estates.rows.values()[0];
        assert_eq!((estate.code.as_str(), read.name(estate.area)), ("E1", "乙区"));
        assert!(estate.place.is_some_and(|place| 121.12 < place.x && place.x < 121.17), "{:?}", estate.place);
    }

    #[test]
    fn what_is_no_number_or_no_day_is_missing_and_said() {
        let read = of("e.csv", "code,households,first-phase,区\nE1,多,2018年,甲区\nE2,-5,2018-06-30,甲区\n");
        assert_eq!(read.said(), ["bad-value: e.csv, row 2", "bad-value: e.csv, row 2", "bad-value: e.csv, row 3"]);
        let estates: Vec<_> =
            read.world().estates.rows.values().iter().map(|e| (e.households, e.first_phase.is_some())).collect();
        assert_eq!(estates, [(None, false), (None, true)]);
    }

    #[test]
    fn an_estate_that_lies_elsewhere_than_it_says_or_is_there_twice_is_said() {
        let read = of("e.csv", "code,name,区,lon,lat\nE1,东苑,乙区,121.05,39.05\n");
        assert_eq!(read.said(), ["membership-clash: e.csv, row 2"]);
        assert_eq!(read.name(read.world().estates.rows.values()[0].area), "乙区");
        let twice = of("e.csv", "code,name,区\nE1,东苑,乙区\nE1,西苑,乙区\n");
        assert!(twice.is_refused() && twice.said() == ["duplicate-estate: e.csv, row 3"], "{:?}", twice.said());
    }
}
