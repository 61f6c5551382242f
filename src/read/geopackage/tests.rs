use std::fs;

use geo::Rect;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::read::input;

/// A file in a folder of its own, made by these statements after those that make a GeoPackage of one layer `places`.
struct Made {
    folder: TempDir,
}

const BASE: &str = "
    PRAGMA application_id = 1196444487;
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
        organization_coordsys_id INTEGER, definition TEXT, description TEXT);
    INSERT INTO gpkg_spatial_ref_sys VALUES
        ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[]', ''), ('zone', 4549, 'epsg', 4549, 'undefined', ''),
        ('our own', 100000, 'NONE', 4326, 'PROJCS[\"ours\"]', ''), ('none', -1, 'NONE', -1, 'undefined', '');
    CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name TEXT, geometry_type_name TEXT,
        srs_id INTEGER, z INTEGER, m INTEGER);
    INSERT INTO gpkg_contents VALUES ('places', 'features', 'The places', 4326);
    INSERT INTO gpkg_geometry_columns VALUES ('places', 'geom', 'POINT', 4326, 0, 0);
    CREATE TABLE places (fid INTEGER PRIMARY KEY AUTOINCREMENT, geom BLOB, name TEXT, n INTEGER, share REAL,
        short FLOAT, open BOOLEAN, day DATE, photo BLOB);
";

impl Made {
    fn of(more: &str) -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        made.run(BASE);
        made.run(more);
        made
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a b#?%.gpkg")
    }

    fn run(&self, sql: &str) {
        Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    fn read(&self, wish: &Wish) -> (Option<Table>, Vec<String>) {
        let mut problems = Problems::default();
        let input = input::read(&self.path(), "a.gpkg", &mut problems).unwrap();
        let table = GeoPackage.read(&input, wish, &mut problems);
        assert_eq!(table.is_none(), problems.has_errors());
        (table, problems.kept().iter().map(|problem| format!("{}: {problem}", problem.code)).collect())
    }

    fn layer(&self, layer: &str) -> (Option<Table>, Vec<String>) {
        self.read(&Wish { layer: Some(layer.to_owned()), ..Wish::default() })
    }

    /// What the folder holds.
    fn names(&self) -> Vec<String> {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = fs::read_dir(self.folder.path()).unwrap().map(name).collect();
        names.sort();
        names
    }
}

/// A point as a value of SQL.
fn point(srs: i32, x: f64, y: f64) -> String {
    let srs: Vec<u8> = srs.to_le_bytes().into();
    let bytes = [b"GP\0\x01".as_slice(), &srs, &[1, 1, 0, 0, 0], &x.to_le_bytes(), &y.to_le_bytes()].concat();
    format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn cells(table: &Table) -> Vec<(&str, Vec<&str>)> {
    table.columns.iter().map(|column| (column.header.as_str(), column.iter().collect())).collect()
}

#[test]
fn values_become_the_cells_that_geojson_would_have() {
    let (here, there) = (point(4326, 121.5, 39.0), point(4326, 1.0, 2.0));
    let made = Made::of(&format!(
        "INSERT INTO places VALUES (1, {here}, '一幼', 90, 3.0, 0.1, 1, '2020-09-01', NULL),
         (7, {there}, 'it''s', -1, 0.1, {}, 0, NULL, x'ff'), (9, NULL, NULL, NULL, NULL, 0.1, NULL, 'x', NULL)",
        f64::from(0.1_f32)
    ));
    let (table, said) = made.read(&Wish::default());
    let table = table.unwrap();
    assert_eq!(
        cells(&table),
        [
            ("fid", vec!["1", "7", "9"]),
            ("name", vec!["一幼", "it's", ""]),
            ("n", vec!["90", "-1", ""]),
            ("share", vec!["3", "0.1", ""]),
            ("short", vec!["0.1", "0.1", "0.1"]),
            ("open", vec!["true", "false", ""]),
            ("day", vec!["2020-09-01", "", "x"]),
        ]
    );
    let place = |x, y| Some(geo::Point::new(x, y).into());
    assert_eq!(table.geometry, [place(121.5, 39.0), place(1.0, 2.0), None]);
    assert_eq!((table.n_rows, table.crs.as_deref(), table.left_out), (3, Some("EPSG:4326"), 0));
    assert!(table.numbers.is_empty());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("column-left-out: a.gpkg, column `photo`: "), "{said:?}");
}

#[test]
fn a_file_in_memory_is_read_as_one_on_the_disk() {
    let made = Made::of(&format!("INSERT INTO places (geom, name) VALUES ({}, 'a')", point(4326, 1.0, 2.0)));
    let mut problems = Problems::default();
    let input = Input::of_bytes("a.gpkg", fs::read(made.path()).unwrap());
    assert_eq!(GeoPackage.read(&input, &Wish::default(), &mut problems), made.read(&Wish::default()).0);
}

#[test]
fn layers_are_those_that_are_declared_whatever_they_are_called() {
    let odd = r#"a"; DROP TABLE places; --"#;
    let made = Made::of(&format!(
        "CREATE TABLE {} (id INTEGER PRIMARY KEY, \"select\" TEXT);
         INSERT INTO {} VALUES (1, 'x');
         INSERT INTO gpkg_contents VALUES ('{odd}', 'attributes', 'odd', 0), ('gone', 'attributes', 'gone', 0),
         ('tiles', 'tiles', 'tiles', 0);
         CREATE TABLE tiles (id INTEGER PRIMARY KEY, tile BLOB); CREATE TABLE hidden (id INTEGER PRIMARY KEY);",
        layer::quoted(odd),
        layer::quoted(odd)
    ));
    let mut problems = Problems::default();
    let input = input::read(&made.path(), "a.gpkg", &mut problems).unwrap();
    assert_eq!(GeoPackage.layers(&input, &mut problems), Some(vec!["places".to_owned(), odd.to_owned()]));
    let (table, said) = made.layer(odd);
    assert_eq!(cells(&table.unwrap()), [("id", vec!["1"]), ("select", vec!["x"])]);
    assert_eq!(said, Vec::<String>::new());
    let (table, said) = made.read(&Wish::default());
    assert!(table.is_none() && said[0].contains("several layers"), "{said:?}");
    assert!(said[0].contains(&format!("say which one is meant: `a.gpkg!places`, `a.gpkg!{odd}`")), "{said:?}");
    assert!(made.layer("places").0.is_some());
}

#[test]
fn the_system_is_the_code_else_the_definition_and_none_where_it_is_unknown() {
    for (srs, expected) in
        [(4549, Some("EPSG:4549")), (100_000, Some("PROJCS[\"ours\"]")), (-1, None), (0, None), (77, None)]
    {
        let made = Made::of(&format!("UPDATE gpkg_geometry_columns SET srs_id = {srs}"));
        assert_eq!(made.read(&Wish::default()).0.unwrap().crs.as_deref(), expected, "{srs}");
    }
}

#[test]
fn rows_outside_of_the_region_are_left_out_with_and_without_an_index_and_counted() {
    let rows = [(1, 121.5), (2, 10.0), (3, 121.6), (4, 11.0)]
        .map(|(fid, x)| format!("INSERT INTO places (fid, geom) VALUES ({fid}, {});", point(4326, x, 39.0)))
        .concat();
    // Neither a row without a place nor one that is not in the index surely lies outside.
    let rows = format!("{rows} INSERT INTO places (fid) VALUES (5);");
    let index = "CREATE VIRTUAL TABLE rtree_places_geom USING rtree(id, minx, maxx, miny, maxy);
        INSERT INTO rtree_places_geom VALUES (1, 121.5, 121.5, 39, 39), (2, 10, 10, 39, 39), (4, 11, 11, 39, 39);";
    let within = Some(Rect::new((121.0, 38.0), (122.0, 40.0)));
    for sql in [rows.clone(), format!("{rows} {index}")] {
        let made = Made::of(&sql);
        let (table, said) = made.read(&Wish { within, ..Wish::default() });
        let table = table.unwrap();
        assert_eq!(cells(&table)[0], ("fid", vec!["1", "3", "5"]));
        assert_eq!((table.left_out, table.numbers.as_slice(), table.n_rows), (2, [1, 3, 5].as_slice(), 3));
        assert_eq!(said.len(), 1, "{said:?}");
        // Where the study states another system, nothing can be left out by the file's.
        let crs = Some("EPSG:4549".to_owned());
        assert_ne!(made.read(&Wish { within, crs, ..Wish::default() }).0.unwrap().left_out, 2);
        assert_eq!(made.read(&Wish::default()).0.unwrap().n_rows, 5);
    }
}

#[test]
fn a_simple_view_is_a_layer_and_one_that_computes_or_never_ends_is_refused() {
    let made = Made::of(&format!(
        "INSERT INTO places (geom, name, open) VALUES ({}, 'a', 1), (NULL, 'b', 0);
         CREATE VIEW opened AS SELECT fid, geom, upper(name) AS name, open FROM places WHERE open;
         CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT i AS fid, NULL AS geom FROM n;
         CREATE VIEW large AS SELECT fid, geom, hex(zeroblob(400000000)) AS name FROM places;
         CREATE VIEW slow AS SELECT a.fid, a.geom FROM places a, {} WHERE {} < 0;
         CREATE VIEW gone AS SELECT fid, geom FROM nowhere;
         INSERT INTO gpkg_contents SELECT name, 'features', name, 4326 FROM sqlite_schema WHERE type = 'view';
         INSERT INTO gpkg_geometry_columns SELECT name, 'geom', 'POINT', 4326, 0, 0 FROM sqlite_schema
            WHERE type = 'view';",
        point(4326, 1.0, 2.0),
        (0..40).map(|n| format!("places b{n}")).collect::<Vec<_>>().join(", "),
        (0..40).map(|n| format!("b{n}.fid")).collect::<Vec<_>>().join(" + "),
    ));
    let (table, said) = made.layer("opened");
    let table = table.unwrap();
    assert_eq!(
        (cells(&table), table.file.as_str()),
        (vec![("fid", vec!["1"]), ("name", vec!["A"]), ("open", vec!["true"])], "a.gpkg!opened")
    );
    assert!(table.geometry[0].is_some() && said.is_empty(), "{said:?}");
    for (view, code) in [("endless", "view"), ("large", "view"), ("slow", "too-large"), ("gone", "damaged")] {
        let (table, said) = made.layer(view);
        assert!(table.is_none() && said.len() == 1 && said[0].starts_with(code), "{view}: {said:?}");
    }
}

#[test]
fn triggers_and_computed_columns_do_nothing() {
    let made = Made::of(
        "INSERT INTO places (name) VALUES ('a');
         ALTER TABLE places ADD COLUMN big TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL;
         CREATE TABLE log (n INTEGER);
         CREATE TRIGGER t AFTER INSERT ON places BEGIN INSERT INTO log VALUES (1); END;",
    );
    let before = fs::read(made.path()).unwrap();
    let (table, said) = made.read(&Wish::default());
    assert_eq!(table.unwrap().n_rows, 1);
    assert!(said.iter().any(|said| said.contains("column `big`") && said.contains("computed")), "{said:?}");
    assert_eq!(fs::read(made.path()).unwrap(), before);
    assert_eq!(made.names(), ["a b#?%.gpkg"]);
}

#[test]
fn changes_that_another_program_keeps_beside_the_file_are_read_and_said_and_nothing_is_written_there() {
    let made = Made::of("INSERT INTO places (name) VALUES ('saved'); PRAGMA journal_mode = WAL;");
    assert_eq!(made.names(), ["a b#?%.gpkg"]);
    let (table, said) = made.read(&Wish::default());
    assert_eq!((table.unwrap().n_rows, said.len()), (1, 1));
    assert_eq!(made.names(), ["a b#?%.gpkg"]);

    let other = Connection::open(made.path()).unwrap();
    other.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO places (name) VALUES ('not saved')").unwrap();
    let there = made.names();
    assert!(there.iter().any(|name| name.ends_with("-wal")), "{there:?}");
    let (table, said) = made.read(&Wish::default());
    assert_eq!(cells(&table.unwrap())[1], ("name", vec!["saved", "not saved"]));
    assert!(said[0].starts_with("unsaved-changes: a.gpkg: another program"), "{said:?}");
    assert_eq!(made.names(), there);
}

#[test]
fn a_file_that_is_half_written_is_refused() {
    let made = Made::of("INSERT INTO places (name) VALUES ('a')");
    let journal = database::beside(&made.path(), "-journal");
    fs::write(&journal, [0; 512]).unwrap();
    assert!(made.read(&Wish::default()).0.is_some());
    fs::write(&journal, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and more").unwrap();
    let (table, said) = made.read(&Wish::default());
    assert!(table.is_none() && said[0].starts_with("unsaved-changes"), "{said:?}");
}

#[test]
fn what_is_no_geopackage_is_said() {
    for (bytes, code) in [
        (b"".to_vec(), "not-a-geopackage"),
        (b"PK\x03\x04 and more".repeat(100), "damaged"),
        ([b"SQLite format 3\0".as_slice(), &[0xff; 5000]].concat(), "damaged"),
    ] {
        let mut problems = Problems::default();
        assert!(GeoPackage.read(&Input::of_bytes("a.gpkg", bytes), &Wish::default(), &mut problems).is_none());
        assert_eq!(problems.kept()[0].code, code);
    }
}

#[test]
fn a_million_rows_that_share_a_long_text_do_not_fill_the_memory() {
    // Columns added later take no byte in old rows, and their default is read for each.
    let rows = "INSERT INTO places (n) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        SELECT i FROM n;";
    let long = "x".repeat(400_000);
    let made = Made::of(&format!("{rows} ALTER TABLE places ADD COLUMN long TEXT DEFAULT '{long}';"));
    let (table, said) = made.read(&Wish::default());
    assert!(table.is_none() && said.iter().any(|said| said.starts_with("too-large")), "{said:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_read_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        at_start in any::<bool>(),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        thread_local! {
            static FILE: Vec<u8> = {
                let rows = (0..400).map(|n| format!("({}, '{}', {n})", point(4326, f64::from(n) / 3.0, 39.0), "园".repeat(n as usize)));
                let made = Made::of(&format!(
                    "PRAGMA page_size = 1024; VACUUM;
                     INSERT INTO places (geom, name, n) VALUES {};
                     CREATE VIRTUAL TABLE rtree_places_geom USING rtree(id, minx, maxx, miny, maxy);
                     INSERT INTO rtree_places_geom SELECT fid, n / 3.0, n / 3.0, 39, 39 FROM places;",
                    rows.collect::<Vec<_>>().join(", ")
                ));
                fs::read(made.path()).unwrap()
            };
        }
        let mut bytes = FILE.with(Clone::clone);
        for (at, to) in flips {
            // The header and the schema are what leads to most.
            let end = if at_start { 4096 } else { bytes.len() };
            bytes[at.index(end)] = to;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let within = Some(Rect::new((10.0, 38.0), (50.0, 40.0)));
        for wish in [Wish::default(), Wish { within, ..Wish::default() }] {
            let mut problems = Problems::default();
            match GeoPackage.read(&Input::of_bytes("a.gpkg", bytes.clone()), &wish, &mut problems) {
                Some(table) => {
                    prop_assert!(table.columns.iter().all(|column| column.len() == table.n_rows));
                    prop_assert!(table.geometry.is_empty() || table.geometry.len() == table.n_rows);
                }
                None => prop_assert!(problems.has_errors()),
            }
        }
    }
}
