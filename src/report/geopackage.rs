//! `findings.gpkg`: the areas, a layer for each family of obligations, the facilities and the findings, with the styles
//! that QGIS opens them in.

use std::sync::Arc;

use super::layers::{self, Assessment, ByObligation, Drawn};
use super::style;
use super::words::Words;
use crate::write::Layer;
use crate::write::geopackage::{GeoPackage, Style};

/// All layers with their styles.
pub(super) fn findings<'a>(of: &Arc<Assessment<'a>>, problems: &'a [serde_json::Value]) -> GeoPackage<'a> {
    let all = of.world.areas.iter().map(|(id, _)| id).collect();
    let mut layers = vec![layers::areas(of, all)];
    let mut styles = vec![styled("areas", of.lang.pick("worst verdict", "最差结论"), &style::areas(of), true)];
    styles.extend(styles_of_obligations(of));
    let places = layers::places(of);
    if places.n_rows != 0 {
        styles.push(styled("places", of.lang.pick("worst verdict", "最差结论"), &style::places(of), true));
        layers.push(places);
    }
    let mut names: Vec<String> =
        ["areas", "places", "underserved", "facilities", "findings", "ledger", "problems", "inputs"]
            .map(str::to_owned)
            .into();
    for (family, findings) in layers::families(of) {
        let rows = layers::by_area(of, &findings);
        if rows.is_empty() {
            continue;
        }
        let name = free(&layers::plain_name(family), &names);
        let layer = layers::subjects(of, &name, rows, Drawn::AsAreas);
        styles.push(styled(&name, of.lang.pick("worst on top", "最差结论在上"), &style::family(of, &layer), true));
        names.push(name);
        layers.push(layer);
    }
    layers.push(layers::underserved(of));
    styles.push(styled(
        "underserved",
        of.lang.pick("obligations not kept", "未达标条款数"),
        &style::underserved(of),
        true,
    ));
    layers.push(layers::facilities(of));
    styles.push(styled("facilities", of.lang.pick("services", "服务类别"), &style::facilities(of), true));
    styles.push(styled("facilities", of.lang.pick("what is said of each", "核查情况"), &style::standing(of), false));
    layers.push(obligations(of));
    layers.push(layers::ledger(of));
    layers.push(layers::problems(of, problems));
    layers.push(layers::inputs(of));
    GeoPackage { layers, styles, last_change: format!("{}T00:00:00.000Z", of.world.reference_date) }
}

/// A row for each obligation.
fn obligations<'a>(of: &Arc<Assessment<'a>>) -> Layer<'a> {
    let all: Vec<usize> = (0..of.findings.findings.len()).collect();
    let rows = layers::of_family(of, &all).into_iter().filter(|row| row.is_obligation()).collect();
    layers::subjects(of, "findings", rows, Drawn::Not)
}

/// Styles of the areas by each obligation: its verdicts, and what is lacking.
fn styles_of_obligations(of: &Assessment<'_>) -> Vec<Style> {
    let mut styles = Vec::new();
    for ByObligation { index, assessed, verdict, short, .. } in layers::by_obligation(of) {
        let finding = &assessed.finding;
        let id = of.findings.obligation(assessed).id.get_ref();
        styles.push(styled("areas", id, &style::verdict(of, &verdict), false));
        let lacking = of.drawn().into_iter().filter_map(|area| of.by_area.subject(index, area)?.shortfall).collect();
        let words = Words::of(of.findings, assessed, of.world, of.lang);
        let unit = finding.shortfall_unit.as_ref().map(|unit| (unit, words));
        if let Some(style) = style::shortfall(of, &short, lacking, unit) {
            let name = of.lang.pick(format!("{id}: shortfall"), format!("{id}：缺口"));
            styles.push(styled("areas", &name, &style, false));
        }
    }
    styles
}

fn styled(layer: &str, name: &str, style: &style::Style, is_default: bool) -> Style {
    Style { layer: layer.to_owned(), name: name.to_owned(), qml: style.qml(), sld: None, is_default }
}

/// `name`, with `_2` and so on after it where it is taken.
fn free(name: &str, taken: &[String]) -> String {
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|n: u32| format!("{name}_{n}")));
    let is_free = |name: &String| !taken.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
    names.find(is_free).unwrap_or_default()
}
