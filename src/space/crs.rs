//! Coordinate systems: to longitude and latitude on WGS 84 and back.
//!
//! CGCS2000 is taken as WGS 84, which it is to well below a metre. Projections are those of `proj4rs`, with its table
//! of EPSG codes; GCJ-02 and BD-09 are the shifted systems of Chinese map services.

use std::cell::Cell;
use std::fmt;

use geo::{Coord, Geometry, MapCoordsInPlace};
use proj4rs::Proj;
use proj4rs::transform::transform;

/// A coordinate system.
#[derive(Clone)]
pub struct Crs {
    name: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// Longitude, latitude on WGS 84 or what is taken for it.
    Degrees,
    /// Anything that `proj4rs` knows; coordinates are in its own units, degrees if geographic.
    Proj(Box<Proj>),
}

impl fmt::Debug for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crs({})", self.name)
    }
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Crs {
    /// Longitude, latitude on WGS 84.
    pub fn wgs84() -> Self {
        Self { name: "EPSG:4326".to_owned(), kind: Kind::Degrees }
    }

    /// A system by its name: `EPSG:4549`, `4549`, `urn:ogc:def:crs:EPSG::4549`, `OGC:CRS84`, `WGS84`, `CGCS2000`, WKT.
    /// `None` where it is not known.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let upper = name.to_ascii_uppercase();
        if ["WGS84", "WGS 84", "OGC:CRS84", "CRS84", "URN:OGC:DEF:CRS:OGC:1.3:CRS84"].contains(&upper.as_str()) {
            return Some(Self::wgs84());
        }
        if upper == "CGCS2000" {
            return Some(Self { name: "EPSG:4490".to_owned(), kind: Kind::Degrees });
        }
        let digits = upper.strip_prefix("EPSG:").or_else(|| upper.strip_prefix("URN:OGC:DEF:CRS:EPSG:"));
        let digits = digits.unwrap_or(&upper).rsplit(':').next()?;
        let code: u16 = digits.parse().ok()?;
        let name = format!("EPSG:{code}");
        match code {
            4326 | 4490 => Some(Self { name, kind: Kind::Degrees }),
            _ => Some(Self { name, kind: Kind::Proj(Box::new(Proj::from_epsg_code(code).ok()?)) }),
        }
    }

    /// Its name, `EPSG:4549` where it has a code.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its coordinates are longitude and latitude on WGS 84 as they are.
    pub fn is_wgs84(&self) -> bool {
        matches!(self.kind, Kind::Degrees)
    }

    /// Longitude and latitude on WGS 84 of a coordinate of this system (x east, y north); `None` where it has none.
    pub fn to_degrees(&self, place: Coord<f64>) -> Option<Coord<f64>> {
        match &self.kind {
            Kind::Degrees => Some(place),
            Kind::Proj(proj) => {
                let place = if proj.is_latlong() { radians(place) } else { place };
                through(proj, geographic()?, place).map(degrees)
            }
        }
    }

    /// The coordinate in this system of a longitude and latitude on WGS 84; `None` where there is none.
    pub fn from_degrees(&self, place: Coord<f64>) -> Option<Coord<f64>> {
        match &self.kind {
            Kind::Degrees => Some(place),
            Kind::Proj(proj) => {
                let place = through(geographic()?, proj, radians(place))?;
                Some(if proj.is_latlong() { degrees(place) } else { place })
            }
        }
    }

    /// Turns a geometry of this system into longitude and latitude; false where a corner has none, and the geometry is
    /// then not to be used.
    pub fn turn_to_degrees(&self, geometry: &mut Geometry<f64>) -> bool {
        if self.is_wgs84() {
            return true;
        }
        let all = Cell::new(true);
        geometry.map_coords_in_place(|place| {
            self.to_degrees(place).unwrap_or_else(|| {
                all.set(false);
                place
            })
        });
        all.get()
    }
}

fn radians(place: Coord<f64>) -> Coord<f64> {
    Coord { x: place.x.to_radians(), y: place.y.to_radians() }
}

fn degrees(place: Coord<f64>) -> Coord<f64> {
    Coord { x: place.x.to_degrees(), y: place.y.to_degrees() }
}

fn geographic() -> Option<&'static Proj> {
    static GEOGRAPHIC: std::sync::LazyLock<Option<Proj>> = std::sync::LazyLock::new(|| Proj::from_epsg_code(4326).ok());
    GEOGRAPHIC.as_ref()
}

fn through(from: &Proj, to: &Proj, place: Coord<f64>) -> Option<Coord<f64>> {
    let mut point = (place.x, place.y, 0.0);
    transform(from, to, &mut point).ok()?;
    let (x, y) = (point.0, point.1);
    (x.is_finite() && y.is_finite()).then_some(Coord { x, y })
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::coord;

    #[test]
    fn a_zone_of_gauss_and_krueger_goes_both_ways() {
        let zone = Crs::parse("EPSG:4549").unwrap();
        let place = coord! { x: 121.7, y: 39.1 };
        let plane = zone.from_degrees(place).unwrap();
        assert!(
            (600_000.0..700_000.0).contains(&plane.x) && (4_300_000.0..4_400_000.0).contains(&plane.y),
            "{plane:?}"
        );
        let back = zone.to_degrees(plane).unwrap();
        assert!((back.x - place.x).abs() < 1e-9 && (back.y - place.y).abs() < 1e-9, "{back:?}");
    }
}
