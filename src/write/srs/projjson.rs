//! PROJJSON, which GeoParquet asks for, from the WKT 1 of the EPSG table.
//!
//! The axes stand in the order that the register of EPSG gives, by which other programs know a system again; in a
//! GeoParquet file x comes before y whatever it says.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::Epsg;

/// `None` where the projection is not one of [`METHODS`].
pub(super) fn of(system: Epsg) -> Option<Value> {
    let root = Node::parse(system.wkt)?;
    let mut definition = match root.keyword {
        "GEOGCS" => geographic(&root)?,
        "PROJCS" => projected(&root, system.code)?,
        _ => return None,
    };
    definition["$schema"] = "https://proj.org/schemas/v0.7/projjson.schema.json".into();
    Some(definition)
}

fn geographic(node: &Node<'_>) -> Option<Value> {
    let (datum, meridian) = (node.child("DATUM")?, node.child("PRIMEM")?);
    let spheroid = datum.child("SPHEROID")?;
    let unit = unit(node)?;
    let mut frame = json!({
        "type": "GeodeticReferenceFrame",
        "name": datum.name()?.replace('_', " "),
        "ellipsoid": {
            "name": spheroid.name()?,
            "semi_major_axis": spheroid.number(1)?,
            "inverse_flattening": spheroid.number(2)?,
        },
    });
    if meridian.number(1)? != 0.0 {
        frame["prime_meridian"] = json!({ "name": meridian.name()?, "longitude": meridian.number(1)? });
    }
    let axis =
        |name, short, direction| json!({ "name": name, "abbreviation": short, "direction": direction, "unit": unit });
    let axes = [axis("Geodetic latitude", "Lat", "north"), axis("Geodetic longitude", "Lon", "east")];
    Some(with_code(
        node,
        json!({
            "type": "GeographicCRS",
            "name": node.name()?,
            "datum": frame,
            "coordinate_system": { "subtype": "ellipsoidal", "axis": axes },
        }),
    ))
}

fn projected(node: &Node<'_>, code: u16) -> Option<Value> {
    let wanted = node.child("PROJECTION")?.name()?;
    // Web Mercator has the same name here as a projection of the ellipsoid.
    let wanted = if code == 3857 { "Popular_Visualisation_Pseudo_Mercator" } else { wanted };
    let (_, method, parameters) = METHODS.iter().find(|(name, _, _)| *name == wanted)?;
    let length = unit(node)?;
    // WKT 1 gives angles in the unit of the geographic system, which may be grads.
    let angle = unit(&node.child("GEOGCS")?)?;
    let parameters = parameters.iter().map(|&(name, full, kind)| {
        let given = node.children("PARAMETER").find(|parameter| parameter.name() == Some(name));
        let unit = match kind {
            Of::Angle => angle.clone(),
            Of::Length => length.clone(),
            Of::Scale => json!("unity"),
        };
        let value = match given {
            Some(parameter) => parameter.number(1)?,
            None if kind == Of::Scale => 1.0,
            None => 0.0,
        };
        Some(json!({ "name": full, "value": value, "unit": unit }))
    });
    let parameters: Vec<Value> = parameters.collect::<Option<_>>()?;
    let axis =
        |name, short, direction| json!({ "name": name, "abbreviation": short, "direction": direction, "unit": length });
    let axes = if NORTH_FIRST.iter().any(|zones| zones.contains(&code)) {
        [axis("Northing", "X", "north"), axis("Easting", "Y", "east")]
    } else {
        [axis("Easting", "E", "east"), axis("Northing", "N", "north")]
    };
    Some(with_code(
        node,
        json!({
            "type": "ProjectedCRS",
            "name": node.name()?,
            "base_crs": geographic(&node.child("GEOGCS")?)?,
            "conversion": { "name": "unnamed", "method": { "name": method }, "parameters": parameters },
            "coordinate_system": {
                "subtype": "Cartesian",
                "axis": axes,
            },
        }),
    ))
}

/// The Chinese zones of Gauss and Krüger, whose first axis runs north in the register: on Xian 1980, Beijing 1954 and
/// CGCS2000.
const NORTH_FIRST: [RangeInclusive<u16>; 3] = [2327..=2390, 2401..=2442, 4491..=4554];

/// The unit of the coordinates: a word for the usual ones.
fn unit(node: &Node<'_>) -> Option<Value> {
    let unit = node.child("UNIT")?;
    let kind = if node.keyword == "GEOGCS" { "AngularUnit" } else { "LinearUnit" };
    Some(match unit.name()? {
        "degree" => json!("degree"),
        "metre" => json!("metre"),
        name => json!({ "type": kind, "name": name, "conversion_factor": unit.number(1)? }),
    })
}

fn with_code(node: &Node<'_>, mut definition: Value) -> Value {
    let code = node.child("AUTHORITY").and_then(|authority| authority.text(1)?.parse::<u32>().ok());
    if let Some(code) = code {
        definition["id"] = json!({ "authority": "EPSG", "code": code });
    }
    definition
}

/// What a parameter is measured in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Angle,
    Length,
    Scale,
}

type Parameters = &'static [(&'static str, &'static str, Of)];

const LATITUDE: &str = "Latitude of natural origin";
const LONGITUDE: &str = "Longitude of natural origin";
const SCALE: (&str, &str, Of) = ("scale_factor", "Scale factor at natural origin", Of::Scale);
const EAST: (&str, &str, Of) = ("false_easting", "False easting", Of::Length);
const NORTH: (&str, &str, Of) = ("false_northing", "False northing", Of::Length);
const AT_ORIGIN: Parameters =
    &[("latitude_of_origin", LATITUDE, Of::Angle), ("central_meridian", LONGITUDE, Of::Angle), SCALE, EAST, NORTH];
const FIRST: (&str, &str, Of) = ("standard_parallel_1", "Latitude of 1st standard parallel", Of::Angle);
const SECOND: (&str, &str, Of) = ("standard_parallel_2", "Latitude of 2nd standard parallel", Of::Angle);
const FALSE_EAST: (&str, &str, Of) = ("false_easting", "Easting at false origin", Of::Length);
const FALSE_NORTH: (&str, &str, Of) = ("false_northing", "Northing at false origin", Of::Length);

/// Projections by their name in WKT 1: the name in PROJJSON, and each parameter by both names.
const METHODS: [(&str, &str, Parameters); 6] = [
    ("Transverse_Mercator", "Transverse Mercator", AT_ORIGIN),
    ("Lambert_Conformal_Conic_1SP", "Lambert Conic Conformal (1SP)", AT_ORIGIN),
    ("Oblique_Stereographic", "Oblique Stereographic", AT_ORIGIN),
    (
        "Popular_Visualisation_Pseudo_Mercator",
        "Popular Visualisation Pseudo Mercator",
        &[("latitude_of_origin", LATITUDE, Of::Angle), ("central_meridian", LONGITUDE, Of::Angle), EAST, NORTH],
    ),
    (
        "Lambert_Conformal_Conic_2SP",
        "Lambert Conic Conformal (2SP)",
        &[
            ("latitude_of_origin", "Latitude of false origin", Of::Angle),
            ("central_meridian", "Longitude of false origin", Of::Angle),
            FIRST,
            SECOND,
            FALSE_EAST,
            FALSE_NORTH,
        ],
    ),
    (
        "Lambert_Azimuthal_Equal_Area",
        "Lambert Azimuthal Equal Area",
        &[("latitude_of_center", LATITUDE, Of::Angle), ("longitude_of_center", LONGITUDE, Of::Angle), EAST, NORTH],
    ),
];

/// `KEYWORD[part,part,...]`.
struct Node<'t> {
    keyword: &'t str,
    parts: Vec<&'t str>,
}

impl<'t> Node<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (keyword, rest) = text.trim().split_once('[')?;
        let inside = rest.strip_suffix(']')?;
        let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
        for (at, letter) in inside.char_indices() {
            match letter {
                '"' => quoted = !quoted,
                '[' if !quoted => depth += 1,
                ']' if !quoted => depth = depth.checked_sub(1)?,
                ',' if !quoted && depth == 0 => {
                    parts.push(&inside[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(&inside[start..]);
        Some(Self { keyword, parts })
    }

    fn children(&self, keyword: &str) -> impl Iterator<Item = Self> {
        let children = self.parts.iter().filter_map(|part| Self::parse(part));
        children.filter(move |child| child.keyword == keyword)
    }

    fn child(&self, keyword: &str) -> Option<Self> {
        self.children(keyword).next()
    }

    fn text(&self, at: usize) -> Option<&'t str> {
        Some(self.parts.get(at)?.trim().trim_matches('"'))
    }

    fn name(&self) -> Option<&'t str> {
        self.text(0)
    }

    fn number(&self, at: usize) -> Option<f64> {
        self.text(at)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Crs;

    fn definition(code: u16) -> Option<Value> {
        Epsg::of(&Crs::parse(&format!("EPSG:{code}")).unwrap()).unwrap().projjson()
    }

    #[test]
    fn a_zone_of_gauss_and_krueger_is_defined_to_its_last_parameter() {
        let zone = definition(4528).unwrap();
        assert_eq!(zone["base_crs"]["id"]["code"], 4490);
        assert_eq!(zone["base_crs"]["datum"]["ellipsoid"]["inverse_flattening"], 298.257_222_101);
        let parameters: Vec<(&str, f64)> = zone["conversion"]["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| (parameter["name"].as_str().unwrap(), parameter["value"].as_f64().unwrap()))
            .collect();
        let expected = [(LATITUDE, 0.0), (LONGITUDE, 120.0), (SCALE.1, 1.0), (EAST.1, 40_500_000.0), (NORTH.1, 0.0)];
        assert_eq!(parameters, expected);
    }

    #[test]
    fn a_projection_that_is_not_known_is_not_made_up() {
        assert_eq!(definition(5514), None);
    }
}
