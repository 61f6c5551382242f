//! Administrative boundaries: the areas of each level that the file holds whole.

use std::collections::{BTreeMap, HashSet};

use geo::{Area, MultiPolygon, Rect};
use rayon::prelude::*;

use super::cut::{self, Run};
use super::gather::{Flaw, Gathered};
use super::pbf::{Kind, Pbf, Stop, Tags};

/// An area that the file holds whole.
pub(super) struct Bounded {
    pub(super) id: String,
    pub(super) level: u8,
    pub(super) name: String,
    /// Of [`KEPT`].
    pub(super) tags: Vec<String>,
    pub(super) polygon: MultiPolygon<f64>,
}

/// Tags that become columns.
pub(super) const KEPT: [&str; 6] = ["name:en", "name:zh", "admin_level", "ref", "wikidata", "place"];

/// All boundaries of a file.
pub(super) struct Boundaries {
    pub(super) areas: Vec<Bounded>,
    /// Where none is whole: those of one level as the border of the extract cuts them, and what is left.
    pub(super) cut: Vec<Bounded>,
    /// By level: boundaries of which a part is not in the file.
    pub(super) incomplete: BTreeMap<u8, usize>,
    /// Names of boundaries that are all there and do not close.
    pub(super) open: Vec<String>,
}

struct Seen {
    level: u8,
    name: String,
    tags: Vec<String>,
}

/// A level is one of these.
const LEVELS: std::ops::RangeInclusive<u8> = 1..=12;

fn look(kind: Kind, tags: Tags<'_>) -> Option<Seen> {
    let is_kind = match kind {
        Kind::Node => false,
        Kind::Way => true,
        Kind::Relation => matches!(tags.get("type"), "boundary" | "multipolygon"),
    };
    if !is_kind || tags.get("boundary") != "administrative" {
        return None;
    }
    let level = tags.get("admin_level").parse().ok().filter(|level| LEVELS.contains(level))?;
    let name = ["name", "name:en", "official_name", "ref"].map(|key| tags.get(key));
    let name = name.into_iter().find(|name| !name.is_empty())?;
    Some(Seen { level, name: name.to_owned(), tags: KEPT.map(|key| tags.get(key).to_owned()).to_vec() })
}

impl Boundaries {
    /// Reads them from a file.
    pub(super) fn read(pbf: &Pbf<'_>) -> Result<Self, Stop> {
        let gathered = Gathered::read(pbf, &look)?;
        let mut found = Self { areas: Vec::new(), cut: Vec::new(), incomplete: BTreeMap::new(), open: Vec::new() };
        let relations: Vec<Result<MultiPolygon<f64>, Flaw>> =
            gathered.relations.par_iter().map(|(_, members, _)| gathered.polygon_of_relation(members)).collect();
        for ((id, _, seen), polygon) in gathered.relations.iter().zip(relations) {
            found.add(format!("r{id}"), seen, polygon);
        }
        // A way that is a part of a boundary, or not closed, is none itself.
        let members: HashSet<i64> =
            gathered.relations.iter().flat_map(|(_, members, _)| members.iter().map(|&(id, _)| id)).collect();
        for (id, nodes, seen) in &gathered.ways {
            let is_closed = matches!(gathered.nodes_of(nodes), [first, _, .., last] if first == last);
            if is_closed && !members.contains(id) {
                found.add(format!("w{id}"), seen, gathered.polygon_of_way(nodes));
            }
        }
        if found.areas.is_empty()
            && let Some(bounds) = bounds(pbf)
        {
            found.cut = cut_level(&gathered, bounds);
        }
        Ok(found)
    }

    fn add(&mut self, id: String, seen: &Seen, polygon: Result<MultiPolygon<f64>, Flaw>) {
        match polygon {
            Ok(polygon) => {
                let Seen { level, name, tags } = seen;
                self.areas.push(Bounded { id, level: *level, name: name.clone(), tags: tags.clone(), polygon });
            }
            Err(Flaw::Incomplete) => *self.incomplete.entry(seen.level).or_insert(0) += 1,
            Err(Flaw::Open) => self.open.push(seen.name.clone()),
        }
    }

    /// The levels of which an area is whole.
    pub(super) fn levels(&self) -> Vec<u8> {
        let levels: std::collections::BTreeSet<u8> = self.areas.iter().map(|area| area.level).collect();
        levels.into_iter().collect()
    }

    /// The level that suits a study best: of those whose areas cover nine tenths of what any level covers, the one with
    /// the most areas; of equal ones the upper.
    pub(super) fn best(&self) -> Option<u8> {
        let covered = |level: u8| -> f64 {
            let areas = self.areas.iter().filter(|area| area.level == level);
            areas.map(|area| area.polygon.unsigned_area()).sum()
        };
        let levels = self.levels();
        let most = levels.iter().map(|&level| covered(level)).fold(0.0, f64::max);
        let n_areas = |level: u8| self.areas.iter().filter(|area| area.level == level).count();
        levels.into_iter().filter(|&level| 0.9 * most <= covered(level)).rev().max_by_key(|&level| n_areas(level))
    }
}

/// The areas of the level of which the border cuts the most, and what of the box none of them holds.
fn cut_level(gathered: &Gathered<Seen>, bounds: Rect<f64>) -> Vec<Bounded> {
    let mut best = Vec::new();
    for level in LEVELS {
        let of_level: Vec<_> = gathered.relations.iter().filter(|(_, _, seen)| seen.level == level).collect();
        let runs: Vec<Vec<Run>> = of_level.iter().map(|(_, members, _)| gathered.runs(members)).collect();
        let parts = cut::cut(bounds, &runs);
        let bounded = |((id, _, seen), part): (&&(i64, _, Seen), Option<MultiPolygon<f64>>)| {
            let polygon = part.filter(|part| !part.0.is_empty())?;
            Some(Bounded { id: format!("r{id}"), level, name: seen.name.clone(), tags: seen.tags.clone(), polygon })
        };
        let found: Vec<Bounded> = of_level.iter().zip(parts).filter_map(bounded).collect();
        if best.len() < found.len() {
            best = found;
        }
    }
    let polygons: Vec<MultiPolygon<f64>> = best.iter().map(|area| area.polygon.clone()).collect();
    if let [Bounded { level, .. }, ..] = &*best {
        let rest = cut::rest(bounds, &polygons);
        if SMALLEST_REST * bounds.unsigned_area() < rest.unsigned_area() {
            let tags = KEPT.map(|_| String::new()).to_vec();
            best.push(Bounded {
                id: "rest".to_owned(),
                level: *level,
                name: "rest/其余".to_owned(),
                tags,
                polygon: rest,
            });
        }
    }
    best
}

/// What is left of the box is an area if it is more than this share of it.
const SMALLEST_REST: f64 = 0.001;

/// The box that the header of a file states.
pub(super) fn bounds(pbf: &Pbf<'_>) -> Option<Rect<f64>> {
    let [west, south, east, north] = pbf.header.bounds?;
    Some(Rect::new((west, south), (east, north)))
}
