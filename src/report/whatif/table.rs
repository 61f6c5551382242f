//! The scenarios as a table, one a row, the best first.

use super::WhatIf;
use crate::report::layers::{column, made, number, table, whole};
use crate::report::words::people;
use crate::scenario::{Access, By, Difference, Turn};
use crate::units::CostUnit;
use crate::write::{Holds, Layer, Value};

pub(super) fn layer<'a>(of: &'a WhatIf<'a>) -> Layer<'a> {
    let lang = of.lang;
    let best = &of.batch.best;
    let difference = |row: usize| &best[row].difference;
    let ids = |turn: Turn| {
        move |row: usize| {
            let ids: Vec<&str> = difference(row).positions(turn).map(|position| of.id(position)).collect();
            made(ids.join("; "))
        }
    };
    let access = |measure: fn(&Access) -> Option<f64>| {
        // Of several services the figures do not add up.
        move |row: usize| match difference(row).access.as_slice() {
            [change] => number(change.after.as_ref().and_then(measure)),
            _ => Value::Missing,
        }
    };
    let less = |by: By| move |row: usize| number(by.score(difference(row)).map(|less| -less));
    let count = |turn: Turn| move |row: usize| whole(difference(row).count(turn));
    let persons = |of: fn(&Difference) -> f64| move |row: usize| number(Some(of(difference(row))));
    let name = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let (unit, what, unit_zh, gini) = match of.world().cost_unit() {
        CostUnit::Metres => ("m", "距离", "米", "到最近设施距离的基尼系数"),
        CostUnit::Minutes => ("min", "耗时", "分钟", "到最近设施耗时的基尼系数"),
    };
    let counted = |en: &str, zh: &str| lang.pick(format!("{en}, {unit}"), format!("{zh}{what}（{unit_zh}）"));
    let change = |en: &str, zh: &str| lang.pick(format!("{en}, {unit}"), format!("{zh}{what}变化（{unit_zh}）"));
    let people = people(of.world().people.proxy);
    let (gained, lost) = match of.world().people.proxy {
        None => (name("persons gained", "受益人次").to_owned(), name("persons lost", "受损人次").to_owned()),
        Some(_) => {
            let people = people.get(lang);
            (
                lang.pick(format!("{people} gained"), format!("受益{people}")),
                lang.pick(format!("{people} lost"), format!("受损{people}")),
            )
        }
    };
    let columns = vec![
        column(name("rank", "排名"), Holds::Whole, |row| whole(row + 1)),
        column(name("scenario", "方案"), Holds::Text, move |row| made(of.name(&best[row]))),
        column(name("fixed", "转为达标"), Holds::Whole, count(Turn::Fixed)),
        column(name("broken", "转为不达标"), Holds::Whole, count(Turn::Broken)),
        column(name("not known any more", "变为无法判定"), Holds::Whole, count(Turn::Unsettled)),
        column(name("improved", "有所改善"), Holds::Whole, count(Turn::Improved)),
        column(name("worsened", "有所变差"), Holds::Whole, count(Turn::Worsened)),
        column(&gained, Holds::Number, persons(Difference::gained)),
        column(&lost, Holds::Number, persons(Difference::lost)),
        column(name("cost", "费用"), Holds::Number, move |row| number(difference(row).cost)),
        column(name("cost per person", "每受益人次费用"), Holds::Number, move |row| {
            number(difference(row).cost_per_person())
        }),
        column(name("on the Pareto front", "帕累托最优"), Holds::Flag, move |row| Value::Flag(of.pareto[row])),
        column(
            &counted("mean cost to the nearest", "到最近设施的平均"),
            Holds::Number,
            access(|access| Some(access.mean)),
        ),
        column(
            &counted("worst cost to the nearest", "到最近设施的最远"),
            Holds::Number,
            access(|access| Some(access.worst)),
        ),
        column(name("Gini of the cost to the nearest", gini), Holds::Number, access(|access| access.gini)),
        column(&change("change of the mean", "平均"), Holds::Number, less(By::Mean)),
        column(&change("change of the worst", "最远"), Holds::Number, less(By::Worst)),
        column(name("change of the Gini", "基尼系数变化"), Holds::Number, less(By::Gini)),
        column(name("ids fixed", "转为达标的条款"), Holds::Text, ids(Turn::Fixed)),
        column(name("ids broken", "转为不达标的条款"), Holds::Text, ids(Turn::Broken)),
        column(name("ids not known any more", "变为无法判定的条款"), Holds::Text, ids(Turn::Unsettled)),
        column(name("ids improved", "有所改善的条款"), Holds::Text, ids(Turn::Improved)),
        column(name("ids worsened", "有所变差的条款"), Holds::Text, ids(Turn::Worsened)),
    ];
    table("whatif", best.len(), columns)
}
