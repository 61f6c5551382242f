//! Systems that a file describes: WKT 1 (of GDAL and of ESRI), WKT 2 and PROJJSON.
//!
//! A code of EPSG at the top comes first, since it says most; without one the description itself is read.

use serde_json::Value;

use super::Crs;

/// A system by its WKT.
pub(super) fn system(text: &str) -> Option<Crs> {
    let inner = horizontal(text.trim()).filter(|inner| depth(inner) <= DEEPEST)?;
    if let Some(crs) = code(inner).and_then(Crs::from_epsg) {
        return Some(crs);
    }
    let proj = proj4wkt::wkt_to_projstring(inner).ok()?;
    if is_wgs84(&proj) {
        return Some(Crs::wgs84());
    }
    let crs = Crs::from_proj(proj.clone(), &proj)?;
    Some(zone_of_cgcs2000(inner, &proj).unwrap_or(crs))
}

/// A system by its PROJJSON: by the code, else by its name.
pub(super) fn json(text: &str) -> Option<Crs> {
    let mut crs: &Value = &serde_json::from_str(text).ok()?;
    // What holds another: with a height, or with a shift to WGS 84.
    while let Some(inner) = crs.pointer("/components/0").or_else(|| crs.get("source_crs")) {
        crs = inner;
    }
    let authority = crs.pointer("/id/authority").and_then(Value::as_str);
    let code = crs.pointer("/id/code");
    let code = code.map(|code| code.as_str().map_or_else(|| code.to_string(), str::to_owned));
    match (authority, code) {
        (Some(authority), Some(code)) => Crs::parse(&format!("{authority}:{code}")),
        _ => super::spelled::by_words(crs.get("name")?.as_str()?),
    }
}

/// Brackets in brackets of a description; no system needs more than half of these.
const DEEPEST: usize = 20;

fn depth(text: &str) -> usize {
    let step = |depth: usize, letter: char| match letter {
        '[' | '(' => depth + 1,
        ']' | ')' => depth.saturating_sub(1),
        _ => depth,
    };
    let depths = text.chars().scan(0, |depth, letter| {
        *depth = step(*depth, letter);
        Some(*depth)
    });
    depths.max().unwrap_or(0)
}

/// The part that lies on the ground, of a system with a height or with a shift to WGS 84.
fn horizontal(mut text: &str) -> Option<&str> {
    for _ in 0..4 {
        let (keyword, rest) = text.split_once('[')?;
        text = match keyword.trim().to_ascii_uppercase().as_str() {
            "COMPD_CS" | "COMPOUNDCRS" => parts(rest).find(|part| part.contains('['))?,
            "BOUNDCRS" => {
                let mut source = parts(rest).filter(|part| part.to_ascii_uppercase().starts_with("SOURCECRS"));
                parts(source.next()?.split_once('[')?.1).next()?
            }
            _ => return Some(text),
        };
    }
    None
}

/// The parts between the commas of a list, up to the bracket that closes it; what is quoted or in brackets is whole.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut found = Vec::new();
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' => depth += 1,
            ']' | ')' if depth == 0 => {
                found.push(text[start..at].trim());
                break;
            }
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.into_iter()
}

/// The code at EPSG that stands at the top of a WKT; those of its parts do not count.
fn code(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once('[')?;
    let of_epsg = |part: &str| {
        let (keyword, rest) = part.split_once('[')?;
        if !["AUTHORITY", "ID"].contains(&keyword.trim().to_ascii_uppercase().as_str()) {
            return None;
        }
        let mut inner = parts(rest).map(|part| part.trim_matches('"').trim());
        inner.next().filter(|authority| authority.eq_ignore_ascii_case("EPSG"))?;
        inner.next()?.parse().ok()
    };
    parts(rest).find_map(of_epsg)
}

/// Whether a description without a code, as ESRI writes it, says no more than degrees on the ellipsoid of WGS 84.
fn is_wgs84(proj: &str) -> bool {
    let all = ["+proj=longlat", "+a=6378137", "+a=6378137.0", "+rf=298.257223563", "+towgs84=0,0,0,0,0,0,0"];
    let parts: Vec<&str> = proj.split_whitespace().collect();
    ["+proj=longlat", "+rf=298.257223563"].iter().all(|part| parts.contains(part))
        && parts.iter().all(|part| all.contains(part))
}

/// The code of a zone of CGCS2000 that is described without one, as ESRI does.
fn zone_of_cgcs2000(wkt: &str, proj: &str) -> Option<Crs> {
    let is_cgcs2000 = ["CGCS2000", "CGCS_2000", "China_2000", "China_Geodetic_Coordinate_System_2000"];
    if !is_cgcs2000.iter().any(|word| wkt.contains(word)) {
        return None;
    }
    if proj.starts_with("+proj=longlat") {
        return Crs::from_epsg(4490);
    }
    let number = |key: &str| {
        let part = proj.split_whitespace().find_map(|part| part.strip_prefix(key));
        part.and_then(|value| value.parse::<f64>().ok())
    };
    let is_plain = proj.starts_with("+proj=tmerc ")
        && proj.contains("+units=m")
        && number("+lat_0=").unwrap_or(0.0) == 0.0
        && number("+y_0=").unwrap_or(0.0) == 0.0
        && number("+k=").or(number("+k_0=")).unwrap_or(1.0) == 1.0;
    let (meridian, easting) = (number("+lon_0=")?, number("+x_0=")?);
    super::spelled::zones().find(|zone| is_plain && zone.meridian == meridian && zone.easting == easting)?.crs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GEOGCS: &str = r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

    fn gauss_krueger(name: &str, easting: &str, meridian: &str) -> String {
        format!(
            r#"PROJCS["{name}",{GEOGCS},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#
        )
    }

    #[test]
    fn a_prj_of_esri_has_no_code_and_is_known_by_what_it_says() {
        for (wkt, name) in [
            (gauss_krueger("CGCS2000_3_Degree_GK_CM_120E", "500000.0", "120.0"), "EPSG:4549"),
            (gauss_krueger("CGCS2000_3_Degree_GK_Zone_40", "40500000.0", "120.0"), "EPSG:4528"),
            (gauss_krueger("CGCS2000_GK_Zone_21", "21500000.0", "123.0"), "EPSG:4499"),
            (GEOGCS.to_owned(), "EPSG:4490"),
            (
                r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#.to_owned(),
                "EPSG:4326",
            ),
        ] {
            assert_eq!(system(&wkt).unwrap().name(), name);
        }
        // A city's own plane: no code, but it works.
        let own = system(&gauss_krueger("CGCS2000_Dalian", "500000.0", "121.5")).unwrap();
        assert!(own.name().starts_with("+proj=tmerc"), "{own:?}");
        let middle = own.to_degrees(geo::coord! { x: 500_000.0, y: 4_330_000.0 }).unwrap();
        assert!((middle.x - 121.5).abs() < 1e-9, "{middle:?}");
    }

    #[test]
    fn the_code_at_the_top_counts_and_not_that_of_a_part() {
        let wkt = r#"PROJCS["x, [y]",GEOGCS["g",DATUM["D",SPHEROID["s",6378137,298.257222101]],AUTHORITY["EPSG","4490"]],PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",120],PARAMETER["false_easting",500000],UNIT["metre",1]"#;
        assert_eq!(system(&format!(r#"{wkt},AUTHORITY["EPSG","4549"]]"#)).unwrap().name(), "EPSG:4549");
        assert!(system(&format!("{wkt}]")).unwrap().name().starts_with("+proj=tmerc"));
        let wkt2 = r#"PROJCRS["x",BASEGEOGCRS["g",DATUM["D",ELLIPSOID["s",6378137,298.257222101]],ID["EPSG",4490]],CONVERSION["c",METHOD["Transverse Mercator",ID["EPSG",9807]]],CS[Cartesian,2],AXIS["northing (X)",north],AXIS["easting (Y)",east],ID["EPSG",4549]]"#;
        assert_eq!(system(wkt2).unwrap().name(), "EPSG:4549");
    }

    #[test]
    fn of_a_system_with_a_height_or_a_shift_the_part_on_the_ground_counts() {
        let ground = r#"PROJCS["x",AUTHORITY["EPSG","25833"]]"#;
        let compound =
            format!(r#"COMPD_CS["x + h",{ground},VERT_CS["h",AUTHORITY["EPSG","5783"]],AUTHORITY["EPSG","1"]]"#);
        assert_eq!(system(&compound).unwrap().name(), "EPSG:25833");
        let bound = format!(r#"BOUNDCRS[SOURCECRS[{ground}],TARGETCRS[GEOGCRS["WGS 84",ID["EPSG",4326]]]]"#);
        assert_eq!(system(&bound).unwrap().name(), "EPSG:25833");
    }

    #[test]
    fn projjson_is_known_by_its_code_or_its_name() {
        for (text, name) in [
            (r#"{"type":"ProjectedCRS","name":"x","id":{"authority":"EPSG","code":4549}}"#, "EPSG:4549"),
            (r#"{"type":"GeographicCRS","id":{"authority":"OGC","code":"CRS84"}}"#, "EPSG:4326"),
            (
                r#"{"type":"CompoundCRS","components":[{"id":{"authority":"EPSG","code":"25833"}},{"id":{"authority":"EPSG","code":5783}}]}"#,
                "EPSG:25833",
            ),
            (r#"{"type":"BoundCRS","source_crs":{"id":{"authority":"EPSG","code":4490}}}"#, "EPSG:4490"),
            (r#"{"type":"ProjectedCRS","name":"CGCS2000 / 3-degree Gauss-Kruger CM 120E"}"#, "EPSG:4549"),
        ] {
            assert_eq!(json(text).unwrap().name(), name, "{text}");
        }
        assert_eq!(json("{"), None);
        assert_eq!(json(r#"{"name":"somewhere"}"#), None);
    }

    #[test]
    fn damaged_text_is_no_system() {
        for text in
            ["", "PROJCS[", "PROJCS[\"x\"", "COMPD_CS[\"x\"]", "GEOGCS[]", "BOUNDCRS[SOURCECRS[", "PROJCS[\"街道]]]]"]
        {
            assert_eq!(system(text), None, "{text}");
        }
        let deep = "COMPD_CS[\"x\",".repeat(10_000);
        assert_eq!(system(&deep), None);
    }
}
