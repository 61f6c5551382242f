//! Coordinate systems: to longitude and latitude on WGS 84 and back.
//!
//! Coordinates are always x east, y north, whatever order the register of EPSG gives. CGCS2000 is taken as WGS 84,
//! which it is to well below a metre. Projections are those of `proj4rs`, with its table of EPSG codes; GCJ-02 and BD-09
//! are the shifted systems of Chinese map services.

mod spelled;
mod wkt;

use std::cell::Cell;
use std::fmt;

use geo::{Coord, Geometry, MapCoordsInPlace};
use proj4rs::Proj;
use proj4rs::transform::transform;

use super::china_shift::{bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02};

/// A coordinate system.
#[derive(Clone)]
pub struct Crs {
    name: String,
    kind: Kind,
    datum: Datum,
}

#[derive(Clone)]
enum Kind {
    /// Longitude, latitude on WGS 84 or what is taken for it.
    Degrees,
    /// The system of most Chinese map services.
    Gcj02,
    /// The system of Baidu.
    Bd09,
    /// Anything that `proj4rs` knows; coordinates are in its own units, degrees if geographic.
    Proj(Box<Proj>),
}

/// How a system comes to WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datum {
    /// It is on WGS 84, or on a datum that agrees with it to a metre or so, such as CGCS2000 or ETRS89.
    Same,
    /// By a shift, turn and scale (seven parameters), good to some metres.
    Turned,
    /// By a shift alone (three parameters) for a whole country, good to some tens of metres.
    Shifted,
    /// No shift to WGS 84 is published, as for Xian 1980: places are off by about a hundred metres, and nobody can say
    /// by how much.
    Unknown,
}

/// Geographic systems whose coordinates are grads, or degrees and minutes in one number: the table calls them degrees.
const NOT_IN_DEGREES: [u16; 10] = [4327, 4807, 4810, 4811, 4816, 4819, 4821, 4901, 4902, 7400];

/// How far a transverse Mercator zone is used from its central meridian, in metres: what lies farther belongs to another
/// zone, has the zone's number before it, or has its axes swapped.
const ZONE_REACH: f64 = 2_000_000.0;
/// A quarter of the equator, in metres; to a pole it is a little less.
const QUADRANT: f64 = 10_019_000.0;

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
        Self { name: "EPSG:4326".to_owned(), kind: Kind::Degrees, datum: Datum::Same }
    }

    /// The system of Amap, Tencent and other Chinese map services.
    pub fn gcj02() -> Self {
        Self { name: "GCJ-02".to_owned(), kind: Kind::Gcj02, datum: Datum::Same }
    }

    /// The system of Baidu.
    pub fn bd09() -> Self {
        Self { name: "BD-09".to_owned(), kind: Kind::Bd09, datum: Datum::Same }
    }

    /// A system by its name: `EPSG:4549`, `4549`, `urn:ogc:def:crs:EPSG::4549`,
    /// `http://www.opengis.net/def/crs/EPSG/0/4549`, `OGC:CRS84`, `WGS84`, `GCJ-02`, `百度`,
    /// `CGCS2000 3度带 120E`, `UTM 51N`, WKT of any version, PROJJSON or a PROJ string.
    /// `None` where it is not known.
    pub fn parse(text: &str) -> Option<Self> {
        spelled::system(text)
    }

    /// A system by its code at EPSG; `None` where the table has none of it that is on a plane or in degrees.
    pub fn from_epsg(code: u32) -> Option<Self> {
        let code = u16::try_from(code).ok()?;
        let name = format!("EPSG:{code}");
        if NOT_IN_DEGREES.contains(&code) {
            return None;
        }
        if matches!(code, 4326 | 4490) {
            return Some(Self { name, kind: Kind::Degrees, datum: Datum::Same });
        }
        let definition = crs_definitions::from_code(code)?;
        Self::from_proj(name, definition.proj4)
    }

    /// A system by a PROJ string. Grid files are left out: whether they are there differs from machine to machine.
    fn from_proj(name: String, text: &str) -> Option<Self> {
        let is_null = |part: &str| part.trim_start_matches('+') == "nadgrids=@null";
        let kept = |part: &&str| is_null(part) || !part.trim_start_matches('+').starts_with("nadgrids");
        let by_grid = |part: &str| if part == "+datum=NAD27" { "+ellps=clrk66" } else { part }.to_owned();
        let parts: Vec<String> = text.split_whitespace().filter(kept).map(by_grid).collect();
        let proj = Proj::from_proj_string(&parts.join(" ")).ok()?;
        if proj.is_geocent() || !proj.has_inverse() || !proj.has_forward() {
            return None;
        }
        let datum = datum(&parts, &proj);
        Some(Self { name, kind: Kind::Proj(Box::new(proj)), datum })
    }

    /// Its name, `EPSG:4549` where it has a code.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its coordinates are longitude and latitude on WGS 84 as they are.
    pub fn is_wgs84(&self) -> bool {
        matches!(self.kind, Kind::Degrees)
    }

    /// Whether its coordinates are degrees.
    pub fn is_geographic(&self) -> bool {
        match &self.kind {
            Kind::Degrees | Kind::Gcj02 | Kind::Bd09 => true,
            Kind::Proj(proj) => proj.is_latlong(),
        }
    }

    /// How it comes to WGS 84.
    pub fn datum(&self) -> Datum {
        self.datum
    }

    /// Longitude and latitude on WGS 84 of a coordinate of this system (x east, y north); `None` where it has none.
    pub fn to_degrees(&self, place: Coord<f64>) -> Option<Coord<f64>> {
        match &self.kind {
            Kind::Degrees => Some(place),
            Kind::Gcj02 => Some(gcj02_to_wgs84(place)),
            Kind::Bd09 => Some(bd09_to_wgs84(place)),
            Kind::Proj(proj) if proj.is_latlong() => {
                let holds = place.x.abs() <= 360.0 && place.y.abs() <= 90.0;
                through(proj, geographic()?, radians(place)).map(degrees).filter(|_| holds)
            }
            Kind::Proj(proj) => {
                through(proj, geographic()?, place).map(degrees).filter(|_| is_within_reach(proj, place))
            }
        }
    }

    /// The coordinate in this system of a longitude and latitude on WGS 84; `None` where there is none.
    pub fn from_degrees(&self, place: Coord<f64>) -> Option<Coord<f64>> {
        match &self.kind {
            Kind::Degrees => Some(place),
            Kind::Gcj02 => Some(wgs84_to_gcj02(place)),
            Kind::Bd09 => Some(wgs84_to_bd09(place)),
            Kind::Proj(proj) if proj.is_latlong() => through(geographic()?, proj, radians(place)).map(degrees),
            Kind::Proj(proj) => {
                let found = through(geographic()?, proj, radians(place))?;
                let meridian = proj.longitude_of_origin().to_degrees() + proj.from_greenwich().to_degrees();
                let off = (place.x - meridian + 540.0).rem_euclid(360.0) - 180.0;
                let is_near = !is_zone(proj) || off.abs() < 80.0;
                (is_near && is_within_reach(proj, found)).then_some(found)
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

/// How a system that these parts of a PROJ string define comes to WGS 84.
fn datum(parts: &[String], proj: &Proj) -> Datum {
    let value = |key: &str| parts.iter().find_map(|part| part.trim_start_matches('+').strip_prefix(key));
    let (major, minor) = proj.ellipse_parameters();
    let is_modern = (major - 6_378_137.0).abs() < 0.5 && ((minor - 6_356_752.3).abs() < 0.5 || minor == major);
    if let Some(shift) = value("towgs84=") {
        let numbers: Vec<f64> = shift.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        return match numbers.iter().rposition(|&number| number != 0.0) {
            None => Datum::Same,
            Some(last) if last < 3 => Datum::Shifted,
            Some(_) => Datum::Turned,
        };
    }
    match value("datum=") {
        Some("WGS84" | "NAD83") => Datum::Same,
        Some("GGRS87" | "carthage" | "ch1903") => Datum::Shifted,
        Some(_) => Datum::Turned,
        None if is_modern => Datum::Same,
        None => Datum::Unknown,
    }
}

/// Whether the projection is a transverse Mercator, which comes in zones.
fn is_zone(proj: &Proj) -> bool {
    matches!(proj.projname(), "tmerc" | "utm" | "etmerc" | "estmerc")
}

/// Whether a coordinate is one that the projection is used for; others are no coordinates of the system.
fn is_within_reach(proj: &Proj, place: Coord<f64>) -> bool {
    let east = place.x * proj.to_meter() - proj.false_easting();
    let north = place.y * proj.to_meter() - proj.false_northing();
    match proj.projname() {
        // Once around the earth.
        "merc" => east.abs() <= 2.001 * QUADRANT,
        _ if is_zone(proj) => east.abs() <= ZONE_REACH && north.abs() <= 2.0 * QUADRANT,
        _ => true,
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
    use proptest::prelude::*;

    fn there_and_back(name: &str, place: Coord<f64>) -> Coord<f64> {
        let system = Crs::parse(name).unwrap();
        let back = system.to_degrees(system.from_degrees(place).unwrap()).unwrap();
        assert!((back.x - place.x).abs() < 1e-9 && (back.y - place.y).abs() < 1e-9, "{name}: {place:?} {back:?}");
        system.from_degrees(place).unwrap()
    }

    #[test]
    fn a_zone_of_gauss_and_krueger_goes_both_ways() {
        let plane = there_and_back("EPSG:4549", coord! { x: 121.7, y: 39.1 });
        assert!(
            (600_000.0..700_000.0).contains(&plane.x) && (4_300_000.0..4_400_000.0).contains(&plane.y),
            "{plane:?}"
        );
        // The same with the number of the zone before it.
        let prefixed = there_and_back("EPSG:4528", coord! { x: 121.7, y: 39.1 });
        assert!((prefixed.x - plane.x - 40_000_000.0).abs() < 1e-6 && (prefixed.y - plane.y).abs() < 1e-6);
    }

    #[test]
    fn what_no_zone_is_used_for_is_no_coordinate_of_it() {
        let zone = Crs::parse("EPSG:4549").unwrap();
        // With the zone's number before it, with swapped axes, degrees of a place in the south of another zone.
        for (x, y) in [(40_647_000.0, 4_330_000.0), (4_330_000.0, 647_000.0), (f64::NAN, 1.0), (1e300, 1e300)] {
            assert_eq!(zone.to_degrees(coord! { x: x, y: y }), None, "{x}, {y}");
        }
        assert_eq!(zone.from_degrees(coord! { x: -60.0, y: 39.0 }), None);
    }

    #[test]
    fn the_way_to_wgs84_is_known_or_said_not_to_be() {
        for (name, datum) in [
            ("EPSG:4490", Datum::Same),
            ("EPSG:4528", Datum::Same),
            ("EPSG:25833", Datum::Same),
            ("EPSG:3857", Datum::Same),
            ("EPSG:3068", Datum::Turned),
            ("EPSG:28992", Datum::Turned),
            ("EPSG:2436", Datum::Shifted),
            ("EPSG:4610", Datum::Unknown),
            ("EPSG:2364", Datum::Unknown),
            ("EPSG:4267", Datum::Unknown),
            ("+proj=tmerc +lon_0=120 +x_0=500000 +a=6378140 +rf=298.257 +towgs84=1,2,3,0.1,0,0,1", Datum::Turned),
        ] {
            assert_eq!(Crs::parse(name).unwrap().datum(), datum, "{name}");
        }
    }

    #[test]
    fn every_code_of_the_table_is_refused_or_goes_both_ways_near_its_middle() {
        let mut known = 0;
        for system in (0..=70_000).filter_map(Crs::from_epsg) {
            known += 1;
            let Kind::Proj(proj) = &system.kind else { continue };
            let middle = coord! { x: proj.longitude_of_origin().to_degrees() + 0.5, y: proj.latitude_of_origin().to_degrees() + 0.5 };
            let Some(plane) = system.from_degrees(middle) else { continue };
            if let Some(back) = system.to_degrees(plane) {
                let off = (back - middle).x.rem_euclid(360.0);
                assert!(
                    off.min(360.0 - off) < 2e-3 && (back - middle).y.abs() < 2e-3,
                    "{system:?}: {middle:?} {back:?}"
                );
            }
        }
        assert!(5000 < known, "{known}");
        for code in [0, 4978, 4807, 65_535, 65_536, 69_862, u32::MAX] {
            assert_eq!(Crs::from_epsg(code), None, "{code}");
        }
    }

    proptest! {
        #[test]
        fn all_zones_of_cgcs2000_go_both_ways(zone in 0_u32..21, off in -1.6..1.6_f64, lat in 3.0..54.0_f64) {
            let place = coord! { x: 75.0 + 3.0 * f64::from(zone) + off, y: lat };
            let [with, without] = [4513, 4534].map(|first| there_and_back(&format!("EPSG:{}", first + zone), place));
            prop_assert_eq!((with.x / 1e6).floor(), f64::from(25 + zone));
            prop_assert!((100_000.0..900_000.0).contains(&without.x));
            there_and_back(&format!("EPSG:{}", 4491 + zone / 2), place);
            there_and_back("EPSG:3857", place);
            there_and_back("GCJ-02", place);
        }
    }
}
