//! GeoParquet that geopandas and pyarrow wrote, against the GeoJSON of the same layers.

use evenreach::read::table::Wish;
use geo::Rect;

use super::{columns, foreign, read, said};

/// What the columns of the table of every type hold, as its script says.
const VALUES: [(&str, [&str; 3]); 20] = [
    ("code", ["0012", "0013", ""]),
    ("name", ["一幼", "", "it's"]),
    ("seats", ["90", "", "-1"]),
    ("share", ["0.1", "0.0000001", "123456.789"]),
    ("whole", ["3", "4", "5.5"]),
    ("short", ["0.1", "2", ""]),
    ("half", ["0.5", "2", "-1"]),
    ("tiny", ["1", "", "-3"]),
    ("unsigned", ["1", "", "18446744073709551615"]),
    ("money", ["12.5", "", "3"]),
    ("open", ["true", "", "false"]),
    ("day", ["2020-09-01", "", "1969-12-31"]),
    ("moment", ["2020-09-01T08:30:00", "", ""]),
    ("kind", ["公办", "民办", "公办"]),
    ("large", ["a", "", "b"]),
    ("view", ["a", "", "a longer text than fits"]),
    ("serves", ["V1;V2", "", ""]),
    ("nothing", ["", "", ""]),
    ("lon", ["121.7", "121.8", "121.9"]),
    ("lat", ["39", "39.1", "39.2"]),
];

#[test]
fn values_of_every_type_in_every_packing() {
    for file in ["none", "snappy", "gzip", "zstd", "v2"] {
        let Some(path) = foreign("geoparquet", &format!("table_{file}.parquet")) else { return };
        let (table, said) = said(&path, &Wish::default());
        let table = table.unwrap();
        let found = columns(&table);
        for (name, values) in VALUES {
            assert_eq!(found[name], values, "{file}: {name}");
        }
        assert_eq!((found.len(), table.geometry.len(), table.n_rows), (VALUES.len(), 0, 3));
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("`photo`") && said[1].contains("`inner`"), "{said:?}");
    }
}

#[test]
fn every_kind_of_geometry_in_both_encodings_is_that_of_the_geojson() {
    for kind in ["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"] {
        let Some(json) = foreign("geoparquet", &format!("{kind}.geojson")) else { return };
        let json = read(&json, &Wish::default());
        for encoding in ["wkb", "native"] {
            let Some(path) = foreign("geoparquet", &format!("{kind}_{encoding}.parquet")) else { return };
            let table = read(&path, &Wish::default());
            assert_eq!(table.geometry, json.geometry, "{kind} {encoding}");
            assert_eq!(columns(&table), columns(&json), "{kind} {encoding}");
            assert_eq!(table.crs.as_deref(), Some("EPSG:4326"));
        }
    }
}

#[test]
fn row_groups_and_rows_outside_of_the_region_are_left_out_and_counted() {
    let Some(json) = foreign("geoparquet", "grid.geojson") else { return };
    let json = read(&json, &Wish::default());
    let within = Some(Rect::new((121.3, 39.2), (121.35, 39.25)));
    for (file, stated) in
        [("grid.parquet", Some("EPSG:4326")), ("grid_zone.parquet", Some("EPSG:4549")), ("grid_unknown.parquet", None)]
    {
        let Some(path) = foreign("geoparquet", file) else { return };
        let all = read(&path, &Wish::default());
        assert_eq!(columns(&all), columns(&json), "{file}");
        assert_eq!(all.crs.as_deref(), stated);
        if stated == Some("EPSG:4326") {
            assert_eq!(all.geometry, json.geometry);
        }
        let near = read(&path, &Wish { within, ..Wish::default() });
        assert_eq!(near.n_rows + near.left_out, 6000);
        assert_eq!(stated.is_none(), near.left_out == 0, "{file}");
        let kept = &columns(&near)["id"];
        for (row, id) in kept.iter().enumerate() {
            assert_eq!(columns(&all)["id"][near.number(row) as usize - 1], *id);
        }
        // All that lie in the region, and those that touch it.
        let inside = (30..35).flat_map(|x| (20..25).map(move |y| format!("{x}-{y}")));
        assert!(inside.clone().all(|id| kept.contains(&id)), "{file}");
        assert!(stated.is_none() || kept.len() <= 64, "{file}: {}", kept.len());
    }
}
