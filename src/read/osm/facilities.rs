//! Facilities: what the table of tags says offers a service, wherever it is a point, a building or a ground.

use geo::{BoundingRect, Coord, InteriorPoint, MultiPoint, MultiPolygon};
use rayon::prelude::*;

use super::gather::{Flaw, Gathered};
use super::pbf::{Kind, Pbf, Stop, Tags};
use super::tags::Mapping;

/// One facility; an element that offers several services is several.
pub(super) struct Facility {
    pub(super) id: String,
    pub(super) place: Option<Coord<f64>>,
    pub(super) seen: Seen,
}

/// What the tags say.
pub(super) struct Seen {
    pub(super) services: Vec<usize>,
    pub(super) name: String,
    pub(super) name_en: String,
    pub(super) name_zh: String,
    pub(super) values: Vec<String>,
    /// Primary, junior; of schools.
    pub(super) stages: [Option<bool>; 2],
}

/// All facilities of a file.
#[derive(Default)]
pub(super) struct Facilities {
    pub(super) rows: Vec<Facility>,
    /// Facilities of which a part is not in the file: they stand in the middle of what is there.
    pub(super) n_cut: usize,
}

impl Facilities {
    /// Reads them from a file.
    pub(super) fn read(pbf: &Pbf<'_>, mapping: &Mapping) -> Result<Self, Stop> {
        let gathered = Gathered::read(pbf, &|kind, tags| match kind {
            Kind::Relation if !matches!(tags.get("type"), "multipolygon" | "site" | "boundary") => None,
            _ => seen(mapping, &tags),
        })?;
        let middle_of_way = |nodes: &_| match gathered.nodes_of(nodes) {
            [first, _, .., last] if first == last => inside(gathered.polygon_of_way(nodes)),
            _ => None,
        };
        let ways: Vec<(Option<Coord<f64>>, bool)> = gathered
            .ways
            .par_iter()
            .map(|(_, nodes, _)| {
                let there: Vec<Coord<f64>> =
                    gathered.nodes_of(nodes).iter().filter_map(|&id| gathered.place(id)).collect();
                let is_cut = there.len() < nodes.len();
                (middle_of_way(nodes).or_else(|| middle(there)), is_cut)
            })
            .collect();
        let relations: Vec<(Option<Coord<f64>>, bool)> = gathered
            .relations
            .par_iter()
            .map(|(_, members, _)| match gathered.polygon_of_relation(members) {
                Ok(polygon) => (inside(Ok(polygon)), false),
                Err(flaw) => (middle(gathered.there(members)), flaw == Flaw::Incomplete),
            })
            .collect();
        let mut found = Self::default();
        for (id, place, seen) in gathered.points {
            found.rows.push(Facility { id: format!("n{id}"), place: Some(place), seen });
        }
        for ((id, _, seen), (place, is_cut)) in gathered.ways.into_iter().zip(ways) {
            found.n_cut += usize::from(is_cut);
            found.rows.push(Facility { id: format!("w{id}"), place, seen });
        }
        for ((id, _, seen), (place, is_cut)) in gathered.relations.into_iter().zip(relations) {
            found.n_cut += usize::from(is_cut);
            found.rows.push(Facility { id: format!("r{id}"), place, seen });
        }
        Ok(found)
    }
}

fn seen(mapping: &Mapping, tags: &Tags<'_>) -> Option<Seen> {
    let services = mapping.services(tags);
    if services.is_empty() {
        return None;
    }
    let is_school = services.iter().any(|&service| mapping.service(service) == "school");
    let stage = |stage| if is_school { mapping.has_stage(tags, stage) } else { None };
    let text = |key| tags.get(key).to_owned();
    Some(Seen {
        services,
        name: text("name"),
        name_en: text("name:en"),
        name_zh: text("name:zh"),
        values: mapping.values(tags),
        stages: [stage("primary"), stage("junior")],
    })
}

fn inside(polygon: Result<MultiPolygon<f64>, Flaw>) -> Option<Coord<f64>> {
    polygon.ok()?.interior_point().map(|point| point.0)
}

/// The middle of the box around places.
fn middle(there: Vec<Coord<f64>>) -> Option<Coord<f64>> {
    MultiPoint::from(there).bounding_rect().map(|bounds| bounds.center())
}
