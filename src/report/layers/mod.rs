//! What was found as layers of typed columns: one place says what each layer holds, and every format writes it.
//!
//! Names of columns are the same in every format and language; words are in the language of the run. A value is made
//! when a format asks for it: nothing is held twice.

mod areas;
mod facilities;
mod findings;
mod names;
mod study;

use std::borrow::Cow;
use std::sync::Arc;

use geo::{Geometry, MultiPolygon, Point};

pub(crate) use areas::{ByObligation, areas, by_obligation, places, underserved};
pub(crate) use facilities::facilities;
pub(crate) use findings::{Drawn, Row, by_area, cost_column, families, of_family, subjects};
pub(crate) use names::plain_name;
pub(crate) use study::{inputs, ledger, problems};

use super::by_area::ByArea;
use crate::assess::affected::Headcount;
use crate::assess::{Findings, RESIDENTS};
use crate::model::{AreaId, Lang, World};
use crate::rules::finding::Unit;
use crate::space::Crs;
use crate::units::{Cost, CostUnit};
use crate::write::{Column, Holds, Layer, Shapes, Value};

/// What all layers are made from.
pub(crate) struct Assessment<'a> {
    pub(crate) findings: &'a Findings,
    pub(crate) world: &'a World,
    /// Of the words.
    pub(crate) lang: Lang,
    pub(crate) by_area: ByArea<'a>,
    residents: Option<Headcount>,
}

impl<'a> Assessment<'a> {
    pub(crate) fn new(findings: &'a Findings, world: &'a World, lang: Lang) -> Arc<Self> {
        let by_area = ByArea::of(findings, world);
        Arc::new(Self { findings, world, lang, by_area, residents: Headcount::of(world, RESIDENTS) })
    }

    /// The boundary of an area, if it has a part with a ring of four corners: others are none.
    pub(crate) fn polygon(&self, id: AreaId) -> Option<&'a MultiPolygon<f64>> {
        let polygon = self.world.areas[id].boundary.polygon()?;
        polygon.iter().any(|part| 4 <= part.exterior().0.len()).then_some(polygon)
    }

    /// The areas that a map can show.
    pub(crate) fn drawn(&self) -> Vec<AreaId> {
        self.world.areas.iter().map(|(id, _)| id).filter(|&id| self.polygon(id).is_some()).collect()
    }

    /// Whether an area's boundary is `official` or `estimated`.
    fn boundary(&self, id: AreaId) -> Option<&'static str> {
        match self.world.areas[id].boundary {
            crate::model::Boundary::None => None,
            crate::model::Boundary::Official(_) => Some("official"),
            crate::model::Boundary::Estimated(_) => Some("estimated"),
        }
    }

    /// What a reader of any file must know first: that data are made up, that boundaries are estimated.
    pub(crate) fn doubts(&self) -> Vec<String> {
        super::words::doubts(self.findings, self.world, self.lang)
    }
}

/// A column by its name.
pub(crate) fn column<'a>(
    name: &str,
    holds: Holds,
    value: impl Fn(usize) -> Value<'a> + Send + Sync + 'a,
) -> Column<'a> {
    Column { name: name.to_owned(), holds, value: Box::new(value) }
}

/// A layer without geometry.
pub(crate) fn table<'a>(name: &str, n_rows: usize, columns: Vec<Column<'a>>) -> Layer<'a> {
    Layer { name: name.to_owned(), n_rows, columns, shapes: None }
}

/// The geometries of a layer, in longitude and latitude.
pub(crate) fn shapes<'a>(shape: impl Fn(usize) -> Option<Geometry<f64>> + Send + Sync + 'a) -> Option<Shapes<'a>> {
    Some(Shapes { crs: Crs::wgs84(), shape: Box::new(move |row| shape(row).map(Cow::Owned)) })
}

pub(crate) fn polygon(polygon: Option<&MultiPolygon<f64>>) -> Option<Geometry<f64>> {
    polygon.cloned().map(Geometry::MultiPolygon)
}

pub(crate) fn point(place: Option<geo::Coord<f64>>) -> Option<Geometry<f64>> {
    place.map(|place| Geometry::Point(Point(place)))
}

pub(crate) fn word(word: Option<&str>) -> Value<'_> {
    word.map_or(Value::Missing, |word| Value::Text(Cow::Borrowed(word)))
}

/// Text that was made; nothing where there is none.
pub(crate) fn made<'a>(text: String) -> Value<'a> {
    if text.is_empty() { Value::Missing } else { Value::Text(Cow::Owned(text)) }
}

/// A number; one that is not finite is not known.
pub(crate) fn number<'a>(number: Option<f64>) -> Value<'a> {
    number.filter(|number| number.is_finite()).map_or(Value::Missing, |number| Value::Number(number + 0.0))
}

pub(crate) fn whole<'a>(n: usize) -> Value<'a> {
    i64::try_from(n).map_or(Value::Missing, Value::Whole)
}

/// What it costs to get somewhere as a table shows it: whole metres, or tenths of a minute.
pub(crate) fn to_show(cost: Cost) -> f64 {
    match cost.unit() {
        CostUnit::Metres => cost.get().round(),
        CostUnit::Minutes => (cost.get() * 10.0).round() / 10.0,
    }
}

/// A number as a table shows it in its unit: shares in per cent.
pub(crate) fn shown<'a>(value: Option<f64>, unit: Option<&Unit>) -> Value<'a> {
    number(value.map(|value| if unit == Some(&Unit::Share) { value * 100.0 } else { value }))
}
