//! The streets and communities of a study, and places in them.
//!
//! Real: codes, names, kinds, seats, boundaries. Made up: where in its street a community lies.

use geo::Coord;

use super::chance::{Chance, Theme};
use super::sheet::Row;
use crate::model::{AreaId, Areas, Id, Value, World};
use crate::space::Crs;
use crate::space::distance::metres;
use crate::space::index::PolygonIndex;
use crate::space::plane::LocalPlane;

/// Seats nearer than this to another make a street dense, in metres.
const DENSE: f64 = 4000.0;

/// A street.
pub(super) struct Street {
    pub(super) area: AreaId,
    /// Its seat lies close to another: built-up.
    pub(super) dense: bool,
    pub(super) place: Option<Coord<f64>>,
    /// Its communities, as positions in [`Ground::communities`].
    pub(super) communities: Vec<usize>,
}

/// A community or village.
pub(super) struct Community {
    pub(super) area: AreaId,
    /// Its street, as a position in [`Ground::streets`].
    pub(super) street: Option<usize>,
    pub(super) village: bool,
    pub(super) dense: bool,
    pub(super) place: Option<Coord<f64>>,
}

/// The streets and communities.
pub(super) struct Ground<'w> {
    pub(super) areas: &'w Areas,
    pub(super) city: Option<AreaId>,
    pub(super) district: Option<AreaId>,
    pub(super) streets: Vec<Street>,
    pub(super) communities: Vec<Community>,
    /// The polygons of the streets, by position.
    index: PolygonIndex,
    /// What coordinates are written in.
    crs: &'w Crs,
}

impl<'w> Ground<'w> {
    pub(super) fn new(world: &'w World, crs: &'w Crs, seed: u64) -> Self {
        let areas = &*world.areas;
        let of_level = |key: &str| areas.level(key).map_or(&[][..], |level| areas.at_level(level));
        let ids = of_level("street");
        let seats: Vec<Option<Coord<f64>>> = ids.iter().map(|&id| areas[id].place).collect();
        let is_dense = |position: usize| {
            let Some(seat) = seats[position] else { return false };
            let others = seats.iter().enumerate().filter(|&(other, _)| other != position);
            others.filter_map(|(_, &other)| other).any(|other| metres(seat, other) < DENSE)
        };
        let streets = (ids.iter().enumerate())
            .map(|(position, &area)| Street {
                area,
                dense: is_dense(position),
                place: seats[position],
                communities: Vec::new(),
            })
            .collect();
        let index = PolygonIndex::build(ids.iter().map(|&id| areas[id].boundary.polygon()));
        let top = |key: &str| of_level(key).first().copied();
        let mut ground =
            Self { areas, city: top("city"), district: top("district"), streets, communities: Vec::new(), index, crs };
        ground.settle(of_level("community"), &mut Chance::new(seed, Theme::Ground));
        ground
    }

    fn settle(&mut self, communities: &[AreaId], chance: &mut Chance) {
        let areas = self.areas;
        let street_level = areas.level("street");
        for &area in communities {
            let holder = street_level.and_then(|level| areas.ancestor(area, level));
            let street = self.streets.iter().position(|street| Some(street.area) == holder);
            let kind = areas.attribute("kind").and_then(|kinds| kinds.get(area.index()));
            let dense = street.is_some_and(|street| self.streets[street].dense);
            let seat = street.and_then(|street| self.streets[street].place);
            let place =
                areas[area].place.or_else(|| self.near(seat?, street, if dense { 1200.0 } else { 4000.0 }, chance));
            if let Some(street) = street {
                self.streets[street].communities.push(self.communities.len());
            }
            self.communities.push(Community {
                area,
                street,
                village: kind == Some(Value::Text("village")),
                dense,
                place,
            });
        }
    }

    /// A place in a community: within some hundred metres, in its street's polygon if there is one.
    pub(super) fn in_community(&self, community: usize, chance: &mut Chance) -> Option<Coord<f64>> {
        let community = &self.communities[community];
        let radius = if community.dense { 400.0 } else { 900.0 };
        self.near(community.place?, community.street, radius, chance)
    }

    /// A place near the seat of a street.
    pub(super) fn in_street(&self, street: usize, chance: &mut Chance) -> Option<Coord<f64>> {
        self.near(self.streets[street].place?, Some(street), 600.0, chance)
    }

    /// A place at most `radius` metres from `centre`; if the street has a polygon, inside it.
    pub(super) fn near(
        &self,
        centre: Coord<f64>,
        street: Option<usize>,
        radius: f64,
        chance: &mut Chance,
    ) -> Option<Coord<f64>> {
        const TRIES: u32 = 50;
        let plane = LocalPlane::around(centre);
        for attempt in 0..TRIES {
            // Narrower with each try, so that the last ones stay by the centre.
            let reach = radius * f64::from(TRIES - attempt) / f64::from(TRIES);
            let place = rounded(plane.unproject(chance.in_disc(reach)));
            if self.fits(place, street) {
                return Some(place);
            }
        }
        Some(rounded(centre)).filter(|&place| self.fits(place, street))
    }

    fn fits(&self, place: Coord<f64>, street: Option<usize>) -> bool {
        let Some(street) = street else { return true };
        let drawn = self.areas[self.streets[street].area].boundary.polygon().is_some();
        let holders = self.index.containing(place);
        // A street without a polygon must not reach into one that has one.
        if drawn { holders.first() == u32::try_from(street).ok().as_ref() } else { holders.is_empty() }
    }

    /// Fills in where a facility is: the code and name of its area, and its place.
    pub(super) fn locate(&self, row: &mut Row<'_>, area: AreaId, place: Option<Coord<f64>>) {
        row.set("area-code", self.areas[area].code.as_str());
        row.set("area-name", self.areas[area].name.as_str());
        let written = place.and_then(|place| {
            let place_there = self.crs.from_degrees(place)?;
            // As fine as the place itself is known; a shift or a projection keeps it to a centimetre.
            let digits = if self.crs.is_wgs84() {
                5
            } else if self.crs.is_geographic() {
                7
            } else {
                2
            };
            Some([place_there.x, place_there.y].map(|number| format!("{number:.digits$}")))
        });
        let [x, y] = written.map_or([None, None], |[x, y]| [Some(x), Some(y)]);
        row.set("lon", x);
        row.set("lat", y);
    }

    /// Dense streets, else all that have a place: where a facility of the district stands.
    pub(super) fn centres(&self) -> Vec<usize> {
        let with = |test: &dyn Fn(&Street) -> bool| -> Vec<usize> {
            (0..self.streets.len()).filter(|&street| test(&self.streets[street])).collect()
        };
        let dense = with(&|street| street.dense && !street.communities.is_empty());
        if dense.is_empty() { with(&|street| street.place.is_some() && !street.communities.is_empty()) } else { dense }
    }

    /// Streets that are not dense but have a place.
    pub(super) fn outskirts(&self) -> Vec<usize> {
        let outside = |&street: &usize| {
            let street = &self.streets[street];
            !street.dense && street.place.is_some() && !street.communities.is_empty()
        };
        (0..self.streets.len()).filter(outside).collect()
    }
}

/// To five decimals, about a metre: as it will be written.
fn rounded(place: Coord<f64>) -> Coord<f64> {
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    Coord { x: round(place.x), y: round(place.y) }
}
