//! The national world as files of a study, for the command itself.

use std::fs;
use std::io::{BufWriter, Result, Write};
use std::path::Path;

use evenreach::model::{AreaId, FacilityId, Id, LevelId, Of, Value, World};

/// Writes `study.toml`, its pack and all layers into `folder`: streets as GeoJSON, all else as CSV.
pub(crate) fn write(world: &World, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("study.toml"), STUDY)?;
    fs::write(folder.join("national.toml"), super::national::PACK)?;
    country(world, &folder.join("country.csv"))?;
    districts(world, &folder.join("districts.csv"))?;
    streets(world, &folder.join("streets.geojson"))?;
    people(world, &folder.join("people.csv"))?;
    facilities(world, &folder.join("facilities.csv"))?;
    series(world, &folder.join("series.csv"))?;
    estates(world, &folder.join("estates.csv"))
}

const STUDY: &str = r#"format = "evenreach.study/1"
name = { en = "A country", zh = "某国" }
reference-date = "2020-12-31"
crs = "EPSG:4326"
packs = ["national.toml"]
levels = [
    { key = "country", en = "country", zh = "国" },
    { key = "district", en = "district", zh = "区" },
    { key = "street", en = "street", zh = "街道" },
]
areas = [
    { level = "country", file = "country.csv" },
    { level = "district", file = "districts.csv" },
    { level = "street", file = "streets.geojson" },
]
people = [{ file = "people.csv", illustrative = true }]
facilities = [{ file = "facilities.csv", illustrative = true }]
series = [{ file = "series.csv", illustrative = true }]
estates = [{ file = "estates.csv", illustrative = true }]
"#;

fn create(path: &Path, header: &str) -> Result<BufWriter<fs::File>> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    writeln!(file, "{header}")?;
    Ok(file)
}

fn country(world: &World, path: &Path) -> Result<()> {
    let mut file = create(path, "code,name")?;
    for &id in world.areas.at_level(LevelId::new(0)) {
        writeln!(file, "{},{}", world.areas[id].code, world.areas[id].name)?;
    }
    file.flush()
}

fn districts(world: &World, path: &Path) -> Result<()> {
    let mut file = create(path, "code,name,parent")?;
    for &id in world.areas.at_level(LevelId::new(1)) {
        writeln!(file, "{},{},{}", world.areas[id].code, world.areas[id].name, parent(world, id))?;
    }
    file.flush()
}

fn parent(world: &World, id: AreaId) -> &str {
    world.areas[id].parent.map_or("", |parent| &world.areas[parent].code)
}

/// The streets, with coordinates to the last digit.
pub(crate) fn streets(world: &World, path: &Path) -> Result<()> {
    let mut file = create(path, r#"{"type":"FeatureCollection","features":["#)?;
    let streets = world.areas.at_level(LevelId::new(2));
    for (n, &id) in streets.iter().enumerate() {
        let area = &world.areas[id];
        let geometry = geojson::Geometry::new(geojson::GeometryValue::from(
            &area.boundary.polygon().expect("every street has a polygon").0[0],
        ));
        let comma = if n + 1 < streets.len() { "," } else { "" };
        writeln!(
            file,
            r#"{{"type":"Feature","properties":{{"code":"{}","name":"{}","parent":"{}"}},"geometry":{geometry}}}{comma}"#,
            area.code,
            area.name,
            parent(world, id)
        )?;
    }
    writeln!(file, "]}}")?;
    file.flush()
}

fn people(world: &World, path: &Path) -> Result<()> {
    let people = &world.people;
    let mut file = create(path, &format!("lon,lat,{}", people.groups.values().join(",")))?;
    for (id, place) in people.places.iter() {
        let place = place.expect("every point has a place");
        write!(file, "{},{}", place.x, place.y)?;
        for persons in people.persons.values() {
            write!(file, ",{}", persons[id])?;
        }
        writeln!(file)?;
    }
    file.flush()
}

/// All services in one file; each facility declares its street and has coordinates.
pub(crate) fn facilities(world: &World, path: &Path) -> Result<()> {
    let facilities = &world.facilities;
    let keys: Vec<&str> = facilities.attributes().keys().map(String::as_str).collect();
    let mut file = create(path, &format!("code,name,service,lon,lat,street-code,serves,{}", keys.join(",")))?;
    for (id, row) in facilities.iter() {
        let place = row.place.expect("every facility has a place");
        let street = row.area.map_or("", |area| &world.areas[area].code);
        let serves: Vec<&str> = facilities.serves(id).iter().map(|&area| world.areas[area].code.as_str()).collect();
        let service = &facilities.services()[row.service].key;
        write!(file, "{},{},{service},{},{},{street},{}", row.code, row.name, place.x, place.y, serves.join(";"))?;
        for column in facilities.attributes().values() {
            match column.get(id.index()) {
                None => write!(file, ",")?,
                Some(Value::Flag(flag)) => write!(file, ",{}", if flag { "yes" } else { "no" })?,
                Some(Value::Number(number)) => write!(file, ",{number}")?,
                Some(Value::Date(date)) => write!(file, ",{date}")?,
                Some(Value::Text(word)) => write!(file, ",{word}")?,
            }
        }
        writeln!(file)?;
    }
    file.flush()
}

fn series(world: &World, path: &Path) -> Result<()> {
    let mut file = create(path, "indicator,facility,street-code,year,value")?;
    let code = |facility: FacilityId| &world.facilities[facility].code;
    for key in world.series.keys() {
        for observation in world.series.all(key) {
            let (facility, street) = match observation.of {
                Of::Whole => ("", ""),
                Of::Area(area) => ("", world.areas[area].code.as_str()),
                Of::Facility(facility) => (code(facility).as_str(), ""),
            };
            writeln!(file, "{key},{facility},{street},{},{}", observation.year, observation.value)?;
        }
    }
    file.flush()
}

fn estates(world: &World, path: &Path) -> Result<()> {
    let mut file = create(path, "code,name,lon,lat,households,first-phase")?;
    for estate in world.estates.rows.values() {
        let place = estate.place.expect("every estate has a place");
        let households = estate.households.unwrap_or_default();
        let first_phase = estate.first_phase.map(|day| day.to_string()).unwrap_or_default();
        writeln!(file, "{},{},{},{},{households},{first_phase}", estate.code, estate.name, place.x, place.y)?;
    }
    file.flush()
}
