//! Shapefiles that GDAL and geopandas wrote, against the same layer as GeoJSON.

use std::fs;
use std::path::Path;

use evenreach::read::table::{Table, Wish};
use evenreach::space::Crs;
use geo::Rect;

use super::foreign;
use super::layers::{same, same_places, table, vector};
use super::support::Study;

const PLAIN: Wish = Wish { layer: None, encoding: None, crs: None, otherwise: None, tags: None, within: None };

fn truth(name: &str) -> Option<Table> {
    vector(&format!("{name}.geojson"), &PLAIN).map(|(table, _)| table)
}

#[test]
fn every_kind_of_shape_is_read_with_heights_and_measures_or_without() {
    for kind in ["areas", "places", "groups", "roads"] {
        for name in [format!("{kind}.shp"), format!("{kind}.z.shp"), format!("{kind}.m.shp")] {
            let (Some((table, said)), Some(truth)) = (vector(&name, &PLAIN), truth(kind)) else { return };
            same(&table, &truth);
            assert_eq!(said, [""; 0], "{name}");
            let system = Crs::parse(table.crs.as_deref().unwrap()).unwrap();
            assert!(system.is_wgs84(), "{name}: {system:?}");
            let sidecars: Vec<&str> = table.sidecars.iter().map(|(file, _)| file.rsplit('.').next().unwrap()).collect();
            assert_eq!(sidecars, ["shx", "dbf", "prj", "cpg"], "{name}");
        }
    }
}

#[test]
fn the_encoding_is_the_one_stated_else_the_one_that_fits() {
    for (name, layer, encoding, said) in [
        ("gbk.shp", "areas.gbk", None, vec![]),
        ("geopandas.shp", "areas.gbk", None, vec![]),
        ("capitals.SHP", "areas.gbk", None, vec![]),
        ("gbk-unsaid.shp", "areas.gbk", Some("GB18030"), vec!["no-encoding"]),
        ("utf8-unsaid.shp", "areas", Some("UTF-8"), vec!["no-encoding"]),
    ] {
        let (Some((table, told)), Some(truth)) = (vector(name, &PLAIN), truth(layer)) else { return };
        same(&table, &truth);
        assert_eq!((table.encoding, told), (encoding, said), "{name}");
    }
    let wish = Wish { encoding: Some("gbk".into()), ..PLAIN };
    let (Some((table, told)), Some(truth)) = (vector("gbk-unsaid.shp", &wish), truth("areas.gbk")) else { return };
    same(&table, &truth);
    assert_eq!((table.encoding, told.len()), (None, 0));
    // Said wrongly, it is an error and not other letters.
    let wrong = Wish { encoding: Some("UTF-8".into()), ..PLAIN };
    let Some(path) = foreign("vector", "gbk.shp") else { return };
    let (table, problems) = self::table(&path, &wrong);
    assert!(table.is_none());
    assert_eq!(problems.kept()[0].code, "not-text", "{:?}", problems.kept());
}

#[test]
fn the_system_of_the_prj_brings_the_shapes_home() {
    for code in [4549, 4528, 4490, 32651, 3857] {
        let Some((mut table, _)) = vector(&format!("epsg{code}.shp"), &PLAIN) else { return };
        let Some(truth) = truth("areas") else { return };
        let system = Crs::parse(table.crs.as_deref().unwrap()).unwrap_or_else(|| panic!("{:?}", table.crs));
        for geometry in table.geometry.iter_mut().flatten() {
            assert!(system.turn_to_degrees(geometry));
        }
        same_places(&table, &truth, 2e-8);
    }
}

#[test]
fn what_is_missing_beside_it_is_said() {
    let Some(truth) = truth("areas") else { return };
    let Some((table, said)) = vector("no-shx.shp", &PLAIN) else { return };
    same(&table, &truth);
    assert_eq!(said, ["missing-sidecar"]);
    let Some((table, said)) = vector("no-prj.shp", &PLAIN) else { return };
    same(&table, &truth);
    assert_eq!((table.crs.as_deref(), said.len()), (None, 0));
    let Some((table, said)) = vector("no-dbf.shp", &PLAIN) else { return };
    same_places(&table, &truth, 0.0);
    assert_eq!((table.columns.len(), said), (0, vec!["missing-sidecar"]));
}

#[test]
fn a_deleted_record_is_left_out_with_its_shape() {
    let (Some((table, said)), Some(truth)) = (vector("deleted.shp", &PLAIN), truth("areas")) else { return };
    assert_eq!((table.n_rows, &table.numbers[..], said.len()), (4, &[1, 3, 4, 5][..], 0));
    let rest: Vec<&str> =
        truth.columns[0].iter().enumerate().filter(|(row, _)| *row != 1).map(|(_, cell)| cell).collect();
    assert_eq!(table.columns[0].iter().collect::<Vec<_>>(), rest);
    assert_eq!(table.geometry[3], truth.geometry[4]);
}

#[test]
fn a_dbf_alone_is_a_table() {
    let (Some((table, said)), Some(truth)) = (vector("areas.dbf", &PLAIN), truth("areas")) else { return };
    same(&table, &Table { geometry: Vec::new(), ..truth });
    assert_eq!((said.len(), table.sidecars.len()), (0, 1));
}

#[test]
fn a_region_leaves_out_what_lies_far_from_it() {
    let within = Rect::new((120.2, 38.3), (120.3, 38.4));
    let wish = Wish { within: Some(within), ..PLAIN };
    let (Some((all, _)), Some((near, _))) = (vector("grid4549.shp", &PLAIN), vector("grid4549.shp", &wish)) else {
        return;
    };
    assert_eq!((all.n_rows, near.n_rows + near.left_out, all.left_out), (10_000, 10_000, 0));
    assert!((121..400).contains(&near.n_rows), "{}", near.n_rows);
    for (row, &number) in near.numbers.iter().enumerate() {
        assert_eq!(near.geometry[row], all.geometry[number as usize - 1]);
        assert_eq!(near.columns[0].get(row), all.columns[0].get(number as usize - 1));
    }
    let inside =
        |x: &str, y: &str| (20..=30).contains(&x.parse().unwrap()) && (30..=40).contains(&y.parse::<i32>().unwrap());
    assert_eq!(near.columns[0].iter().zip(near.columns[1].iter()).filter(|(x, y)| inside(x, y)).count(), 121);
}

/// Copies a shapefile of the given layer of the small study, made by GDAL, into the study.
fn streets(study: &Study) -> Option<()> {
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        study.put(&format!("streets.{ending}"), fs::read(foreign("vector", &format!("streets.{ending}"))?).unwrap());
    }
    Some(())
}

#[test]
fn a_study_finds_the_same_through_a_shapefile_and_names_all_its_files() {
    let plain = Study::small();
    assert_eq!(plain.check(&[]).code, 0);
    let study = Study::edited("study.toml", "streets.geojson", "streets.shp");
    if streets(&study).is_none() {
        return;
    }
    let run = study.check(&[]);
    assert_eq!((run.code, run.stderr.contains("warning")), (0, false), "{}", run.stderr);
    for name in ["findings.csv", "areas.csv", "ledger.csv", "areas.geojson", "facilities.geojson"] {
        assert_eq!(plain.output(name), study.output(name), "{name}");
    }
    let json: serde_json::Value = serde_json::from_slice(&study.output("findings.json")).unwrap();
    let inputs = json["inputs"].as_array().unwrap();
    let input = inputs.iter().find(|input| input["file"] == "streets.shp").unwrap();
    let files: Vec<&str> =
        input["sidecars"].as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["streets.shx", "streets.dbf", "streets.prj", "streets.cpg"]);
    assert!(inputs.iter().all(|input| input["file"] == "streets.shp" || input.get("sidecars").is_none()));
}

#[test]
fn files_that_lie_about_their_lengths_are_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str| -> Option<()> {
        for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
            fs::copy(foreign("vector", &format!("areas.{ending}"))?, folder.path().join(format!("{name}.{ending}")))
                .unwrap();
        }
        Some(())
    };
    let refused = |ending: &str, damage: &dyn Fn(&mut Vec<u8>), says: &str| {
        let shp = folder.path().join("a.shp");
        copy("a")?;
        let path = folder.path().join(format!("a.{ending}"));
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, bytes).unwrap();
        if ending == "shp" && says.contains("without") {
            fs::remove_file(folder.path().join("a.shx")).unwrap();
        }
        let (table, problems) = table(&shp, &PLAIN);
        assert!(table.is_none(), "{says}");
        assert!(problems.kept().iter().any(|problem| problem.what.en.contains(says)), "{says}: {:#?}", problems.kept());
        Some(())
    };
    let put = |at: usize, new: &'static [u8]| move |bytes: &mut Vec<u8>| bytes[at..at + new.len()].copy_from_slice(new);
    type Damage = Box<dyn Fn(&mut Vec<u8>)>;
    let cases: [(&str, Damage, &str); 12] = [
        ("dbf", Box::new(put(4, &[255, 255, 255, 127])), "its header says that there are 2147483647 records"),
        ("dbf", Box::new(put(8, &[255, 255])), "its header says that it has 65535 bytes"),
        ("dbf", Box::new(put(10, &[0, 0])), "and a record 0"),
        ("dbf", Box::new(put(10, &[9, 0])), "but a record has 9"),
        ("dbf", Box::new(|bytes| bytes.truncate(20)), "too short"),
        ("dbf", Box::new(put(4, &[2, 0, 0, 0])), "they do not belong together"),
        ("shp", Box::new(put(104, &[127, 255, 255, 255])), "the shape is said to have 4294967294 bytes"),
        ("shp", Box::new(put(108 + 40, &[255, 255, 255, 127])), "the counts in the shape do not fit"),
        ("shp", Box::new(|bytes| bytes.truncate(300)), "left in the file"),
        ("shp", Box::new(put(100, &[0, 0, 0, 9])), "without the .shx the order is not known"),
        ("shx", Box::new(put(100, &[127, 255, 255, 255])), "the file ends before the shape begins"),
        (
            "shx",
            Box::new(|bytes| (1..5).for_each(|n| bytes.copy_within(100..108, 100 + 8 * n))),
            "names one place for several shapes",
        ),
    ];
    for (ending, damage, says) in &cases {
        if refused(ending, damage, says).is_none() {
            return;
        }
    }
}

/// A shapefile in a folder of its own, read.
fn read_in(folder: &Path, ending: &str, bytes: &[u8]) -> bool {
    fs::write(folder.join(format!("a.{ending}")), bytes).unwrap();
    let (table, problems) = table(&folder.join("a.shp"), &PLAIN);
    match &table {
        Some(table) => {
            assert!(table.columns.iter().all(|column| column.len() == table.n_rows));
            assert_eq!(table.geometry.len(), table.n_rows);
        }
        None => assert!(problems.has_errors()),
    }
    table.is_some()
}

#[test]
fn turned_bits_and_cut_files_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut whole = Vec::new();
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        let Some(path) = foreign("vector", &format!("areas.{ending}")) else { return };
        whole.push((ending, fs::read(path).unwrap()));
        fs::write(folder.path().join(format!("a.{ending}")), &whole.last().unwrap().1).unwrap();
    }
    let (mut n_read, mut n_refused) = (0, 0);
    for (ending, bytes) in &whole {
        for at in (0..bytes.len()).step_by(bytes.len() / 400 + 1) {
            let mut turned = bytes.clone();
            turned[at] ^= 1 << (at % 8);
            for damaged in [&turned[..], &bytes[..at]] {
                if read_in(folder.path(), ending, damaged) { n_read += 1 } else { n_refused += 1 }
            }
        }
        read_in(folder.path(), ending, bytes);
    }
    assert!(100 < n_read && 100 < n_refused, "{n_read} read, {n_refused} refused");
}
