//! Dwellings: where they stand, and how much floor they have.
//!
//! Floor area is the footprint times the levels. It stands for the people who live there; it is no number of people.

use std::collections::HashSet;

use geo::{Area, Centroid, Coord, MapCoords, MultiPolygon};
use rayon::prelude::*;

use super::gather::{Flaw, Gathered};
use super::pbf::{Kind, Pbf, Stop};
use super::tags::{Dwelling, Mapping};
use crate::space::plane::LocalPlane;

/// One dwelling.
pub(super) struct Building {
    pub(super) id: String,
    pub(super) place: Coord<f64>,
    /// In square metres.
    pub(super) footprint: f64,
    pub(super) dwelling: Dwelling,
}

/// All dwellings of a file.
#[derive(Default)]
pub(super) struct Buildings {
    pub(super) rows: Vec<Building>,
    /// Dwellings of which a part is not in the file, or that do not close.
    pub(super) n_cut: usize,
}

impl Buildings {
    /// Reads them from a file.
    pub(super) fn read(pbf: &Pbf<'_>, mapping: &Mapping) -> Result<Self, Stop> {
        let gathered = Gathered::read(pbf, &|kind, tags| match kind {
            Kind::Node => None,
            Kind::Way => mapping.dwelling(&tags),
            Kind::Relation if tags.get("type") == "multipolygon" => mapping.dwelling(&tags),
            Kind::Relation => None,
        })?;
        // The outline of a relation may be tagged, too; a way in its courtyard is another building.
        let outlines: HashSet<i64> = gathered
            .relations
            .iter()
            .flat_map(|(_, members, _)| members.iter().filter(|(_, is_inner)| !is_inner).map(|&(id, _)| id))
            .collect();
        let of_relation = |(id, members, dwelling): &(i64, Vec<(i64, bool)>, Dwelling)| {
            building(format!("r{id}"), gathered.polygon_of_relation(members), *dwelling)
        };
        let of_way = |(id, nodes, dwelling): &(i64, _, Dwelling)| {
            let is_outline = outlines.contains(id);
            (!is_outline).then(|| building(format!("w{id}"), gathered.polygon_of_way(nodes), *dwelling))
        };
        let mut all: Vec<Result<Building, Flaw>> = gathered.ways.par_iter().filter_map(of_way).collect();
        all.extend(gathered.relations.par_iter().map(of_relation).collect::<Vec<_>>());
        let mut found = Self::default();
        for building in all {
            match building {
                Ok(building) => found.rows.push(building),
                Err(_) => found.n_cut += 1,
            }
        }
        Ok(found)
    }
}

fn building(id: String, polygon: Result<MultiPolygon<f64>, Flaw>, dwelling: Dwelling) -> Result<Building, Flaw> {
    let polygon = polygon?;
    let place = polygon.centroid().ok_or(Flaw::Open)?.0;
    let plane = LocalPlane::around(place);
    let footprint = polygon.map_coords(|corner| plane.project(corner).into()).unsigned_area();
    Ok(Building { id, place, footprint, dwelling })
}
