//! Input that is damaged, wrong or out of place: said with its file, its place and how to mend it; never a crash, never
//! half an output.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use support::{OUTPUTS, Run, Study, evenreach, names, skipped};

const HUNDRED_MB: usize = 100_000_000;

/// The streets with other features.
fn streets(features: &str) -> Study {
    Study::with("streets.geojson", format!(r#"{{"type":"FeatureCollection","features":{features}}}"#))
}

/// The streets with another boundary of the first.
fn boundary(geometry: &str) -> Study {
    streets(&format!(
        r#"[{{"type":"Feature","properties":{{"code":"S1","name":"光明街道","parent":"D"}},"geometry":{geometry}}},
        {{"type":"Feature","properties":{{"code":"S2","name":"站前街道","parent":"D"}},"geometry":{{"type":"Polygon",
        "coordinates":[[[121.1,39.0],[121.2,39.0],[121.2,39.1],[121.1,39.1],[121.1,39.0]]]}}}}]"#
    ))
}

/// The first kindergarten with another place.
fn place(lon: &str, lat: &str) -> Study {
    Study::edited("kindergartens.csv", "121.031,39.051", &format!("{lon},{lat}"))
}

#[test]
fn the_small_study_is_checked_without_a_word_of_complaint() {
    let study = Study::small();
    let run = study.check(&["--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("3 met   2 unmet   1 unknown   1 not checkable   of 7"), "{}", run.stdout);
    assert_eq!(names(&study.out()), OUTPUTS);
}

// Files that are no text, or not the text they should be.

#[test]
fn an_empty_file_is_said_to_be_empty() {
    Study::with("kindergartens.csv", "").refused("kindergartens.csv", "the file is empty", "a header row");
    Study::with("people.csv", " \r\n\n").refused("people.csv", "the file is empty", "a header row");
    Study::with("streets.geojson", "").refused("streets.geojson:1:1", "the file is empty", "export the layer again");
    for (file, key) in [("study.toml", "missing field `format`"), ("pack.toml", "missing field `format`")] {
        let study = Study::with(file, "");
        let run = study.check(&[]);
        run.refused();
        run.says(&[key, file]);
        study.writes_nothing(&[]);
    }
}

#[test]
fn truncated_json_is_said_with_the_place_where_it_ends() {
    let whole = support::FILES.iter().find(|(name, _)| *name == "streets.geojson").unwrap().1;
    let cut: String = whole.lines().take(2).map(|line| format!("{line}\n")).collect();
    Study::with("streets.geojson", cut.trim_end_matches(['\n', ','])).refused(
        "streets.geojson:2:193",
        "EOF while parsing a list",
        "a FeatureCollection as of RFC 7946",
    );
    // Wherever it is cut, it is refused and nothing is written.
    for end in (1..whole.trim_end().len()).step_by(31).filter(|&end| whole.is_char_boundary(end)) {
        let study = Study::with("streets.geojson", &whole[..end]);
        study.check(&[]).refused();
        assert!(!study.out().exists());
    }
}

#[test]
fn json_of_another_shape_is_said() {
    for (text, place, what) in [
        (r#"{"type":"FeatureCollection","features":"none"}"#, "1:45", "expected a list of features"),
        (r#"{"type":"FeatureCollection","features":{"a":1}}"#, "1:39", "expected a list of features"),
        (r#"{"type":"FeatureCollection","features":[7]}"#, "1:41", "expected a feature"),
        (r#"{"type":7,"features":[]}"#, "1:9", "expected a string"),
        (r#"[{"type":"Feature"}]"#, "1:1", "expected a FeatureCollection"),
        (r#"{"type":"FeatureCollection","features":[{"properties":[1]}]}"#, "1:55", "expected properties or null"),
        (r#"{"type":"FeatureCollection","features":[{"geometry":"here"}]}"#, "1:58", "expected a geometry or null"),
        (r#"{"type":"FeatureCollection","features":[]} tail"#, "1:44", "trailing characters"),
    ] {
        Study::with("streets.geojson", text).refused(&format!("streets.geojson:{place}"), what, "RFC 7946");
    }
    Study::with("streets.geojson", r#"{"type":"Feature","properties":{},"geometry":null}"#).refused(
        "streets.geojson, column `name`",
        "no column is recognised as `name`",
        "name it in the study",
    );
}

#[test]
fn coordinates_of_another_shape_are_said() {
    for (coordinates, what) in [
        (r#""121,39""#, "a number or a list of coordinates"),
        (r#"[["121","39"]]"#, "a number or a list"),
        ("7", "bare"),
    ] {
        let study = boundary(&format!(r#"{{"type":"Polygon","coordinates":{coordinates}}}"#));
        let run = study.check(&[]);
        run.refused();
        run.says(&["error: streets.geojson:1:", what, "→ a FeatureCollection as of RFC 7946"]);
        study.writes_nothing(&[]);
    }
    // A shape that GeoJSON has, but no boundary: the rest of the file is used.
    for (geometry, what) in [
        (r#"{"type":"Polygon","coordinates":[[121,39],[122,39]]}"#, "nested wrongly for a Polygon"),
        (r#"{"type":"Polygon","coordinates":[[[121]]]}"#, "a position of one number"),
        (r#"{"type":"Box","coordinates":[]}"#, "type `Box`"),
    ] {
        boundary(geometry).warned("streets.geojson, feature 1", what, "check the feature in a GIS");
    }
    boundary(r#"{"type":"LineString","coordinates":[[121.05,39.05],[121.06,39.05]]}"#).warned(
        "streets.geojson, feature 1",
        "it is not a polygon",
        "draw it again",
    );
}

#[test]
fn numbers_that_are_no_coordinates_are_said_with_their_row() {
    for (lon, lat) in [("NaN", "39.05"), ("121.03", "inf"), ("1e400", "39"), ("121.03", "-Infinity"), ("", "39.05")] {
        place(lon, lat).warned(
            "kindergartens.csv, row 2",
            &format!("`{lon}`, `{lat}` is not a pair of coordinates"),
            "decimal degrees",
        );
    }
    for (lon, lat, what) in [
        ("1e300", "1e300", "the numbers are out of range"),
        ("-1.7976931348623157e308", "39", "the numbers are out of range"),
        ("181", "39.05", "the numbers are out of range"),
        ("0", "0", "0, 0 stands for no place"),
        ("39.051", "121.031", "longitude and latitude look swapped"),
        ("502691.5", "4322000.1", "the numbers look like metres"),
    ] {
        place(lon, lat).warned("kindergartens.csv, row 2", what, "correct the coordinates of this row");
    }
}

#[test]
fn json_numbers_that_are_none_or_huge_are_said() {
    for number in ["NaN", "Infinity", "1e400", "-", "0x79", "121.0.0"] {
        let study = boundary(&format!(r#"{{"type":"Polygon","coordinates":[[[{number},39.0],[121.1,39.0]]]}}"#));
        let run = study.check(&[]);
        run.refused();
        run.says(&["error: streets.geojson:1:", "cannot be read as GeoJSON", "→ a FeatureCollection as of RFC 7946"]);
        study.writes_nothing(&[]);
    }
    for number in ["1e300", "1.7976931348623157e308", "-181"] {
        let ring = format!("[121.0,39.0],[121.1,39.0],[{number},39.1],[121.0,39.0]");
        boundary(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)).warned(
            "streets.geojson, feature 1",
            "is out of range; the area has no boundary",
            "correct the coordinates",
        );
    }
}

#[test]
fn numbers_of_people_that_are_none_are_said_and_taken_as_missing() {
    for cell in ["NaN", "inf", "1e400", "-5", "many", "12人"] {
        Study::edited("people.csv", "4000", cell).warned(
            "people.csv, row 2",
            &format!("`residents` is `{cell}`, which is not a number of people"),
            "correct the cell, or leave it empty",
        );
    }
    Study::edited("series.csv", "rate,,,2020,91", "rate,,,20200,91").warned(
        "series.csv, row 3",
        "`rate`, `20200`, `91` is not an indicator, a year and a number",
        "correct the row",
    );
}

#[test]
fn a_hundred_megabytes_of_nesting_are_refused() {
    let lists = "[".repeat(HUNDRED_MB);
    Study::with("streets.geojson", &lists).refused("streets.geojson:1:1", "expected a FeatureCollection", "RFC 7946");
    for (start, open) in [
        (r#"{"type":"FeatureCollection","features":[{"properties":{"a":"#, "["),
        (r#"{"type":"FeatureCollection","features":[{"properties":"#, r#"{"a":"#),
        (r#"{"type":"FeatureCollection","features":[{"geometry":{"coordinates":"#, "["),
        (r#"{"type":"FeatureCollection","crs":"#, r#"{"a":"#),
    ] {
        let study = Study::with("streets.geojson", format!("{start}{}", open.repeat(HUNDRED_MB / open.len())));
        let run = study.check(&[]);
        run.refused();
        run.says(&["error: streets.geojson:1:", "recursion limit exceeded", "→ a FeatureCollection as of RFC 7946"]);
        assert!(!study.out().exists());
    }
    for file in ["study.toml", "pack.toml"] {
        Study::with(file, format!("x = {lists}")).refused(file, "larger than 1 MiB", "check which file is named");
    }
    Study::with("people.csv", &lists).refused("people.csv", "65536 bytes long", "one row of short headers");
}

#[test]
fn nesting_in_a_document_is_refused_in_a_few_lines() {
    for (file, open) in [("study.toml", "["), ("pack.toml", "{ a = "), ("pack.toml", "= \n"), ("study.toml", "\"")] {
        let study = Study::with(file, format!("x = {}", open.repeat(100_000 / open.len())));
        let run = study.check(&[]);
        run.refused();
        run.says(&[file]);
        study.writes_nothing(&[]);
    }
}

#[test]
fn a_nul_byte_is_said_with_its_line() {
    let nul = |file: &str| Study::edited(file, "一幼", "一\0幼");
    nul("kindergartens.csv").refused("kindergartens.csv:2:1", "the text holds a NUL byte", "export it again");
    for file in ["study.toml", "pack.toml"] {
        let study = Study::edited(file, "en = \"Small\"", "en = \"Sm\0all\"");
        let run = study.check(&[]);
        run.refused();
        run.says(&[&format!("{file}:2:"), "here"]);
        study.writes_nothing(&[]);
    }
    let study = Study::edited("streets.geojson", "光明", "光\0明");
    let run = study.check(&[]);
    run.refused();
    run.says(&["error: streets.geojson:2:", "control character", "→ a FeatureCollection"]);
}

#[test]
fn line_ends_and_byte_order_marks_of_windows_change_nothing() {
    let plain = Study::small();
    assert_eq!(plain.check(&["--strict"]).code, 0);
    let windows = Study::small();
    for (name, text) in support::FILES {
        windows.put(name, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    let run = windows.check(&["--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for name in OUTPUTS.iter().filter(|name| !["findings.json", "findings.gpkg", "findings.xlsx"].contains(name)) {
        assert!(plain.output(name) == windows.output(name), "{name}");
    }
    // The digests of the inputs differ, the findings do not.
    let findings = |study: &Study| {
        let json: serde_json::Value = serde_json::from_slice(&study.output("findings.json")).unwrap();
        json["findings"].clone()
    };
    assert_eq!(findings(&plain), findings(&windows));
}

#[test]
fn text_in_gb18030_or_utf_16_is_read_and_a_document_of_toml_or_json_is_not() {
    let text = support::FILES.iter().find(|(name, _)| *name == "kindergartens.csv").unwrap().1.to_owned();
    // 一幼 二幼 三幼 公办 民办 独立 联合 in GBK.
    let words = [
        ("一幼", &b"\xD2\xBB\xD3\xD7"[..]),
        ("二幼", b"\xB6\xFE\xD3\xD7"),
        ("三幼", b"\xC8\xFD\xD3\xD7"),
        ("东村", b"\xB6\xAB\xB4\xE5"),
        ("西村", b"\xCE\xF7\xB4\xE5"),
        ("公办", b"\xB9\xAB\xB0\xEC"),
        ("民办", b"\xC3\xF1\xB0\xEC"),
        ("独立", b"\xB6\xC0\xC1\xA2"),
        ("联合", b"\xC1\xAA\xBA\xCF"),
    ];
    let mut gbk = text.clone().into_bytes();
    for (word, bytes) in words {
        while let Some(at) = gbk.windows(word.len()).position(|window| window == word.as_bytes()) {
            gbk.splice(at..at + word.len(), bytes.iter().copied());
        }
    }
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let small = Study::small();
    assert_eq!(small.check(&[]).code, 0);
    for bytes in [gbk, wide] {
        let study = Study::with("kindergartens.csv", bytes);
        let run = study.check(&["--strict"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(study.output("findings.csv") == small.output("findings.csv"));
    }
    for file in ["study.toml", "pack.toml"] {
        Study::with(file, b"a = 1\nname = \"\xD3\xD7\"").refused(
            &format!("{file}:2:1"),
            "not UTF-8",
            "save it as UTF-8",
        );
    }
    let study = Study::with(
        "streets.geojson",
        b"{\"type\":\"FeatureCollection\",\n\"features\":[{\"properties\":{\"name\":\"\xD3\xD7\xB6\xF9\xD4\xB0\"}}]}",
    );
    let run = study.check(&[]);
    run.refused();
    run.says(&["error: streets.geojson:2:", "cannot be read as GeoJSON"]);
}

// Tables.

#[test]
fn two_columns_of_one_name_are_refused() {
    Study::edited("kindergartens.csv", "ownership,form", "ownership,ownership").refused(
        "kindergartens.csv, column `ownership`",
        "2 columns have this header",
        "its own header",
    );
    Study::edited("kindergartens.csv", "code,name,area-code", "code,编号,area-code").refused(
        "kindergartens.csv, column `编号`",
        "this column and `code` both look like `code`",
        "columns = { code = ",
    );
}

#[test]
fn a_missing_column_is_said_with_those_that_are_there() {
    Study::edited("district.csv", "code,name", "code,title of it").refused(
        "district.csv, column `name`",
        "no column is recognised as `name`; the file has: code, title of it",
        "columns = { name = ",
    );
    Study::edited("people.csv", "常住人口,children-3-5", "a,b").refused(
        "people.csv",
        "no column counts a known group of people",
        "columns = { residents = ",
    );
    Study::edited("series.csv", "year,value", "when,value").refused(
        "series.csv, column `year`",
        "no column is recognised as `year`",
        "columns = { year = ",
    );
    Study::edited("study.toml", "service = \"kindergarten\"", "").refused(
        "kindergartens.csv, column `service`",
        "no column is recognised as `service`",
        "columns = { service = ",
    );
    Study::edited("study.toml", "service = \"kindergarten\"", "service = \"kindergarten\"\ncolumns.name = \"园名\"")
        .refused("kindergartens.csv, column `园名`", "the study names this column", "columns of the file: code, name");
}

#[test]
fn ragged_rows_are_refused_with_their_number() {
    Study::edited("people.csv", "V2,西村,\"1,500\",40", "V2,西村,1,500,40").refused(
        "people.csv, row 3",
        "the row has 5 cells, the header 4",
        "put cells that hold commas in double quotes",
    );
    Study::edited("people.csv", "V2,西村,\"1,500\",40", "V2,西村").refused(
        "people.csv, row 3",
        "the row has 2 cells, the header 4",
        "double quotes",
    );
    // A quote that is not closed swallows the rest of the file.
    Study::edited("people.csv", "\"1,500\"", "\"1500").refused("people.csv, row 3", "the row has 3 cells", "quotes");
}

#[test]
fn codes_that_are_there_twice_are_refused() {
    Study::edited("villages.csv", "V2,西村", "V1,西村").refused(
        "villages.csv, row 3",
        "the code `V1` of 西村 is that of 东村, too",
        "give each village its own code",
    );
    Study::edited("streets.geojson", "\"S2\"", "\"S1\"").refused(
        "streets.geojson, feature 2",
        "the code `S1` of 站前街道 is that of 光明街道, too",
        "give each street its own code",
    );
    Study::edited("kindergartens.csv", "K3,", "K1,").refused(
        "kindergartens.csv, row 4",
        "the id `K1` of 三幼 is that of 一幼, too",
        "or delete the double",
    );
    Study::edited("series.csv", "rate,,,2020,91\n", "rate,,,2020,91\nrate,,,2020,92\n").refused(
        "series.csv, row 4",
        "is 92 here and 91 before",
        "keep one of them",
    );
}

#[test]
fn a_code_and_a_name_that_contradict_each_other_are_said_with_the_rule() {
    Study::edited("kindergartens.csv", "V2,西村", "V3,西村").warned(
        "kindergartens.csv, row 4",
        "the code `V3` and the name `西村` contradict each other: that code is 东村 V3 (站前街道)",
        "the name was used: 西村 V2 (光明街道)",
    );
    Study::edited("people.csv", "V2,西村", "V9,西村").warned(
        "people.csv, row 3",
        "the code `V9` and the name `西村` contradict each other: no area has this code",
        "the name was used: 西村 V2 (光明街道)",
    );
    Study::edited("people.csv", "V2,西村", "V2,新村").warned(
        "people.csv, row 3",
        "the code `V2` is 西村 V2 (光明街道), not `新村`",
        "check whether it was renamed",
    );
    Study::edited("people.csv", "V2,西村", "V9,北村").warned(
        "people.csv, row 3",
        "no area has the code `V9` or the name `北村`",
        "check it against the study's lists of areas",
    );
}

#[test]
fn a_village_name_that_repeats_is_told_apart_by_its_street_or_said() {
    let study = Study::edited("people.csv", "V1,东村", ",东村");
    study.warned(
        "people.csv, row 2",
        "`东村` can mean 2 areas (东村 V1 (光明街道), 东村 V3 (站前街道))",
        "add the code",
    );
    study.put(
        "people.csv",
        "street,area-name,常住人口,children-3-5\nS1,东村,4000,120\nS1,西村,1500,40\nS2,东村,9000,300\n",
    );
    let run = study.check(&["--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    // A list of served villages takes the one in the kindergarten's own street.
    let study = Study::edited("kindergartens.csv", "V1;V2", "东村;西村");
    let run = study.check(&["--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

// Places.

#[test]
fn a_facility_outside_all_areas_is_said_with_the_nearest_and_how_far_it_is() {
    let study = Study::edited("kindergartens.csv", "V1,东村,121.031,39.051", ",,121.25,39.05");
    // 0.05 degrees of longitude at 39.05 degrees north are 4.328 km.
    study.warned(
        "kindergartens.csv, row 2",
        "the facility lies outside all areas; the nearest is 站前街道 S2 (金州区), 4.328 km away",
        "correct the coordinates, or declare its area",
    );
    Study::edited("kindergartens.csv", "V1,东村,121.031,39.051", ",,,").warned(
        "kindergartens.csv, row 2",
        "the facility is in no known area and has no usable place",
        "give the area's code and name, or coordinates",
    );
    Study::edited("kindergartens.csv", "V1,东村,121.031", "V1,东村,121.131").warned(
        "kindergartens.csv, row 2",
        "the facility declares 东村 V1 (光明街道) but lies in 站前街道 S2 (金州区)",
        "东村 V1 (光明街道) was used",
    );
}

#[test]
fn a_file_with_swapped_axes_is_refused_once() {
    let study = Study::small();
    let rows = support::FILES.iter().find(|(name, _)| *name == "kindergartens.csv").unwrap().1;
    study.put("kindergartens.csv", rows.replace("lon,lat", "lat,lon"));
    study.refused(
        "kindergartens.csv",
        "longitude and latitude look swapped in 3 of 3 places",
        "swap the columns, or in the study: columns = { lon = ",
    );
    let ring = "[[39.0,121.0],[39.0,121.1],[39.1,121.1],[39.0,121.0]]";
    let feature = |code: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    streets(&format!("[{},{}]", feature("S1"), feature("S2"))).refused(
        "streets.geojson",
        "longitude and latitude look swapped in 2 of 2 places",
        "longitude first",
    );
}

#[test]
fn plane_coordinates_are_refused_once() {
    let study = Study::small();
    study.put("kindergartens.csv", "code,name,lon,lat\nK1,一幼,502691.5,4322000.1\nK2,二幼,511300,4322010\n");
    study.refused(
        "kindergartens.csv",
        "2 of 2 places are no coordinates of EPSG:4326, such as 502691.5, 4322000.1",
        "they look like metres in a plane",
    );
    let ring = "[[500000,4300000],[510000,4300000],[510000,4310000],[500000,4300000]]";
    streets(&format!(
        r#"[{{"type":"Feature","properties":{{"code":"S1","name":"光明街道"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]"#
    ))
    .refused("streets.geojson", "1 of 1 places are no coordinates of EPSG:4326", "they look like metres in a plane");
}

#[test]
fn a_plane_whose_zone_is_known_by_the_areas_or_by_its_number_is_named() {
    // 121.05 E 39.05 N: in the zone of 120 E, with the number of the zone and without.
    for (x, name) in [("590886.8", "EPSG:4549"), ("40590886.8", "EPSG:4528")] {
        let rows = format!("code,name,lon,lat\nK1,一幼,{x},4324500\nK2,二幼,{x},4324600\n");
        let study = Study::with("kindergartens.csv", rows);
        study.refused("kindergartens.csv", "2 of 2 places are no coordinates of EPSG:4326", name);
        let stated = format!("file = \"kindergartens.csv\"\ncrs = \"{name}\"");
        study.edit("study.toml", "file = \"kindergartens.csv\"", &stated);
        let run = study.check(&[]);
        assert!(run.code < 2 && !run.stderr.contains("kindergartens.csv"), "{}", run.stderr);
    }
}

#[test]
fn coordinates_of_which_nobody_says_the_system_are_refused() {
    let study = Study::edited("study.toml", "crs = \"EPSG:4326\"\n", "");
    study.refused(
        "kindergartens.csv",
        "neither the file nor the study says which coordinate system its coordinates are in",
        "crs = ",
    );
    // GeoJSON is on WGS 84 by its own standard.
    assert!(!study.check(&[]).stderr.contains("streets.geojson"), "{}", study.check(&[]).stderr);
}

#[test]
fn an_unknown_coordinate_system_is_refused() {
    let study = Study::edited("study.toml", "crs = \"EPSG:4326\"", "crs = \"EPSG:99999\"");
    let run = study.check(&[]);
    run.refused();
    run.says(&["this coordinate system is not known", "study.toml:5:7", "crs = \"EPSG:99999\"", "EPSG:4549"]);
    study.writes_nothing(&[]);
    let crs =
        r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::99999"}},"#;
    Study::edited("streets.geojson", r#"{"type":"FeatureCollection","#, crs).refused(
        "streets.geojson",
        "the file states the coordinate system `urn:ogc:def:crs:EPSG::99999`",
        "say which one it is in the study",
    );
    let known = crs.replace("EPSG::99999", "OGC:1.3:CRS84");
    let study = Study::edited("streets.geojson", r#"{"type":"FeatureCollection","#, &known);
    assert_eq!(study.check(&["--strict"]).code, 0);
}

#[test]
fn boundaries_that_are_not_closed_or_cross_themselves_are_repaired_and_said() {
    boundary(r#"{"type":"Polygon","coordinates":[[[121.0,39.0],[121.1,39.0],[121.1,39.1],[121.0,39.1]]]}"#).warned(
        "streets.geojson, feature 1",
        "a ring of the polygon is not closed; it was closed",
        "mend the source",
    );
    // A bow tie: its two triangles hold both villages.
    let study = boundary(
        r#"{"type":"Polygon","coordinates":[[[121.0,39.0],[121.1,39.1],[121.1,39.0],[121.0,39.1],[121.0,39.0]]]}"#,
    );
    study.warned("streets.geojson, feature 1", "the polygon was repaired", "check the repaired boundary");
    let areas: serde_json::Value = serde_json::from_slice(&study.output("areas.geojson")).unwrap();
    let parts = |feature: &serde_json::Value| feature["geometry"]["coordinates"].as_array().map(Vec::len);
    assert_eq!(parts(&areas["features"][0]), Some(2), "{areas}");
    // Nothing is left of these to repair.
    for ring in ["[121.0,39.0],[121.1,39.1],[121.0,39.0]", "", "[121.0,39.0],[121.1,39.0],[121.2,39.0],[121.0,39.0]"] {
        boundary(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)).warned(
            "streets.geojson, feature 1",
            "the geometry cannot be used",
            "until then the area has no boundary",
        );
    }
}

// Files that are not where or what they should be.

#[test]
fn a_file_that_is_not_there_is_said() {
    let study = Study::small();
    fs::remove_file(study.path("people.csv")).unwrap();
    study.refused("people.csv", "cannot read the file: No such file", "check the path and the permissions");
    let study = Study::small();
    fs::remove_file(study.path("study.toml")).unwrap();
    study.refused("study.toml", "cannot read the file: No such file", "check the path");
    let study = Study::small();
    let run = study.check(&["--pack", "/no/such/pack.toml"]);
    run.refused();
    let known = "packs that come with the program: jinpu-2018, living-circle; or name a file of your own";
    run.tells("error", "/no/such/pack.toml", "there is no such file, and no pack of this name comes", known);
    evenreach(&["inspect", "/no/such.csv"]).refused();
    evenreach(&["check", "/no/such/study"]).refused();
    let run = evenreach(&["explain", "--pack", "living-cirle"]);
    run.refused();
    run.tells("error", "living-cirle", "there is no such file, and no pack of this name comes", known);
    assert!(evenreach(&["explain", "--pack", "living-circle"]).stdout.contains("a junior secondary school"));
    Study::edited("study.toml", "packs = [\"pack.toml\"]", "packs = [\"jinpu\"]").refused(
        "jinpu",
        "there is no such file",
        known,
    );
}

#[test]
fn a_directory_where_a_file_should_be_is_said() {
    for name in ["people.csv", "streets.geojson", "study.toml", "pack.toml"] {
        let study = Study::small();
        fs::remove_file(study.path(name)).unwrap();
        fs::create_dir(study.path(name)).unwrap();
        study.refused(name, "cannot read the file: it is not a file", "check the path");
    }
    let study = Study::small();
    evenreach(&["check", study.path("study.toml").to_str().unwrap()]).refused();
}

#[cfg(unix)]
#[test]
fn a_pipe_where_a_file_should_be_is_said_and_not_waited_for() {
    let study = Study::small();
    fs::remove_file(study.path("people.csv")).unwrap();
    let made = Command::new("mkfifo").arg(study.path("people.csv")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is part of every Unix");
    study.refused("people.csv", "cannot read the file: it is not a file", "check the path");
}

#[test]
fn a_format_that_is_not_read_is_said() {
    let study = Study::edited("study.toml", "people.csv", "people.xlsx");
    study.put("people.xlsx", b"PK\x03\x04");
    study.refused("people.xlsx", "the workbook cannot be read", "save it again");
    let study = Study::edited("study.toml", "people.csv", "people.doc");
    study.put("people.doc", b"a letter");
    study.refused("people.doc", "the format is not known by the file's name", "formats read: ");
    let run = evenreach(&["inspect", study.path("people.doc").to_str().unwrap()]);
    run.refused();
    run.tells("error", "people.doc", "the format is not known", "formats read");
}

#[test]
fn paths_that_lead_out_of_the_study_are_refused() {
    for (old, new) in [
        ("file = \"people.csv\"", "file = \"../people.csv\""),
        ("file = \"people.csv\"", "file = \"a/../../people.csv\""),
        ("file = \"people.csv\"", "file = \"/etc/passwd\""),
        ("file = \"people.csv\"", "file = \"\""),
        ("packs = [\"pack.toml\"]", "packs = [\"../pack.toml\"]"),
        ("packs = [\"pack.toml\"]", "packs = [\"/etc/passwd\"]"),
        ("file = \"villages.csv\"", "file = \"villages.csv\"\nestimate.outline = \"../outline.geojson\""),
    ] {
        let study = Study::edited("study.toml", old, new);
        fs::write(study.home().join("people.csv"), "area-code,residents\nV1,1\n").unwrap();
        fs::write(study.home().join("pack.toml"), "").unwrap();
        let name = new.rsplit('"').nth(1).unwrap();
        study.refused(name, "the path leads outside the study's folder", "copy the file into the study's folder");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_study_are_refused() {
    use std::os::unix::fs::symlink;
    let study = Study::small();
    fs::create_dir(study.home().join("other")).unwrap();
    fs::rename(study.path("people.csv"), study.home().join("other/people.csv")).unwrap();
    symlink(study.home().join("other/people.csv"), study.path("people.csv")).unwrap();
    study.refused("people.csv", "the path leads outside the study's folder", "copy the file");
    // By a folder on the way, too.
    let study = Study::edited("study.toml", "\"people.csv\"", "\"way/people.csv\"");
    fs::create_dir(study.home().join("other")).unwrap();
    fs::rename(study.path("people.csv"), study.home().join("other/people.csv")).unwrap();
    symlink(study.home().join("other"), study.path("way")).unwrap();
    study.refused("way/people.csv", "the path leads outside the study's folder", "copy the file");
    // A link inside the study is a file of the study.
    let study = Study::small();
    fs::rename(study.path("people.csv"), study.path("people-2020.csv")).unwrap();
    symlink("people-2020.csv", study.path("people.csv")).unwrap();
    assert_eq!(study.check(&["--strict"]).code, 0);
}

/// The command run by someone who owns nothing; none where the tests may not become someone else. Someone who is not
/// root is such a one already.
fn as_nobody(study: &Study, more: &[&str]) -> Option<Run> {
    let plain = study.command(more);
    if !is_root() {
        return Some(Run::of(plain));
    }
    // The command may lie where nobody else can see it.
    let copy = study.home().join("evenreach");
    fs::copy(support::EVENREACH, &copy).expect("there is room");
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy).args(plain.get_args());
    command.current_dir("/");
    let started = command.output().is_ok_and(|output| output.status.code() != Some(127));
    started.then(|| Run::of(command))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

#[cfg(unix)]
fn allow(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the test owns it");
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_said() {
    for name in ["people.csv", "study.toml", "pack.toml"] {
        let study = Study::small();
        allow(study.home(), 0o755);
        allow(&study.path(name), 0o000);
        let Some(run) = as_nobody(&study, &[]) else {
            return skipped("a_file_without_permission_is_said", "run by root, and `setpriv` (util-linux) is not here");
        };
        run.refused();
        run.tells("error", name, "cannot read the file: Permission denied", "check the path and the permissions");
        assert!(!study.out().exists());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_to_write_is_said_and_left_as_it_was() {
    let study = Study::small();
    allow(study.home(), 0o755);
    fs::create_dir(study.out()).unwrap();
    fs::write(study.out().join("findings.json"), "old").unwrap();
    allow(&study.out(), 0o555);
    let run = as_nobody(&study, &[]);
    allow(&study.out(), 0o755);
    let Some(run) = run else {
        return skipped("a_folder_without_permission", "run by root, and `setpriv` (util-linux) is not here");
    };
    run.refused();
    run.says(&["cannot write", "out/", "there is no permission to write there"]);
    assert_eq!(names(&study.out()), ["findings.json"]);
    assert_eq!(study.output("findings.json"), b"old");
}

// Where the outputs go.

#[test]
fn an_out_folder_that_is_a_file_is_said_and_the_file_kept() {
    let study = Study::small();
    fs::write(study.out(), "mine").unwrap();
    let run = study.check(&[]);
    run.refused();
    run.says(&["cannot write", "out`", "a file stands where a folder is needed"]);
    assert_eq!(fs::read(study.out()).unwrap(), b"mine");
    let below = study.out().join("below");
    let study_folder = study.folder();
    let run = evenreach(&["check", study_folder.to_str().unwrap(), "--out", below.to_str().unwrap(), "--lang", "en"]);
    run.refused();
    run.says(&["a file stands where a folder is needed"]);
    assert_eq!(fs::read(study.out()).unwrap(), b"mine");
}

#[test]
fn a_folder_in_the_place_of_an_output_is_said_and_no_output_replaced() {
    let study = Study::small();
    fs::create_dir_all(study.out().join("ledger.csv")).unwrap();
    fs::write(study.out().join("areas.csv"), "old").unwrap();
    let run = study.check(&[]);
    run.refused();
    run.says(&["ledger.csv`", "a folder of that name is in the way"]);
    assert_eq!(names(&study.out()), ["areas.csv", "ledger.csv"]);
    assert_eq!(study.output("areas.csv"), b"old");
}

/// A disk of 16 KiB, in a namespace of its own: the outputs need more.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_the_old_outputs() {
    let study = Study::small();
    fs::create_dir(study.out()).unwrap();
    let plain = study.command(&[]);
    let script = r#"out="$1"; shift
        mount -t tmpfs -o size=16k tmpfs "$out" && echo old > "$out/areas.csv" || exit 99
        "$@"; code=$?
        ls -A "$out" >&2; cat "$out/areas.csv" >&2; exit $code"#;
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(study.out());
    command.arg(plain.get_program()).args(plain.get_args());
    let may_mount = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    if !may_mount.is_ok_and(|status| status.success()) {
        return skipped("a_full_disk_is_said", "no mount namespace is to be had; the limit on file sizes is tested");
    }
    let run = Run::of(command);
    if run.code == 99 {
        return skipped("a_full_disk_is_said", "no tmpfs can be mounted; the limit on file sizes is tested");
    }
    run.refused();
    run.says(&["cannot write", "the disk is full"]);
    assert!(run.stderr.ends_with("\nareas.csv\nold\n"), "{}", run.stderr);
}

/// As a full disk, where none can be mounted: no file may grow beyond 4 KiB.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_to_its_end_is_said_and_leaves_the_old_outputs() {
    let study = Study::small();
    fs::create_dir(study.out()).unwrap();
    fs::write(study.out().join("areas.csv"), "old").unwrap();
    let plain = study.command(&[]);
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "bash"]).arg(plain.get_program());
    command.args(plain.get_args());
    let run = Run::of(command);
    run.refused();
    run.says(&["cannot write", "out/", "File too large"]);
    assert_eq!(names(&study.out()), ["areas.csv"]);
    assert_eq!(study.output("areas.csv"), b"old");
}

// Documents and arguments.

#[test]
fn every_mistake_of_a_study_file_is_underlined() {
    let study = Study::small();
    study.edit("study.toml", "format = \"evenreach.study/1\"", "format = \"evenreach.study/9\"");
    study.edit("study.toml", "\"2020-12-31\"", "\"2020-13-31\"");
    study.edit("study.toml", "level = \"village\"", "level = \"vilage\"");
    study.edit("study.toml", "key = \"street\"", "key = \"district\"");
    let run = study.check(&[]);
    run.refused();
    run.says(&[
        "this format of study is not known",
        "evenreach.study/1",
        "this is not a day",
        "write a day such as \"2020-12-31\"",
        "this level is there twice",
        "no level is called `vilage`",
        "levels of this study: district",
        "study.toml:1:10",
        "study.toml:3:18",
        "─ here",
        "mistakes, underlined above; nothing was checked",
    ]);
    study.writes_nothing(&[]);

    let study = Study::small();
    study.edit("study.toml", "packs = ", "pack = ");
    study.edit("study.toml", "file = \"people.csv\"", "file = 7");
    study.edit("study.toml", "service = \"kindergarten\"", "service = \"kindergarten\"\nmembership = \"nearest\"");
    let run = study.check(&[]);
    run.refused();
    run.says(&["unknown field `pack`", "did you mean `packs`?", "expected a string", "unknown variant `nearest`"]);
    study.writes_nothing(&[]);
}

#[test]
fn every_mistake_of_a_pack_is_underlined() {
    // A first look finds wrong keys, units and kinds; with these mended, wrong words.
    let study = Study::small();
    study.edit("pack.toml", "clause = \"2\"", "claus = \"2\"");
    study.edit("pack.toml", "\"4000 persons\"", "\"4000 km\"");
    study.edit("pack.toml", "within = \"2 km\"", "within = \"20 kg\"");
    study.edit("pack.toml", "check.note", "check.remark");
    let run = study.check(&[]);
    run.refused();
    run.says(&[
        "unknown field `claus`",
        "did you mean `clause`?",
        "4000 km",
        "20 kg",
        "unknown variant `remark`",
        "pack.toml:",
        "4 mistakes, underlined above",
    ]);
    assert_eq!(run.stderr.matches("─ here").count(), 4, "{}", run.stderr);
    study.writes_nothing(&[]);

    let study = Study::small();
    study.edit("pack.toml", "evenreach.pack/1", "evenreach.pack/2");
    study.edit("pack.toml", "in-each = \"street\"", "in-each = \"streets\"");
    study.edit(
        "pack.toml",
        "service = \"kindergarten\", group = \"children-3-5\", within",
        "service = \"kindergarden\", group = \"kids\", within",
    );
    study.edit(
        "pack.toml",
        "id = \"edu.rate\"\nclause = \"5\"\nlead = \"bureau\"",
        "id = \"edu.seats\"\nclause = \"5\"\nlead = \"buro\"",
    );
    let run = study.check(&[]);
    run.refused();
    run.says(&[
        "this format of pack is not known",
        "no level is called `streets`",
        "did you mean `street`?",
        "no service is called `kindergarden`",
        "did you mean `kindergarten`?",
        "no group is called `kids`",
        "the id `edu.seats` is there twice",
        "no lead is called `buro`",
        "6 mistakes, underlined above",
    ]);
    assert_eq!(run.stderr.matches("─ here").count(), 6, "{}", run.stderr);
    study.writes_nothing(&[]);
}

#[test]
fn a_pack_cannot_send_escapes_to_a_terminal() {
    let study = Study::small();
    // As bytes in a comment, which TOML forbids, and as an escape in a key, which it allows.
    study.put("pack.toml", "format = \"evenreach.pack/1\"\n# \u{1b}[31m\u{202e} red\n");
    let mut coloured = study.command(&[]);
    coloured.env("CLICOLOR_FORCE", "1");
    let run = Run::of(coloured);
    run.refused();
    assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']), "{:?}", run.stderr);
    study.put("pack.toml", "format = \"evenreach.pack/1\"\n\"\\u001b[31mred\" = 1\n");
    let mut coloured = study.command(&[]);
    coloured.env("CLICOLOR_FORCE", "1");
    let run = Run::of(coloured);
    run.refused();
    run.says(&["unknown field `[31mred`"]);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
    // A pack that is sound and is only explained.
    let study = Study::edited("pack.toml", "en = \"the rate\"", "en = \"\\u001b[31mthe rate\"");
    let pack = study.path("pack.toml");
    for word in [&[][..], &["edu.rate"]] {
        let mut explain =
            support::command(&[&["explain", "--lang", "en", "--pack", pack.to_str().unwrap()], word].concat());
        explain.env("CLICOLOR_FORCE", "1");
        let run = Run::of(explain);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("[31mthe rate") && !run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
    }
}

#[test]
fn all_problems_of_a_study_are_told_in_one_run() {
    let study = Study::small();
    study.put("people.csv", "");
    study.put("series.csv", "indicator,value\nrate,1\n");
    study.edit("kindergartens.csv", "K3,", "K1,");
    study.edit("villages.csv", "V2,西村", "V1,西村");
    let run = study.check(&[]);
    run.refused();
    for place in ["people.csv", "series.csv, column `year`", "kindergartens.csv, row 4", "villages.csv, row 3"] {
        run.tells("error", place, "", "");
    }
    run.says(&["4 errors in the input; nothing was checked"]);
}

#[test]
fn a_cell_as_long_as_a_book_is_quoted_in_part() {
    let study = Study::edited("people.csv", "4000", &"many ".repeat(100_000));
    let run = study.check(&[]);
    assert_eq!(run.code, 0);
    run.is_calm();
    run.tells("warning", "people.csv, row 2", "many many", "correct the cell");
    assert!(study.output("findings.json").len() < 100_000);
}

#[test]
fn problems_are_told_in_chinese_too() {
    let study = Study::with("people.csv", "");
    let run = study.check(&["--lang", "zh"]);
    run.refused();
    run.says(&["错误: people.csv: 文件为空\n    → 应有一行表头", "输入数据有 1 处错误；未进行核查"]);
    let study = Study::with("pack.toml", "");
    let run = study.check(&["--lang", "zh"]);
    run.refused();
    run.says(&["共 1 处错误，已在上文标出；未进行核查"]);
}

#[test]
fn an_obligation_that_is_not_there_is_said() {
    let study = Study::small();
    let run = study.check(&["--only", "edu", "--only", "health"]);
    run.refused();
    run.says(&["no obligation has the id `health` or one that starts with it and a dot", "evenreach explain"]);
    assert!(!study.out().exists());
    study.writes_nothing(&["--only", "health"]);
}

#[test]
fn a_study_without_a_pack_or_without_areas_is_said() {
    let study = Study::edited("study.toml", "packs = [\"pack.toml\"]", "packs = []");
    let run = study.check(&[]);
    run.refused();
    run.says(&[
        "the study names no pack: add packs = [\"...\"] to study.toml, or give --pack NAME or --pack FILE",
        "come with the program: jinpu-2018, living-circle",
    ]);
    assert!(!study.out().exists());
    let study = Study::small();
    let text = fs::read_to_string(study.path("study.toml")).unwrap();
    study.put("study.toml", text.split("[[areas]]").next().unwrap());
    study.refused("study.toml", "the study has no areas", "name a file of areas");
}

#[test]
fn arguments_that_are_not_known_are_said_with_those_that_are() {
    for arguments in [
        &["check"][..],
        &["check", "x", "--format", "xml"],
        &["check", "x", "--fail-on", "met"],
        &["chek", "x"],
        &["check", "x", "--lang", "fr"],
        &["explain", "--schema", "pack", "reach"],
    ] {
        let run = evenreach(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        run.says(&["error: ", "try '--help'"]);
        run.is_calm();
    }
    let run = evenreach(&["explain", "reech", "--lang", "en"]);
    run.refused();
    run.says(&["`reech` is neither a check kind nor the id of an obligation; did you mean: reach?"]);
}

#[test]
fn a_new_study_is_not_written_over_an_old_one() {
    let study = Study::small();
    let run = evenreach(&["init", study.folder().to_str().unwrap(), "--lang", "en"]);
    run.refused();
    run.says(&["is there already; nothing was written"]);
    assert_eq!(fs::read_to_string(study.path("study.toml")).unwrap(), support::FILES[0].1);
    let mut file = fs::File::create(study.home().join("file")).unwrap();
    file.write_all(b"mine").unwrap();
    let run = evenreach(&["init", study.home().join("file").to_str().unwrap(), "--lang", "en"]);
    run.refused();
    assert_eq!(fs::read(study.home().join("file")).unwrap(), b"mine");
}
