//! What a Parquet file says of its geometries, under the key `geo`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The column of geometries of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Geo {
    /// Its name.
    pub(super) column: String,
    /// How they are written.
    pub(super) encoding: Encoding,
    /// The coordinate system as [`crate::space::Crs::parse`] takes it; a name that it does not know where the file
    /// gives no code.
    pub(super) crs: Option<String>,
    /// Where the bounds of each row are: the columns of the smallest x and y and the largest x and y.
    pub(super) covering: Option<[Vec<String>; 4]>,
    /// Whether bounds may go across the 180th meridian, from a large x to a small one.
    pub(super) may_cross: bool,
}

/// How geometries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    #[serde(rename = "WKB")]
    Wkb,
    Point,
    LineString,
    Polygon,
    MultiPoint,
    MultiLineString,
    MultiPolygon,
}

#[derive(Deserialize)]
struct File {
    primary_column: String,
    columns: BTreeMap<String, Column>,
}

#[derive(Deserialize)]
struct Column {
    encoding: Encoding,
    /// `Some(Null)` where the file says that it is unknown.
    #[serde(default, deserialize_with = "said")]
    crs: Option<Value>,
    bbox: Option<Vec<f64>>,
    covering: Option<Covering>,
}

#[derive(Deserialize)]
struct Covering {
    bbox: Option<Bounds>,
}

#[derive(Deserialize)]
struct Bounds {
    xmin: Vec<String>,
    ymin: Vec<String>,
    xmax: Vec<String>,
    ymax: Vec<String>,
}

/// A value that is there, even if it is null.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Geo {
    /// From the text under the key `geo`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut file: File = serde_json::from_str(text).map_err(|error| format!("its `geo` metadata: {error}"))?;
        let column = file.primary_column;
        let said = file.columns.remove(&column).ok_or(format!("its `geo` metadata has no column `{column}`"))?;
        let covering = said.covering.and_then(|covering| covering.bbox);
        let may_cross = match said.bbox.as_deref() {
            Some([min_x, _, max_x, _] | [min_x, _, _, max_x, _, _]) => max_x < min_x,
            _ => false,
        };
        Ok(Self {
            column,
            encoding: said.encoding,
            crs: match &said.crs {
                // Where nothing is said, longitude and latitude are meant.
                None => Some("OGC:CRS84".to_owned()),
                Some(crs) => name(crs),
            },
            covering: covering.map(|bounds| [bounds.xmin, bounds.ymin, bounds.xmax, bounds.ymax]),
            may_cross,
        })
    }
}

/// The name of a coordinate system in PROJJSON: its code, else what it is called. Files of old have WKT.
pub(super) fn name(crs: &Value) -> Option<String> {
    match crs {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        _ => {
            let id = crs.get("id").or_else(|| crs.pointer("/ids/0"));
            let code = id.and_then(|id| {
                let code = id.get("code")?;
                let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
                Some(format!("{}:{code}", id.get("authority")?.as_str()?.to_ascii_uppercase()))
            });
            // A system with heights is the plane one and a vertical one; a bound one is that which it turns.
            let inner = || crs.pointer("/components/0").or_else(|| crs.get("source_crs")).and_then(name);
            let called = || crs.get("name").and_then(Value::as_str).map(str::to_owned);
            code.or_else(inner).or_else(called).or_else(|| Some("unnamed".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geo(more: &str) -> Result<Geo, String> {
        Geo::parse(&format!(
            r#"{{"version":"1.1.0","primary_column":"g","columns":{{"g":{{"geometry_types":[],{more}}}}}}}"#
        ))
    }

    #[test]
    fn the_system_is_the_code_and_unknown_is_not_taken_for_degrees() {
        for (crs, expected) in [
            ("", Some("OGC:CRS84")),
            (r#","crs":null"#, None),
            (r#","crs":{"name":"x","id":{"authority":"EPSG","code":4549}}"#, Some("EPSG:4549")),
            (r#","crs":{"name":"x","id":{"authority":"OGC","code":"CRS84"}}"#, Some("OGC:CRS84")),
            (r#","crs":{"name":"our own plane"}"#, Some("our own plane")),
            (r#","crs":{}"#, Some("unnamed")),
            (r#","crs":{"components":[{"id":{"authority":"EPSG","code":4490}},{}]}"#, Some("EPSG:4490")),
            (r#","crs":{"type":"BoundCRS","source_crs":{"id":{"authority":"EPSG","code":4490}}}"#, Some("EPSG:4490")),
            (r#","crs":"GEOGCS[]""#, Some("GEOGCS[]")),
        ] {
            let geo = geo(&format!(r#""encoding":"WKB"{crs}"#)).unwrap();
            assert_eq!(geo.crs.as_deref(), expected, "{crs}");
        }
    }

    #[test]
    fn encodings_and_bounds() {
        let found = geo(r#""encoding":"multipolygon","bbox":[1,2,3,4],
            "covering":{"bbox":{"xmin":["b","xmin"],"ymin":["b","ymin"],"xmax":["b","xmax"],"ymax":["b","ymax"]}}"#);
        let found = found.unwrap();
        assert_eq!((found.encoding, found.may_cross), (Encoding::MultiPolygon, false));
        assert_eq!(found.covering.unwrap()[2], ["b", "xmax"]);
        assert!(geo(r#""encoding":"WKB","bbox":[170,0,0,-170,1,1]"#).unwrap().may_cross);
        assert!(geo(r#""encoding":"WKT""#).is_err());
        assert!(Geo::parse(r#"{"primary_column":"a","columns":{}}"#).is_err());
        assert!(Geo::parse(&"[".repeat(100_000)).is_err());
    }
}
