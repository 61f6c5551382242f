use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::{Int8Type, TimestampMillisecondType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array,
    Float64Array, Int64Array, LargeStringArray, ListArray, NullArray, PrimitiveArray, RecordBatch, StringArray,
    StructArray, Time32MillisecondArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};
use geo::{Geometry, Point, Rect, wkt};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use proptest::prelude::*;

use super::*;

const WKB: &str = r#"{"version":"1.0.0","primary_column":"geometry",
    "columns":{"geometry":{"encoding":"WKB","geometry_types":[]}}}"#;

/// A file of these columns.
fn file(
    columns: &[(&str, ArrayRef)],
    geo: Option<&str>,
    how: impl Fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder,
) -> Vec<u8> {
    let fields: Fields =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let metadata = geo.map(|geo| ("geo".to_owned(), geo.to_owned())).into_iter().collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.iter().map(|(_, array)| Arc::clone(array)).collect());
    let keys = geo.map(|geo| vec![parquet::file::metadata::KeyValue::new("geo".to_owned(), geo.to_owned())]);
    let properties = how(WriterProperties::builder().set_key_value_metadata(keys)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch.unwrap()).unwrap();
    writer.into_inner().unwrap()
}

fn plain(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    file(columns, None, |how| how)
}

fn read(bytes: Vec<u8>, wish: &Wish) -> (Option<Table>, Vec<String>) {
    let mut problems = Problems::default();
    let table = GeoParquet.read(&Input::of_bytes("a.parquet", bytes), wish, &mut problems);
    assert_eq!(table.is_none(), problems.has_errors());
    (table, problems.kept().iter().map(|problem| format!("{}: {problem}", problem.code)).collect())
}

fn cells(table: &Table) -> Vec<(&str, Vec<&str>)> {
    table.columns.iter().map(|column| (column.header.as_str(), column.iter().collect())).collect()
}

fn wkb_of(geometry: &Geometry<f64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    wkb::writer::write_geometry(&mut bytes, geometry, &wkb::writer::WriteOptions::default()).unwrap();
    bytes
}

fn points(places: &[Option<(f64, f64)>]) -> ArrayRef {
    let bytes = places.iter().map(|place| place.map(|place| wkb_of(&Point::from(place).into())));
    Arc::new(BinaryArray::from_iter(bytes))
}

#[test]
fn every_kind_of_column_becomes_the_cells_that_geojson_would_have() {
    let words = StringArray::from(vec![Some("公办"), None]);
    let dictionary: DictionaryArray<Int8Type> = [Some("a"), None].into_iter().collect();
    let numbers = DictionaryArray::<Int8Type>::new(vec![Some(1), None].into(), Arc::new(Int64Array::from(vec![7, 8])));
    let mut list = ListBuilder::new(StringBuilder::new());
    list.append_value([Some("V1"), None, Some("V2")]);
    list.append_null();
    let zoned: PrimitiveArray<TimestampMillisecondType> = vec![Some(1_598_918_400_500), None].into();
    let parts = Fields::from(vec![Field::new("x", DataType::Int64, true)]);
    let structure = StructArray::new(parts, vec![Arc::new(Int64Array::from(vec![1, 2]))], None);
    let (table, said) = read(
        plain(&[
            ("text", Arc::new(words)),
            ("large", Arc::new(LargeStringArray::from(vec![Some("x"), Some("")]))),
            ("kind", Arc::new(dictionary)),
            ("numbers", Arc::new(numbers)),
            ("whole", Arc::new(Int64Array::from(vec![Some(-7), None]))),
            ("huge", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]))),
            ("real", Arc::new(Float64Array::from(vec![Some(3.0), Some(0.1)]))),
            ("gap", Arc::new(Float64Array::from(vec![f64::NAN, 1e21]))),
            ("short", Arc::new(Float32Array::from(vec![Some(0.1), Some(3.0)]))),
            ("money", Arc::new(Decimal128Array::from(vec![1250, 300]).with_precision_and_scale(10, 2).unwrap())),
            ("open", Arc::new(BooleanArray::from(vec![Some(true), None]))),
            ("day", Arc::new(Date32Array::from(vec![Some(18_506), Some(-1)]))),
            ("moment", Arc::new(TimestampMicrosecondArray::from(vec![Some(1_598_918_400_000_000), Some(i64::MAX)]))),
            ("utc", Arc::new(zoned.clone().with_timezone("UTC"))),
            ("zoned", Arc::new(zoned.with_timezone("+08:00"))),
            ("time", Arc::new(Time32MillisecondArray::from(vec![Some(3_661_000), None]))),
            ("nothing", Arc::new(NullArray::new(2))),
            ("serves", Arc::new(list.finish())),
            ("photo", Arc::new(BinaryArray::from(vec![Some(b"x".as_slice()), None]))),
            ("inner", Arc::new(structure)),
        ]),
        &Wish::default(),
    );
    let table = table.unwrap();
    assert_eq!(
        cells(&table),
        [
            ("text", vec!["公办", ""]),
            ("large", vec!["x", ""]),
            ("kind", vec!["a", ""]),
            ("numbers", vec!["8", ""]),
            ("whole", vec!["-7", ""]),
            ("huge", vec!["18446744073709551615", ""]),
            ("real", vec!["3", "0.1"]),
            ("gap", vec!["", "1000000000000000000000"]),
            ("short", vec!["0.1", "3"]),
            ("money", vec!["12.5", "3"]),
            ("open", vec!["true", ""]),
            ("day", vec!["2020-09-01", "1969-12-31"]),
            ("moment", vec!["2020-09-01T00:00:00", "9223372036854775807"]),
            ("utc", vec!["2020-09-01T00:00:00.5Z", ""]),
            ("zoned", vec!["2020-09-01T00:00:00.5Z", ""]),
            ("time", vec!["01:01:01", ""]),
            ("nothing", vec!["", ""]),
            ("serves", vec!["V1;;V2", ""]),
        ]
    );
    assert_eq!((table.n_rows, table.geometry.len(), table.crs), (2, 0, None));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("`photo`") && said[1].contains("`inner`"), "{said:?}");
}

#[test]
fn wkb_is_read_and_what_is_odd_is_said_at_its_row() {
    let open = [
        &[1, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0][..],
        &[0; 16],
        &1_f64.to_le_bytes(),
        &[0; 8],
        &[0; 8],
        &1_f64.to_le_bytes(),
    ];
    let geometry = BinaryArray::from(vec![Some(open.concat().as_slice()), None, Some(b"no")]);
    let (table, said) = read(file(&[("geometry", Arc::new(geometry))], Some(WKB), |how| how), &Wish::default());
    let table = table.unwrap();
    assert_eq!(table.geometry, [Some(wkt!(POLYGON((0.0 0.0,1.0 0.0,0.0 1.0,0.0 0.0))).into()), None, None]);
    assert_eq!((table.columns.len(), table.crs.as_deref()), (0, Some("OGC:CRS84")));
    assert!(said[0].starts_with("geometry: a.parquet, feature 3: "), "{said:?}");
    assert!(said[1].starts_with("repaired-geometry: a.parquet, feature 1: "), "{said:?}");
}

/// `geo` metadata of another encoding.
fn native(encoding: &str) -> String {
    WKB.replace("WKB", encoding)
}

/// Coordinates, each number in a column of its own.
fn coordinates(places: &[(f64, f64)]) -> ArrayRef {
    let fields = Fields::from(["x", "y"].map(|name| Field::new(name, DataType::Float64, false)).to_vec());
    let column = |number: fn(&(f64, f64)) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(places.iter().map(number)))
    };
    Arc::new(StructArray::new(fields, vec![column(|at| at.0), column(|at| at.1)], None))
}

/// Lists of items that end at these places.
fn lists(items: &ArrayRef, ends: &[i32], missing: Option<usize>) -> ArrayRef {
    let field = Arc::new(Field::new("item", items.data_type().clone(), false));
    let offsets = OffsetBuffer::new([&[0], ends].concat().into());
    let nulls = missing.map(|missing| (0..ends.len()).map(|row| row != missing).collect::<Vec<_>>().into());
    Arc::new(ListArray::new(field, offsets, Arc::clone(items), nulls))
}

#[test]
fn native_geometries_of_every_kind() {
    let ring = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)];
    let line = coordinates(&ring);
    let lines = lists(&lists(&line, &[4], None), &[1, 1, 1], Some(1));
    let closed = wkt!(LINESTRING(0.0 0.0,1.0 0.0,0.0 1.0,0.0 0.0));
    let polygon = wkt!(POLYGON((0.0 0.0,1.0 0.0,0.0 1.0,0.0 0.0)));
    let read_as = |encoding: &str, array: &ArrayRef| {
        read(file(&[("geometry", Arc::clone(array))], Some(&native(encoding)), |how| how), &Wish::default())
    };
    for (encoding, array, expected) in [
        ("linestring", lists(&line, &[4, 4, 4], Some(1)), closed.clone().into()),
        ("multipoint", lists(&line, &[4, 4, 4], Some(1)), Geometry::MultiPoint(ring.to_vec().into())),
        ("polygon", Arc::clone(&lines), polygon.clone().into()),
        ("multilinestring", Arc::clone(&lines), geo::MultiLineString(vec![closed]).into()),
        (
            "multipolygon",
            lists(&lists(&lists(&line, &[4], None), &[1], None), &[1, 1, 1], Some(1)),
            geo::MultiPolygon(vec![polygon]).into(),
        ),
    ] {
        let (table, said) = read_as(encoding, &array);
        assert_eq!(table.unwrap().geometry, [Some(expected), None, None], "{encoding}");
        assert!(said.is_empty(), "{said:?}");
    }
    let (table, said) = read_as("point", &coordinates(&[(1.0, 2.0), (f64::NAN, f64::NAN), (f64::INFINITY, 0.0)]));
    assert_eq!(table.unwrap().geometry, [Some(Point::new(1.0, 2.0).into()), None, None]);
    assert!(said.len() == 1 && said[0].contains("feature 3"), "{said:?}");
    let (table, said) = read_as("multipolygon", &lines);
    assert!(table.is_none() && said[0].contains("another kind"), "{said:?}");
}

/// Points in a row along the 39th parallel, with bounds, in row groups of ten.
fn with_bounds(longitudes: &[Option<f64>]) -> Vec<u8> {
    let place = |longitude: &Option<f64>| longitude.map(|x| (x, 39.0));
    let geometry = points(&longitudes.iter().map(place).collect::<Vec<_>>());
    let x: ArrayRef = Arc::new(Float64Array::from(longitudes.to_vec()));
    let y: ArrayRef = Arc::new(Float64Array::from(longitudes.iter().map(|x| x.map(|_| 39.0)).collect::<Vec<_>>()));
    let names = ["xmin", "ymin", "xmax", "ymax"];
    let fields: Fields = names.iter().map(|name| Field::new(*name, DataType::Float64, true)).collect();
    let bounds = StructArray::new(fields, vec![Arc::clone(&x), Arc::clone(&y), x, y], None);
    let id = Int64Array::from_iter_values(0..longitudes.len() as i64);
    let covering = names.map(|name| format!(r#""{name}":["bbox","{name}"]"#)).join(",");
    let geo = WKB.replace(r#""WKB","#, &format!(r#""WKB","covering":{{"bbox":{{{covering}}}}},"#));
    file(&[("id", Arc::new(id)), ("bbox", Arc::new(bounds)), ("geometry", geometry)], Some(&geo), |how| {
        how.set_max_row_group_row_count(Some(10))
    })
}

#[test]
fn rows_outside_of_the_region_are_left_out_by_row_groups_and_by_rows_and_counted() {
    let mut longitudes: Vec<Option<f64>> = (0..100).map(|n| Some(f64::from(n))).collect();
    longitudes[95] = None;
    let bytes = with_bounds(&longitudes);
    let within = Some(Rect::new((14.5, 38.0), (22.5, 40.0)));
    let (table, said) = read(bytes.clone(), &Wish { within, ..Wish::default() });
    let table = table.unwrap();
    // Those of the region, and the one without a place, which may be anywhere.
    let kept: Vec<String> = (15..=22).chain([95]).map(|n| n.to_string()).collect();
    assert_eq!(cells(&table), [("id", kept.iter().map(String::as_str).collect())]);
    assert_eq!((table.left_out, table.n_rows, table.number(0), table.number(8)), (91, 9, 16, 96));
    assert!(said.is_empty(), "{said:?}");
    let all = read(bytes.clone(), &Wish::default()).0.unwrap();
    assert_eq!((all.n_rows, all.left_out, all.columns.len(), all.numbers.len()), (100, 0, 1, 0));
    let crs = Some("GK".to_owned());
    assert_eq!(read(bytes, &Wish { within, crs, ..Wish::default() }).0.unwrap().left_out, 0);
}

#[test]
fn row_groups_outside_are_not_even_looked_at() {
    // The pages of the first row group are damaged: nobody sees it.
    let longitudes: Vec<Option<f64>> = (0..100).map(|n| Some(f64::from(n))).collect();
    let mut bytes = with_bounds(&longitudes);
    bytes[4..40].fill(0xff);
    let within = Some(Rect::new((55.0, 38.0), (56.0, 40.0)));
    assert_eq!(read(bytes.clone(), &Wish { within, ..Wish::default() }).0.unwrap().n_rows, 2);
    assert!(read(bytes, &Wish::default()).0.is_none());
}

/// Many rows, to be read in many pieces.
fn many(n: usize) -> Vec<(&'static str, ArrayRef)> {
    let places: Vec<_> = (0..n).map(|n| (n % 7 != 3).then_some((n as f64 / 1000.0, 39.0))).collect();
    let name = |n: usize| (!n.is_multiple_of(5)).then(|| format!("{}{n}", "园".repeat(n % 40)));
    vec![
        ("n", Arc::new(Int64Array::from_iter_values(0..n as i64))),
        ("name", Arc::new(StringArray::from_iter((0..n).map(name)))),
        ("geometry", points(&places)),
    ]
}

#[test]
fn pieces_and_packings_change_nothing() {
    let columns = many(20_000);
    let one = read(file(&columns, Some(WKB), |how| how.set_compression(Compression::UNCOMPRESSED)), &Wish::default()).0;
    let one = one.unwrap();
    assert_eq!((one.n_rows, one.columns[0].get(19_999), one.geometry[3].is_none()), (20_000, "19999", true));
    type How = fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder;
    let hows: [How; 7] = [
        |how| how.set_compression(Compression::SNAPPY),
        |how| how.set_compression(Compression::GZIP(GzipLevel::default())),
        |how| how.set_compression(Compression::ZSTD(ZstdLevel::default())),
        |how| how.set_max_row_group_row_count(Some(700)),
        |how| how.set_dictionary_enabled(false).set_data_page_size_limit(1000).set_write_batch_size(10),
        |how| how.set_dictionary_enabled(false).set_encoding(Encoding::PLAIN),
        |how| how.set_dictionary_enabled(false).set_column_encoding("name".into(), Encoding::DELTA_BYTE_ARRAY),
    ];
    for how in hows {
        assert_eq!(read(file(&columns, Some(WKB), how), &Wish::default()), (Some(one.clone()), vec![]));
    }
}

/// A little file that becomes large.
fn bomb(rows: usize, length: usize, how: impl Fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder) -> Vec<u8> {
    let text = "x".repeat(length);
    let bytes =
        file(&[("a", Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows))))], None, |builder| {
            how(builder.set_dictionary_page_size_limit(1 << 30).set_data_page_size_limit(1 << 30))
        });
    assert!(bytes.len() < 200_000, "{}", bytes.len());
    bytes
}

#[test]
fn a_little_file_that_becomes_large_is_refused_before_it_does() {
    let zstd = |how: WriterPropertiesBuilder| how.set_compression(Compression::ZSTD(ZstdLevel::default()));
    let gzip = |how: WriterPropertiesBuilder| how.set_compression(Compression::GZIP(GzipLevel::default()));
    // One long text, named by each row; the same in each row; and the same as in the row before.
    let prefix = |how: WriterPropertiesBuilder| {
        zstd(how).set_dictionary_enabled(false).set_column_encoding("a".into(), Encoding::DELTA_BYTE_ARRAY)
    };
    for bytes in [
        bomb(1000, 1 << 19, zstd),
        bomb(1000, 1 << 19, gzip),
        bomb(600, 1 << 19, |how| zstd(how).set_dictionary_enabled(false)),
        bomb(1000, 1 << 19, prefix),
    ] {
        let (table, said) = read(bytes, &Wish::default());
        assert!(table.is_none() && said.len() == 1 && said[0].starts_with("too-large"), "{said:?}");
    }
    // Half a gigabyte is refused, a hundred megabytes are read.
    assert_eq!(read(bomb(200, 1 << 19, zstd), &Wish::default()).0.unwrap().columns[0].get(199).len(), 1 << 19);
}

#[test]
fn what_is_no_parquet_is_said() {
    for bytes in
        [vec![], b"PAR1".to_vec(), b"PAR1PAR1".repeat(1000), [b"PAR1".as_slice(), &[0xff; 5000], b"PAR1"].concat()]
    {
        let (table, said) = read(bytes, &Wish::default());
        assert!(table.is_none() && said[0].starts_with("damaged"), "{said:?}");
    }
}

#[test]
fn whichever_byte_is_damaged_the_file_is_read_or_refused() {
    let bytes = file(&many(20), Some(WKB), |how| how.set_compression(Compression::UNCOMPRESSED));
    let (mut n_read, mut n_refused) = (0, 0);
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0xff;
        match read(bytes, &Wish::default()).0 {
            Some(_) => n_read += 1,
            None => n_refused += 1,
        }
    }
    assert!(100 < n_read && 100 < n_refused, "{n_read} read, {n_refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_read_or_refused(
        packing in 0..4_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        at_end in any::<bool>(),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        thread_local! {
            static FILES: Vec<Vec<u8>> = {
                let mut list = ListBuilder::new(StringBuilder::new());
                (0..300).for_each(|n| list.append_value((0..n % 4).map(|n| Some(n.to_string()))));
                let mut columns = many(300);
                columns.push(("list", Arc::new(list.finish())));
                let packings = [
                    Compression::UNCOMPRESSED,
                    Compression::SNAPPY,
                    Compression::GZIP(GzipLevel::default()),
                    Compression::ZSTD(ZstdLevel::default()),
                ];
                packings.map(|packing| file(&columns, Some(WKB), |how| how.set_compression(packing))).into()
            };
        }
        let mut bytes = FILES.with(|files| files[packing].clone());
        for (at, to) in flips {
            // Most is to be found in the footer.
            let first = if at_end { bytes.len() * 2 / 3 } else { 0 };
            let at = first + at.index(bytes.len() - first);
            bytes[at] = to;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Some(table) = read(bytes, &Wish::default()).0 {
            prop_assert!(table.columns.iter().all(|column| column.len() == table.n_rows));
            prop_assert!(table.geometry.is_empty() || table.geometry.len() == table.n_rows);
        }
    }
}
