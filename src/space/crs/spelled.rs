//! Systems by what people and programs write: codes, addresses, names in English and Chinese.

use super::{Crs, wkt};

/// The longest description of a system that is read, in bytes.
const LONGEST: usize = 1 << 16;

/// A system by any of its names; `None` where it is not known.
pub(super) fn system(text: &str) -> Option<Crs> {
    let text = text.trim().trim_matches('\0').trim();
    if LONGEST < text.len() {
        return None;
    }
    if text.starts_with('{') {
        return wkt::json(text);
    }
    if text.starts_with("+proj=") {
        return Crs::from_proj(text.to_owned(), text);
    }
    if text.contains('[') {
        return wkt::system(text);
    }
    by_code(text).or_else(|| by_words(text))
}

/// `EPSG:4549`, `4549`, `urn:ogc:def:crs:EPSG::4549`, `http://www.opengis.net/def/crs/EPSG/0/4549`, `OGC:CRS84`.
fn by_code(text: &str) -> Option<Crs> {
    let upper = text.to_ascii_uppercase();
    let address = ["URN:OGC:DEF:CRS:", "URN:X-OGC:DEF:CRS:"].iter().find_map(|start| upper.strip_prefix(start));
    let address = address.or_else(|| upper.split_once("/DEF/CRS/").map(|(_, rest)| rest));
    let address = address.or_else(|| upper.split_once("/GML/SRS/").map(|(_, rest)| rest));
    let mut parts = address.unwrap_or(&upper).split(['/', ':', '#', '.']).map(str::trim);
    let (first, last) = (parts.next()?, parts.next_back());
    match (first, last) {
        ("OGC" | "CRS84", _) if last.is_none_or(|last| last == "CRS84" || last == "CRS84H") => Some(Crs::wgs84()),
        // Web Mercator before it had a code.
        ("EPSG" | "ESRI", Some("900913" | "102100" | "102113" | "3785")) => Crs::from_epsg(3857),
        ("EPSG", Some(code)) => Crs::from_epsg(digits(code)?),
        (code, None) => Crs::from_epsg(digits(code)?),
        _ => None,
    }
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A family of zones that names speak of.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    Cgcs2000,
    Xian1980,
    Beijing1954,
}

/// What names say of a datum, as [`flat`] makes it.
const FAMILIES: [(Family, &[&str]); 3] = [
    (
        Family::Cgcs2000,
        &[
            "CGCS2000",
            "CHINAGEODETICCOORDINATESYSTEM2000",
            "2000国家大地坐标系",
            "国家大地2000",
            "国家2000",
            "大地2000",
        ],
    ),
    (Family::Xian1980, &["XIAN1980", "XIAN80", "西安1980", "1980西安", "西安80"]),
    (Family::Beijing1954, &["BEIJING1954", "BEIJING54", "北京1954", "1954北京", "北京54"]),
];

/// A zone of Gauss and Krüger on CGCS2000.
pub(super) struct Zone {
    code: u32,
    /// Its central meridian, in degrees east.
    pub(super) meridian: f64,
    /// What is added to x, in metres; with the number of the zone before it where x has that.
    pub(super) easting: f64,
}

impl Zone {
    pub(super) fn crs(&self) -> Option<Crs> {
        Crs::from_epsg(self.code)
    }
}

/// All zones of CGCS2000: of 3 degrees, then of 6; without the zone's number before x, then with it. Those of 6
/// degrees without a number come last: they are the same planes as those of 3 degrees.
pub(super) fn zones() -> impl Iterator<Item = Zone> {
    let series = |first: u32, n: u32, degrees: u32, from: Option<u32>| {
        (0..n).map(move |zone| Zone {
            code: first + zone,
            meridian: f64::from(75 + degrees * zone),
            easting: 5e5 + 1e6 * from.map_or(0.0, |from| f64::from(from + zone)),
        })
    };
    series(4534, 21, 3, None)
        .chain(series(4513, 21, 3, Some(25)))
        .chain(series(4491, 11, 6, Some(13)))
        .chain(series(4502, 11, 6, None))
}

/// A system by a name such as `WGS 84 / UTM zone 51N`, `CGCS2000 3度带 120E`, `高德`.
pub(super) fn by_words(text: &str) -> Option<Crs> {
    let name = flat(text);
    match name.as_str() {
        "WGS84" | "WGS1984" | "GCSWGS1984" | "GPS" | "LONLAT" => return Some(Crs::wgs84()),
        "GCJ02" | "GCJ" | "火星坐标" | "火星坐标系" | "国测局坐标" | "高德" | "高德坐标" | "高德地图" | "AMAP"
        | "腾讯" | "腾讯地图" => return Some(Crs::gcj02()),
        "BD09" | "BD09LL" | "百度" | "百度坐标" | "百度坐标系" | "百度地图" | "BAIDU" => {
            return Some(Crs::bd09());
        }
        "WEBMERCATOR"
        | "WGS84PSEUDOMERCATOR"
        | "PSEUDOMERCATOR"
        | "WGS1984WEBMERCATORAUXILIARYSPHERE"
        | "WGS1984WEBMERCATOR"
        | "WEB墨卡托"
        | "网络墨卡托" => return Crs::from_epsg(3857),
        _ => {}
    }
    if let Some(rest) = name.strip_prefix("WGS84UTM").or(name.strip_prefix("WGS1984UTM")).or(name.strip_prefix("UTM")) {
        return utm(rest.trim_start_matches("ZONE").trim_start_matches("带"));
    }
    let (family, word) = FAMILIES.iter().find_map(|&(family, words)| {
        words.iter().find(|word| name.trim_start_matches("GCS").starts_with(**word)).map(|word| (family, *word))
    })?;
    zone(family, name.trim_start_matches("GCS").strip_prefix(word)?)
}

/// A name without what people write differently: letters large, digits narrow, no blanks, dashes, slashes or brackets.
fn flat(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    };
    let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '°' || *letter == '.';
    text.chars().map(narrow).filter(is_word).flat_map(char::to_uppercase).collect()
}

/// A zone of UTM on WGS 84 by its number and hemisphere.
fn utm(text: &str) -> Option<Crs> {
    let (number, rest) = leading_number(text)?;
    let first = match rest.trim_start_matches(['带']) {
        "N" | "" | "北" => 32_600,
        "S" | "南" => 32_700,
        _ => return None,
    };
    (1..=60).contains(&number).then(|| Crs::from_epsg(first + number))?
}

/// A zone by what is left of its name: `3DEGREEGAUSSKRUGERCM120E`, `3度带120E`, `GKZONE21`, `3度带第40带`.
fn zone(family: Family, text: &str) -> Option<Crs> {
    let [geographic, three, three_cm, six, six_cm] = match family {
        Family::Cgcs2000 => [4490, 4513, 4534, 4491, 4502],
        Family::Xian1980 => [4610, 2349, 2370, 2327, 2338],
        Family::Beijing1954 => [4214, 2401, 2422, 21413, 21453],
    };
    let text = text
        .replace("高斯克吕格", "")
        .replace("高斯", "")
        .replace("投影", "")
        .replace("坐标系", "")
        .replace("坐标", "");
    if text.is_empty() || text == "GCS" {
        return Crs::from_epsg(geographic);
    }
    let width =
        ["3DEGREE", "3度分带", "3度带", "三度带", "3°带"].iter().find_map(|word| Some((3, text.strip_prefix(word)?)));
    let width = width.or_else(|| {
        ["6DEGREE", "6度分带", "6度带", "六度带", "6°带"].iter().find_map(|word| Some((6, text.strip_prefix(word)?)))
    });
    // Names of EPSG and ESRI say 3 degrees, and nothing for 6; in Chinese both are said.
    let (width, rest) = width.unwrap_or((if text.is_ascii() { 6 } else { 3 }, &text));
    let rest = ["GAUSSKRUGER", "GAUSSKRÜGER", "GK"].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let (by_number, by_meridian, first) = if width == 3 { (three, three_cm, 25) } else { (six, six_cm, 13) };
    let n_zones = if width == 3 { 21 } else { 11 };
    let meridian = ["CM", "中央经线", "中央子午线"].iter().find_map(|word| rest.strip_prefix(word));
    let number = ["ZONE", "第", "带号"].iter().find_map(|word| rest.strip_prefix(word));
    let (value, after) = leading_number(meridian.or(number).unwrap_or(rest))?;
    let after = after.trim_matches(['E', '°', '度', '东']);
    // A meridian of China is above 70, a zone below.
    let (code, place) = match (meridian.is_some() || 70 < value, after) {
        (true, "" | "经") => (by_meridian, value.checked_sub(75).filter(|off| off % width == 0)? / width),
        (false, "" | "带") => (by_number, value.checked_sub(first)?),
        _ => return None,
    };
    (place < n_zones).then(|| Crs::from_epsg(code + place))?
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_known_by_what_people_and_programs_write() {
        for (text, name) in [
            ("EPSG:4549", "EPSG:4549"),
            ("epsg: 4549", "EPSG:4549"),
            ("4549", "EPSG:4549"),
            ("urn:ogc:def:crs:EPSG::4549", "EPSG:4549"),
            ("urn:ogc:def:crs:EPSG:9.9.1:4549", "EPSG:4549"),
            ("http://www.opengis.net/def/crs/EPSG/0/4549", "EPSG:4549"),
            ("https://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
            ("http://www.opengis.net/gml/srs/epsg.xml#4549", "EPSG:4549"),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
            ("OGC:CRS84", "EPSG:4326"),
            ("CRS84", "EPSG:4326"),
            ("WGS84", "EPSG:4326"),
            ("WGS 84", "EPSG:4326"),
            ("EPSG:900913", "EPSG:3857"),
            ("Web Mercator", "EPSG:3857"),
            ("WGS 84 / Pseudo-Mercator", "EPSG:3857"),
            ("WGS 84 / UTM zone 51N", "EPSG:32651"),
            ("WGS_1984_UTM_Zone_51N", "EPSG:32651"),
            ("utm 51n", "EPSG:32651"),
            ("UTM zone 33S", "EPSG:32733"),
            ("GCJ-02", "GCJ-02"),
            ("gcj02", "GCJ-02"),
            ("火星坐标", "GCJ-02"),
            ("高德", "GCJ-02"),
            ("BD-09", "BD-09"),
            ("bd09ll", "BD-09"),
            ("百度", "BD-09"),
            ("CGCS2000", "EPSG:4490"),
            ("国家2000", "EPSG:4490"),
            ("2000国家大地坐标系", "EPSG:4490"),
            ("GCS_China_Geodetic_Coordinate_System_2000", "EPSG:4490"),
            ("CGCS2000 3度带 120E", "EPSG:4549"),
            ("CGCS2000 3度带 中央经线120度", "EPSG:4549"),
            ("CGCS2000 / 3-degree Gauss-Kruger CM 120E", "EPSG:4549"),
            ("CGCS2000_3_Degree_GK_CM_120E", "EPSG:4549"),
            ("ＣＧＣＳ２０００ 三度带 １２０Ｅ", "EPSG:4549"),
            ("CGCS2000 / 3-degree Gauss-Kruger zone 40", "EPSG:4528"),
            ("CGCS2000 3度带 第40带", "EPSG:4528"),
            ("CGCS2000 3度带 40带", "EPSG:4528"),
            ("CGCS2000 / Gauss-Kruger zone 21", "EPSG:4499"),
            ("CGCS2000 6度带 21带", "EPSG:4499"),
            ("CGCS2000 / Gauss-Kruger CM 123E", "EPSG:4510"),
            ("Xian 1980 / 3-degree Gauss-Kruger CM 120E", "EPSG:2385"),
            ("西安80 3度带 40带", "EPSG:2364"),
            ("Beijing 1954 / 3-degree Gauss-Kruger CM 120E", "EPSG:2437"),
            ("北京54", "EPSG:4214"),
        ] {
            assert_eq!(system(text).as_ref().map(Crs::name), Some(name), "{text}");
        }
    }

    #[test]
    fn what_is_no_system_is_none() {
        for text in [
            "",
            " ",
            "EPSG:",
            "EPSG:0",
            "EPSG:99999",
            "EPSG:65536",
            "EPSG:-4549",
            "ESRI:54009",
            "OGC:CRS27",
            "IAU:49910",
            "mars",
            "CGCS2000 3度带 121E",
            "CGCS2000 3度带 99带",
            "CGCS2000 3度带",
            "UTM 61N",
            "UTM",
            "120E",
            "+proj=nothing",
            "+proj=geocent",
            "EPSG:4549:1:x",
            "火星",
        ] {
            assert_eq!(system(text), None, "{text}");
        }
        assert_eq!(system(&"x".repeat(1 << 20)), None);
    }

    // The table of EPSG says the same of each zone as the name does.
    #[test]
    fn the_zones_are_those_of_the_table() {
        for zone in zones() {
            let crs = zone.crs().unwrap();
            let middle = crs.from_degrees(geo::coord! { x: zone.meridian, y: 0.0 }).unwrap();
            assert!((middle.x - zone.easting).abs() < 1e-6 && middle.y.abs() < 1e-6, "{crs:?} {middle:?}");
        }
        assert_eq!(zones().count(), 64);
    }
}
