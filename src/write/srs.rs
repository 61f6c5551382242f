//! Coordinate systems as files name them: by EPSG code, by WKT 1 and by PROJJSON.

mod projjson;

use crs_definitions::{Def, from_code};

use crate::space::Crs;

/// A system of the EPSG table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Epsg {
    pub(super) code: u16,
    /// Its definition as WKT 1.
    pub(super) wkt: &'static str,
}

impl Epsg {
    /// `None` for a system that has no code, such as GCJ-02.
    pub(super) fn of(crs: &Crs) -> Option<Self> {
        let code = crs.name().strip_prefix("EPSG:")?.parse().ok()?;
        from_code(code).map(|Def { wkt, .. }| Self { code, wkt })
    }

    /// WGS 84, which every file may need.
    pub(super) fn wgs84() -> Self {
        Self { code: 4326, wkt: crs_definitions::EPSG_4326.wkt }
    }

    /// Its name, the first text of the definition.
    pub(super) fn name(self) -> &'static str {
        self.wkt.split('"').nth(1).unwrap_or("")
    }

    /// Its definition as PROJJSON; `None` for projections that are not turned into it.
    pub(super) fn projjson(self) -> Option<serde_json::Value> {
        projjson::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_its_code_name_and_definition() {
        let zone = Epsg::of(&Crs::parse("EPSG:4549").unwrap()).unwrap();
        assert_eq!((zone.code, zone.name()), (4549, "CGCS2000 / 3-degree Gauss-Kruger CM 120E"));
        assert!(zone.wkt.ends_with("AUTHORITY[\"EPSG\",\"4549\"]]"), "{}", zone.wkt);
    }
}
