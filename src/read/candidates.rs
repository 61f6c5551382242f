//! The coordinate systems that numbers may be in, by their range alone: nothing is decided here.

use geo::{Coord, Rect, coord};

use crate::space::{Crs, china_shift};

/// A system that numbers may be in.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The system.
    pub crs: Crs,
    /// Whether x is north and y is east, so that they have to be swapped.
    pub swapped: bool,
}

/// How many of the places are looked at, evenly spread over the file.
const LOOKED_AT: usize = 2000;

/// How many of a hundred places must fit for a system to be a candidate.
const MOST: usize = 90;

/// The first codes of zones that numbers are tried in, and how many there are: CGCS2000 in zones of 3 degrees without
/// and with their number before x, then in those of 6 degrees with it (without it they are the same planes).
const GAUSS_KRUEGER: [(u32, u32); 3] = [(4534, 21), (4513, 21), (4491, 11)];

/// UTM on WGS 84, north and south.
const UTM: [(u32, u32); 2] = [(32_601, 60), (32_701, 60)];

/// What nearly all numbers of planes fit.
const WEB_MERCATOR: &str = "EPSG:3857";

/// Degrees from its central meridian up to which a zone is used: 3-degree zones reach 1.5, those of 6 degrees 3.
const ZONE: f64 = 4.0;

impl Candidate {
    /// Longitude and latitude on WGS 84 of a pair of numbers; `None` where they are none of this system.
    pub fn turn(&self, raw: Coord<f64>) -> Option<Coord<f64>> {
        let raw = if self.swapped {
            coord! { x: raw.y, y: raw.x }
        } else {
            raw
        };
        if self.crs.is_geographic() && !is_degrees(raw) {
            return None;
        }
        self.crs.to_degrees(raw).filter(|&place| is_degrees(place))
    }

    /// Its name, in a message.
    pub fn label(&self) -> [String; 2] {
        let name = match self.crs.name() {
            "EPSG:4326" => "WGS 84 (EPSG:4326)",
            name => name,
        };
        if self.swapped {
            [format!("{name} with x and y swapped"), format!("{name}（横纵坐标互换）")]
        } else {
            [name.to_owned(), name.to_owned()]
        }
    }

    /// Whether most numbers look like those of this system.
    pub(super) fn fits_most(&self, raw: &[Coord<f64>], near: Option<Rect<f64>>) -> bool {
        let n = raw.iter().filter(|&&raw| self.fits(raw, near)).count();
        MOST * raw.len() <= 100 * n
    }

    /// Whether numbers look like those of this system: inside what it is used for, not only inside what it can turn.
    fn fits(&self, raw: Coord<f64>, near: Option<Rect<f64>>) -> bool {
        let Some(place) = self.turn(raw) else { return false };
        let is_plane = !self.crs.is_geographic();
        // Metres so small are a place at the edge of a zone, or degrees.
        if is_plane && raw.x.abs() <= 360.0 && raw.y.abs() <= 360.0 {
            return false;
        }
        if let Some(near) = near {
            return holds(near, place);
        }
        match meridian(&self.crs) {
            Some(meridian) => (place.x - meridian).abs() <= ZONE,
            None => true,
        }
    }
}

/// Whether a pair of numbers can be longitude and latitude.
pub(super) fn is_degrees(place: Coord<f64>) -> bool {
    place.x.abs() <= 180.0 && place.y.abs() <= 90.0
}

fn holds(area: Rect<f64>, place: Coord<f64>) -> bool {
    area.min().x <= place.x && place.x <= area.max().x && area.min().y <= place.y && place.y <= area.max().y
}

/// The central meridian of a zone that numbers are tried in.
fn meridian(crs: &Crs) -> Option<f64> {
    let code: u32 = crs.name().strip_prefix("EPSG:")?.parse().ok()?;
    let zone = |first: u32, n: u32| code.checked_sub(first).filter(|&zone| zone < n).map(f64::from);
    let three = |first| zone(first, 21).map(|zone| 75.0 + 3.0 * zone);
    let six = |first| zone(first, 11).map(|zone| 75.0 + 6.0 * zone);
    let utm = |first| zone(first, 60).map(|zone| 6.0 * zone - 177.0);
    three(4534).or(three(4513)).or(six(4491)).or(utm(32_601)).or(utm(32_701))
}

/// The systems that these numbers may be in, the likelier kinds first. `near` is where the study lies; `others` are
/// systems that it states elsewhere.
pub fn candidates(raw: &[Coord<f64>], near: Option<Rect<f64>>, others: &[Crs]) -> Vec<Candidate> {
    let near = near.map(grown);
    let raw: Vec<Coord<f64>> =
        sampled(raw.len()).map(|row| raw[row]).filter(|raw| raw.x != 0.0 || raw.y != 0.0).collect();
    if raw.is_empty() {
        return Vec::new();
    }
    let fits = |candidate: &Candidate| candidate.fits_most(&raw, near);
    let degrees = [Crs::wgs84(), Crs::gcj02(), Crs::bd09()];
    let zones = GAUSS_KRUEGER.iter().chain(&UTM).flat_map(|&(first, n)| first..first + n).chain([3857]);
    let mut systems: Vec<Crs> = degrees.into_iter().collect();
    systems.extend(others.iter().filter(|other| !other.is_geographic()).cloned());
    systems.extend(zones.filter_map(Crs::from_epsg));
    let mut found: Vec<Candidate> = Vec::new();
    for swapped in [false, true] {
        // Numbers that fit as they are are not turned over, unless the place is known.
        if swapped && near.is_none() && found.iter().any(|candidate| candidate.crs.name() != WEB_MERCATOR) {
            break;
        }
        for crs in &systems {
            let candidate = Candidate { crs: crs.clone(), swapped };
            if fits(&candidate) && !found.contains(&candidate) {
                found.push(candidate);
            }
        }
    }
    found.sort_by_key(|candidate| candidate.crs.name() == WEB_MERCATOR);
    // Where the map services shift nothing, theirs is WGS 84.
    if !raw.iter().any(|&raw| china_shift::is_shifted(raw) || china_shift::is_shifted(coord! { x: raw.y, y: raw.x })) {
        found.retain(|candidate| ![Crs::gcj02(), Crs::bd09()].contains(&candidate.crs));
    }
    found
}

/// Rows of a file that are looked at: all of a short one, else some, evenly spread.
pub(super) fn sampled(n_rows: usize) -> impl Iterator<Item = usize> {
    (0..n_rows).step_by(n_rows.div_ceil(LOOKED_AT).max(1))
}

/// A study and what lies around it: its own size to each side, at least half a degree.
fn grown(area: Rect<f64>) -> Rect<f64> {
    let (wide, high) = (area.width().max(0.5), area.height().max(0.5));
    Rect::new(
        coord! { x: area.min().x - wide, y: area.min().y - high },
        coord! { x: area.max().x + wide, y: area.max().y + high },
    )
}

/// What the numbers look like and what to write, in English and Chinese; for numbers of which nothing more is known.
pub fn by_range(found: &[Candidate]) -> [String; 2] {
    let planes: Vec<&Candidate> = found.iter().filter(|candidate| !candidate.crs.is_geographic()).collect();
    match (found, planes.as_slice()) {
        ([], _) => ["the numbers fit no system that is tried".into(), "数值不符合任何常用坐标系".into()],
        ([first, ..], []) if first.swapped => [
            "they look like degrees with longitude and latitude swapped".into(),
            "像是经纬度，但经度与纬度互换了".into(),
        ],
        ([_], []) => ["they look like degrees: crs = \"EPSG:4326\"".into(), "像是经纬度：crs = \"EPSG:4326\"".into()],
        (_, []) => [
            "they look like degrees: crs = \"EPSG:4326\" from GPS or a GIS, \"GCJ-02\" from Amap or Tencent, \"BD-09\" from Baidu"
                .into(),
            "像是经纬度：来自 GPS 或 GIS 写 crs = \"EPSG:4326\"，来自高德、腾讯写 \"GCJ-02\"，来自百度写 \"BD-09\"".into(),
        ],
        (_, [only]) => {
            let [en, zh] = only.label();
            [format!("they look like {en}"), format!("像是 {zh}")]
        }
        (_, planes) if planes.len() <= 4 => {
            let labels = |lang: usize| planes.iter().map(|candidate| candidate.label()[lang].clone()).collect::<Vec<_>>();
            [format!("they look like {}", labels(0).join(" or ")), format!("像是 {}", labels(1).join(" 或 "))]
        }
        (_, planes) => {
            let swapped = planes.iter().all(|candidate| candidate.swapped);
            let (en, zh) = if swapped { (", x and y swapped", "，且横纵坐标互换") } else { ("", "") };
            [
                format!(
                    "they look like metres in a plane{en}, but the numbers do not say which: in China crs = \"EPSG:4534\" \
                     (central meridian 75 E) to \"EPSG:4554\" (135 E) of CGCS2000 in 3-degree zones, or a UTM zone"
                ),
                format!(
                    "像是平面坐标（米）{zh}，但从数值看不出是哪个带：国内为 CGCS2000 三度带 crs = \"EPSG:4534\"（中央经线 75°）\
                     至 \"EPSG:4554\"（135°），或 UTM 分带"
                ),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DALIAN: [(f64, f64); 3] = [(121.6, 39.0), (121.9, 39.3), (121.75, 39.1)];

    fn around_dalian() -> Option<Rect<f64>> {
        Some(Rect::new(coord! { x: 121.5, y: 38.9 }, coord! { x: 122.0, y: 39.5 }))
    }

    /// The names of the candidates for places in a system, `~` where swapped.
    fn names(system: &str, swapped: bool, places: &[(f64, f64)], near: Option<Rect<f64>>) -> Vec<String> {
        let crs = Crs::parse(system).unwrap();
        let raw = |&(x, y): &(f64, f64)| {
            let raw = crs.from_degrees(coord! { x: x, y: y }).unwrap();
            if swapped {
                coord! { x: raw.y, y: raw.x }
            } else {
                raw
            }
        };
        let raw: Vec<Coord<f64>> = places.iter().map(raw).collect();
        let name = |found: &Candidate| format!("{}{}", found.crs.name(), if found.swapped { "~" } else { "" });
        candidates(&raw, near, &[]).iter().map(name).collect()
    }

    #[test]
    fn degrees_in_china_may_be_in_three_systems_and_elsewhere_in_one() {
        assert_eq!(names("EPSG:4326", false, &DALIAN, None), ["EPSG:4326", "GCJ-02", "BD-09"]);
        assert_eq!(names("EPSG:4326", true, &DALIAN, None), ["EPSG:4326~", "GCJ-02~", "BD-09~"]);
        assert_eq!(names("EPSG:4326", false, &[(13.4, 52.5)], None), ["EPSG:4326"]);
        // Both axes fit in 90 degrees: only where the study lies tells.
        let near = Some(Rect::new(coord! { x: 13.0, y: 52.0 }, coord! { x: 14.0, y: 53.0 }));
        assert_eq!(names("EPSG:4326", true, &[(13.4, 52.5)], near), ["EPSG:4326~"]);
    }

    #[test]
    fn the_number_of_the_zone_before_x_tells_the_zone() {
        assert_eq!(names("EPSG:4528", false, &DALIAN, None), ["EPSG:4528"]);
        assert_eq!(names("EPSG:4528", true, &DALIAN, None), ["EPSG:4528~", "EPSG:3857"]);
        assert_eq!(names("EPSG:4499", false, &DALIAN, None), ["EPSG:4499"]);
    }

    #[test]
    fn without_the_number_only_the_place_of_the_study_tells_the_zone() {
        let without = names("EPSG:4549", false, &DALIAN, None);
        assert!(21 < without.len() && without[..21].iter().all(|name| name.starts_with("EPSG:45")), "{without:?}");
        assert_eq!(names("EPSG:4549", false, &DALIAN, around_dalian()), ["EPSG:4549"]);
        assert_eq!(names("EPSG:4549", true, &DALIAN, around_dalian()), ["EPSG:4549~"]);
        // Zone 51 of UTM has the central meridian of zone 41: a scale of 0.9996 moves by kilometres, not by degrees.
        assert_eq!(names("EPSG:32651", false, &DALIAN, around_dalian()), ["EPSG:4550", "EPSG:32651"]);
        assert_eq!(names("EPSG:3857", false, &DALIAN, around_dalian()), ["EPSG:3857"]);
        // Zone 13 of 6 degrees begins its numbers like that.
        assert_eq!(names("EPSG:3857", false, &DALIAN, None), ["EPSG:4491", "EPSG:3857"]);
    }

    #[test]
    fn a_few_odd_numbers_do_not_hide_the_rest_and_none_give_no_candidate() {
        let mut raw = vec![coord! { x: 121.6, y: 39.0 }; 30];
        raw.extend([coord! { x: 0.0, y: 0.0 }, coord! { x: 1e9, y: -5.0 }]);
        assert_eq!(candidates(&raw, None, &[]).len(), 3);
        assert!(candidates(&[], None, &[]).is_empty());
        assert!(candidates(&[coord! { x: f64::NAN, y: 1.0 }], None, &[]).is_empty());
        assert!(candidates(&[coord! { x: 1e300, y: 1e300 }], around_dalian(), &[]).is_empty());
    }

    #[test]
    fn a_system_that_the_study_states_elsewhere_is_tried() {
        let soldner = Crs::parse("EPSG:3068").unwrap();
        let raw = [coord! { x: 24_000.0, y: 20_000.0 }];
        let near = Some(Rect::new(coord! { x: 13.0, y: 52.3 }, coord! { x: 13.8, y: 52.7 }));
        assert!(candidates(&raw, near, &[]).is_empty());
        assert_eq!(candidates(&raw, near, std::slice::from_ref(&soldner))[0].crs, soldner);
    }
}
