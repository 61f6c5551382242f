//! Administrative boundaries: the areas of each level that the file holds whole.

use std::collections::{BTreeMap, HashSet};

use geo::{Area, Geometry, MultiPolygon, Rect};
use rayon::prelude::*;

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
        let mut found = Self { areas: Vec::new(), incomplete: BTreeMap::new(), open: Vec::new() };
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

/// The box that the header of a file states.
pub(super) fn bounds(pbf: &Pbf<'_>) -> Option<Geometry<f64>> {
    let [west, south, east, north] = pbf.header.bounds?;
    Some(Geometry::Polygon(Rect::new((west, south), (east, north)).to_polygon()))
}
