//! How QGIS draws the layers: which colour means what, with the legend in the language of the run.
//!
//! Colours tell the verdicts apart for colour-blind readers and in grey. Estimated boundaries are hatched and dashed,
//! made-up facilities are hollow, and the legend says so.

mod classes;
mod qml;

use crate::model::{Boundary, Id, Lang};
use crate::report::layers::{Assessment, ByObligation, by_obligation};
use crate::report::words::{Words, header};
use crate::rules::finding::Unit;
use crate::write::Layer;
use classes::{Class, classes};
use qml::{Rule, Symbol, field, text};

/// A style of one layer.
pub(super) struct Style {
    /// Each feature is drawn by every rule that fits it, in this order.
    rules: Vec<Rule>,
    /// Expressions by which features are ordered: what should lie on top comes last.
    order: Vec<String>,
    /// The column that is written on the map.
    label: Option<&'static str>,
    /// What columns are called in the attribute table.
    aliases: Vec<(String, String)>,
}

/// A verdict: its key, its colour, and what it is called.
const VERDICTS: [(&str, &str, &str, &str); 4] = [
    ("unmet", "#d55e00", "not kept", "未达标"),
    ("unknown", "#f0d878", "unknown: data are missing", "无法判定（资料不全）"),
    ("met", "#86b9dd", "kept", "达标"),
    ("not-checkable", "#d9d9d9", "not judged", "未核查"),
];

/// From little to much, for colour-blind readers: OrRd of Brewer (2003), The Cartographic Journal 40(1), 27-37.
const SCALE: [&str; 5] = ["#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000"];

/// Eight colours for colour-blind readers: Okabe and Ito (2002), Color Universal Design.
const HUES: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f6a00", "#444444"];

const SHAPES: [&str; 8] = ["circle", "square", "triangle", "diamond", "pentagon", "star", "cross_fill", "hexagon"];

/// Areas by the worst that is said of each.
pub(super) fn areas(of: &Assessment<'_>) -> Style {
    let met: Vec<String> = by_obligation(of).iter().map(|one| format!("{} IS 'met'", field(&one.verdict))).collect();
    let met = if met.is_empty() { "false".to_owned() } else { met.join(" OR ") };
    let (unmet, unknown) = (field("unmet"), field("unknown"));
    let filter = |key: &str| match key {
        "unmet" => format!("{unmet} > 0"),
        "unknown" => format!("{unmet} = 0 AND {unknown} > 0"),
        "met" => format!("{unmet} = 0 AND {unknown} = 0 AND ({met})"),
        _ => format!("{unmet} = 0 AND {unknown} = 0 AND NOT ({met})"),
    };
    let label = |key: &str, label: &str| match (key, of.lang) {
        ("unmet", Lang::En) => "something is not kept".to_owned(),
        ("unmet", Lang::Zh) => "有条款未达标".to_owned(),
        ("met", Lang::En) => "all that is judged is kept".to_owned(),
        ("met", Lang::Zh) => "已核查的均达标".to_owned(),
        _ => label.to_owned(),
    };
    let rules = verdicts(of.lang, filter).map(|rule| Rule { label: label(rule.key, &rule.label), ..rule });
    style_of_areas(of, rules.collect())
}

/// Areas by the verdict on one obligation, whose verdicts are in `column`.
pub(super) fn verdict(of: &Assessment<'_>, column: &str) -> Style {
    let column = field(column);
    let filter = |key: &str| match key {
        "not-checkable" => format!("{column} IS NULL OR {column} = 'not-checkable'"),
        _ => format!("{column} = {}", text(key)),
    };
    style_of_areas(of, verdicts(of.lang, filter).collect())
}

/// Areas by what is lacking of one obligation, which is in `column`; `None` where nothing is.
pub(super) fn shortfall(
    of: &Assessment<'_>,
    column: &str,
    values: Vec<f64>,
    unit: Option<(&Unit, Words<'_>)>,
) -> Option<Style> {
    let classes = classes(values, SCALE.len());
    let said = |value: f64| unit.map_or_else(|| value.to_string(), |(unit, words)| words.quantity(value, unit));
    let label = |class: &Class| {
        if class.least == class.most {
            said(class.most)
        } else {
            format!("{} – {}", said(class.least), said(class.most))
        }
    };
    let rules: Vec<Rule> = graduated(&field(column), &classes, label);
    (!rules.is_empty()).then(|| style_of_areas(of, rules))
}

/// Areas where something is not kept, by how many obligations.
pub(super) fn underserved(of: &Assessment<'_>) -> Style {
    let counts = of.drawn().into_iter().map(|id| of.by_area.count(id, "unmet") as f64).filter(|&n| n != 0.0).collect();
    let label = |class: &Class| {
        let n = if class.least == class.most {
            format!("{}", class.most)
        } else {
            format!("{}–{}", class.least, class.most)
        };
        of.lang.pick(format!("{n} not kept"), format!("{n} 项未达标"))
    };
    let rules = graduated(&field("unmet"), &classes(counts, SCALE.len()), label);
    style_of_areas(of, rules)
}

/// Rows of findings by area: where several lie on one another the worst is on top.
pub(super) fn family(of: &Assessment<'_>, layer: &Layer<'_>) -> Style {
    let verdict = field("verdict");
    let rules = verdicts(of.lang, |key| format!("{verdict} = {}", text(key))).collect();
    let mut style = style_of_areas(of, rules);
    style.order.push(format!("CASE {verdict} WHEN 'unmet' THEN 3 WHEN 'unknown' THEN 2 WHEN 'met' THEN 1 ELSE 0 END"));
    style.label = None;
    style.aliases = aliases(layer.columns.iter().map(|column| column.name.as_str()), of.lang);
    style
}

/// Areas that are points, by the worst that is said of each.
pub(super) fn places(of: &Assessment<'_>) -> Style {
    let mut style = areas(of);
    style.rules.retain(|rule| !matches!(rule.symbol, Symbol::Outline | Symbol::Hatch));
    style.rules = style.rules.into_iter().map(as_point).collect();
    style.label = None;
    style
}

/// The same rule for points.
fn as_point(rule: Rule) -> Rule {
    let marker = |fill, outline, size| Symbol::Marker { shape: "circle", fill, outline, size };
    let symbol = match rule.symbol {
        Symbol::Fill { colour } => marker(colour, "#444444", 2.0),
        _ => marker("#ffffff", "#ffffff", 0.1),
    };
    Rule { symbol, ..rule }
}

/// Facilities by service; those that are made up are hollow.
pub(super) fn facilities(of: &Assessment<'_>) -> Style {
    let facilities = &of.world.facilities;
    let services = facilities.services().values();
    let mut rules = Vec::new();
    for (n, service) in services.iter().enumerate() {
        let (colour, shape) = (HUES[n % HUES.len()], SHAPES[(n + n / HUES.len()) % SHAPES.len()]);
        for made_up in [false, true] {
            let is_so = |id: &crate::model::FacilityId| {
                let source = of.world.sources.values().get(facilities[*id].origin.0.index());
                source.is_some_and(|source| source.illustrative) == made_up
            };
            if !service.facilities.iter().any(is_so) {
                continue;
            }
            let name = label_of_service(of, &service.key);
            let is_made_up = field("illustrative");
            rules.push(Rule {
                key: "service",
                label: if made_up {
                    of.lang.pick(format!("{name} (made up)"), format!("{name}（示例）"))
                } else {
                    name
                },
                filter: format!(
                    "{} = {} AND {}",
                    field("service"),
                    text(&service.key),
                    if made_up { is_made_up } else { format!("NOT coalesce({is_made_up}, false)") }
                ),
                symbol: Symbol::Marker {
                    shape,
                    fill: if made_up { "#ffffff" } else { colour },
                    outline: if made_up { colour } else { "#333333" },
                    size: 2.2,
                },
            });
        }
    }
    rules.extend(doubts(of).chain(estimated(of)).map(as_point));
    Style { rules, ..style_of_facilities(of) }
}

/// Facilities by what is said of each.
pub(super) fn standing(of: &Assessment<'_>) -> Style {
    let (unmet, unknown, over) = (field("unmet"), field("unknown"), field("over"));
    let bad = format!("({over} OR {unmet} > 0)");
    let rule = |label: (&str, &str), filter: String, fill, size| Rule {
        key: "standing",
        label: of.lang.pick(label.0, label.1).to_owned(),
        filter,
        symbol: Symbol::Marker { shape: "circle", fill, outline: "#444444", size },
    };
    let rules = vec![
        rule(("nothing against it", "无问题"), format!("NOT {bad} AND {unknown} = 0"), VERDICTS[2].1, 1.6),
        rule(("unknown", "无法判定"), format!("NOT {bad} AND {unknown} > 0"), VERDICTS[1].1, 2.0),
        rule(("over a limit or short of a demand", "超限或未达标"), bad.clone(), VERDICTS[0].1, 2.6),
    ];
    Style {
        rules: rules.into_iter().chain(doubts(of).chain(estimated(of)).map(as_point)).collect(),
        ..style_of_facilities(of)
    }
}

fn style_of_facilities(of: &Assessment<'_>) -> Style {
    let names =
        ["service", "code", "name", "area_level", "area_code", "area_name", "illustrative", "unmet", "unknown", "over"];
    let mut aliases = aliases(names, of.lang);
    let attributes = of.world.facilities.attributes().keys();
    aliases.extend(attributes.filter_map(|key| {
        let label = of.findings.packs.iter().find_map(|pack| pack.attributes.get(key))?;
        Some((crate::report::layers::plain_name(key), label.get(of.lang).to_owned()))
    }));
    Style { rules: Vec::new(), order: Vec::new(), label: None, aliases }
}

fn label_of_service(of: &Assessment<'_>, key: &str) -> String {
    let label = of.findings.packs.iter().find_map(|pack| pack.services.get(key));
    label.map_or_else(|| key.to_owned(), |label| of.lang.pick(&label.en, &label.zh).clone())
}

/// A rule for each verdict.
fn verdicts(lang: Lang, filter: impl Fn(&str) -> String) -> impl Iterator<Item = Rule> {
    VERDICTS.into_iter().map(move |(key, colour, en, zh)| Rule {
        key,
        label: lang.pick(en, zh).to_owned(),
        filter: filter(key),
        symbol: Symbol::Fill { colour },
    })
}

/// A rule for each class of the numbers in a column.
fn graduated(column: &str, classes: &[Class], label: impl Fn(&Class) -> String) -> Vec<Rule> {
    let rule = |(n, class): (usize, &Class)| Rule {
        key: "class",
        label: label(class),
        filter: format!("{column} >= {} AND {column} <= {}", class.least, class.most),
        // Few classes take colours from all of the scale.
        symbol: Symbol::Fill { colour: SCALE[if classes.len() < 2 { 3 } else { n * 4 / (classes.len() - 1) }] },
    };
    classes.iter().enumerate().map(rule).collect()
}

/// What all styles of areas have: how boundaries are known, larger areas below smaller ones, names.
fn style_of_areas(of: &Assessment<'_>, mut rules: Vec<Rule>) -> Style {
    let areas = &of.world.areas;
    let boundary = field("boundary");
    let has = |estimated: bool| {
        of.drawn().into_iter().any(|id| matches!(areas[id].boundary, Boundary::Estimated(_)) == estimated)
    };
    if has(false) {
        rules.push(Rule {
            key: "",
            label: of.lang.pick("boundary", "界线").to_owned(),
            filter: format!("{boundary} = 'official'"),
            symbol: Symbol::Outline,
        });
    }
    if has(true) {
        rules.push(Rule {
            key: "",
            label: of.lang.pick("estimated boundary, not official", "估算边界，非法定界线").to_owned(),
            filter: format!("{boundary} = 'estimated'"),
            symbol: Symbol::Hatch,
        });
    }
    rules.extend(doubts(of));
    let levels = areas.levels().values().iter().enumerate();
    let levels: String = levels.map(|(n, level)| format!(" WHEN {} THEN {n}", text(&level.key))).collect();
    let order = if levels.is_empty() { Vec::new() } else { vec![format!("CASE {}{levels} END", field("level"))] };
    let mut aliases = aliases(
        ["level", "code", "name", "parent_code", "boundary", "illustrative", "residents", "unmet", "unknown"],
        of.lang,
    );
    aliases.extend(aliases_of_obligations(of));
    aliases.extend(
        [
            ("obligations", "obligations not kept", "未达标条款"),
            ("reasons", "why", "原因（英文）"),
            ("reasons_zh", "why (Chinese)", "原因"),
        ]
        .map(|(name, en, zh)| (name.to_owned(), of.lang.pick(en, zh).to_owned())),
    );
    Style { rules, order, label: Some("name"), aliases }
}

fn aliases_of_obligations(of: &Assessment<'_>) -> Vec<(String, String)> {
    let alias = |ByObligation { assessed, verdict, short, unit, .. }: ByObligation<'_>| {
        let obligation = of.findings.obligation(assessed);
        let said = format!("{} {}", obligation.clause, obligation.summary.get(of.lang));
        let lacking = of.lang.pick(format!("{said}: shortfall"), format!("{said}：缺口"));
        let of_unit = of.lang.pick(format!("{said}: unit of the shortfall"), format!("{said}：缺口单位"));
        [(verdict, said), (short, lacking)].into_iter().chain(unit.map(|unit| (unit, of_unit)))
    };
    by_obligation(of).into_iter().flat_map(alias).collect()
}

fn aliases<'n>(names: impl IntoIterator<Item = &'n str>, lang: Lang) -> Vec<(String, String)> {
    let alias = |name: &str| Some((name.to_owned(), header(name, lang)?.to_owned()));
    names.into_iter().filter_map(alias).collect()
}

/// A line of the legend of facilities, whose areas may be known by an estimated boundary only; it draws nothing.
fn estimated(of: &Assessment<'_>) -> Option<Rule> {
    (!of.findings.estimated.is_empty()).then(|| Rule {
        key: "",
        label: of.lang.pick("areas have estimated boundaries", "区域界线为估算").to_owned(),
        filter: "false".to_owned(),
        symbol: Symbol::Nothing,
    })
}

/// Lines of the legend that say that data are made up or that people are not counted; they draw nothing.
fn doubts<'a>(of: &'a Assessment<'_>) -> impl Iterator<Item = Rule> + use<'a> {
    let made_up = of.lang.pick("illustrative data: some inputs are made up", "示例数据：部分输入为演示而虚构");
    let proxy = of.lang.pick("dwelling floor stands for residents", "以住宅建筑面积代替常住人口");
    let said = [(of.findings.illustrative, made_up), (of.world.people.proxy.is_some(), proxy)];
    said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, label)| Rule {
        key: "",
        label: label.to_owned(),
        filter: "false".to_owned(),
        symbol: Symbol::Nothing,
    })
}

#[cfg(test)]
mod tests;
