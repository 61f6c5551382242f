//! A national world: a country of 2,000 districts and 40,000 streets, 600,000 demand points, 1,000,000 facilities.
//!
//! One street of each district is a town: it has as many people and facilities as half of the district. Some cells are
//! empty, as in real files. The same numbers on every machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenreach::model::{
    Area, AreaId, Areas, Boundary, Column, Date, Estate, Estates, Facilities, FacilityId, FacilityRow, Id, IdVec,
    Layer, Level, LevelId, Observation, Of, People, PerFacility, PerPoint, Series, ServiceId, Source, SourceId, Text,
    World,
};
use evenreach::rules::Pack;
use evenreach::space::index::PolygonIndex;
use geo::{BoundingRect, Coord, Rect};

use super::Random;

/// How much of everything there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Streets along each side of the country; a multiple of 20.
    pub(crate) side: usize,
    /// Demand points.
    pub(crate) n_points: usize,
    /// Facilities of all services.
    pub(crate) n_facilities: usize,
    /// New estates.
    pub(crate) n_estates: usize,
}

/// The whole country.
pub(crate) const NATIONAL: Size = Size { side: 200, n_points: 600_000, n_facilities: 1_000_000, n_estates: 4000 };

/// Streets of a district, from west to east and from south to north.
const DISTRICT: [usize; 2] = [5, 4];
/// The street of a district that is its town, counted likewise.
const TOWN: [usize; 2] = [2, 1];
/// The share of people and facilities that are in towns.
const IN_TOWNS: f64 = 0.35;

/// A pack that has every kind of check.
pub(crate) fn pack() -> Arc<Pack> {
    Arc::new(Pack::from_toml("national.toml", PACK).expect("the pack is well formed"))
}

/// The text of [`pack`].
pub(crate) const PACK: &str = include_str!("national.toml");

/// The services, with the share of the facilities that each has.
const SERVICES: [(&str, f64); 5] = [
    ("kindergarten", 0.30),
    ("school", 0.25),
    ("employment-platform", 0.10),
    ("elderly-care", 0.15),
    ("rehabilitation", 0.20),
];

/// The world in memory, as reading its files would give it.
pub(crate) fn world(size: Size) -> World {
    let mut random = Random::new(7);
    let (areas, boxes) = areas(size);
    let index = PolygonIndex::build(areas.at_level(LevelId::new(2)).iter().map(|&id| areas[id].boundary.polygon()));
    let locate = |places: &[Coord<f64>]| -> Vec<Option<AreaId>> {
        let located = index.locate(places);
        located.into_iter().map(|street| Some(areas.at_level(LevelId::new(2))[street? as usize])).collect()
    };
    let people = people(size, &boxes, &mut random, locate);
    let facilities = facilities(size, &boxes, &mut random, locate);
    let estates = estates(size, &boxes, &mut random, locate);
    let series = series(&areas, &facilities, &mut random);
    World {
        name: Text { en: "A country".into(), zh: "某国".into() },
        reference_date: day(2020, 12, 31),
        areas: Arc::new(areas),
        people: Arc::new(people),
        facilities: Arc::new(facilities),
        series: Arc::new(series),
        estates: Arc::new(estates),
        costs: None,
        sources: Arc::new(IdVec::from(vec![Source {
            proxy: None,
            file: "generated".into(),
            layer: Layer::Study,
            sha256: String::new(),
            sidecars: Vec::new(),
            rows: 0,
            features: false,
            illustrative: true,
            crs: "EPSG:4326".into(),
            crs_from: None,
        }])),
    }
}

fn day(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).expect("the calls name days that there are")
}

fn origin(row: usize) -> (SourceId, u32) {
    (SourceId::new(0), row as u32 + 1)
}

/// Country, districts without a polygon, streets with one; and the box of each street.
fn areas(size: Size) -> (Areas, Vec<Rect<f64>>) {
    let side = size.side;
    let [wide, high] = DISTRICT;
    let per_row = side / wide;
    let n_districts = per_row * (side / high);
    let area = |level, parent: Option<usize>, code: String, name: String, row| Area {
        level: LevelId::new(level),
        parent: parent.map(AreaId::new),
        code,
        name,
        place: None,
        boundary: Boundary::None,
        origin: origin(row),
    };
    let mut areas = vec![area(0, None, "1".into(), "某国".into(), 0)];
    areas.extend((0..n_districts).map(|n| area(1, Some(0), format!("1{n:04}"), format!("第{n}区"), n)));
    let mut boxes = Vec::new();
    for (n, polygon) in super::polygons(side, 4).into_iter().enumerate() {
        let (row, column) = (n / side, n % side);
        let district = (row / high) * per_row + column / wide;
        let bounds = polygon.bounding_rect().expect("every street has corners");
        boxes.push(bounds);
        areas.push(Area {
            place: Some(bounds.center()),
            boundary: Boundary::Official(polygon),
            ..area(2, Some(1 + district), format!("1{district:04}{n:05}"), format!("第{n}街道"), n)
        });
    }
    let level = |key: &str, zh: &str| Level { key: key.into(), label: Text { en: key.into(), zh: zh.into() } };
    let levels = vec![level("country", "国"), level("district", "区"), level("street", "街道")];
    (Areas::new(levels.into(), areas.into(), BTreeMap::new()), boxes)
}

/// A place in a street, often in a town.
fn place(size: Size, boxes: &[Rect<f64>], random: &mut Random) -> Coord<f64> {
    let mut street = [random.below(size.side), random.below(size.side)];
    if random.unit() < IN_TOWNS {
        street = [0, 1].map(|axis| street[axis] / DISTRICT[axis] * DISTRICT[axis] + TOWN[axis]);
    }
    let bounds = boxes[street[1] * size.side + street[0]];
    let (x, y) = (random.unit(), random.unit());
    // The border of the country is as crooked as the others: not beyond it.
    let inside = |at: f64, low: f64| at.clamp(low + 0.005, low + super::EXTENT - 0.005);
    Coord {
        x: inside(bounds.min().x + x * bounds.width(), super::WEST),
        y: inside(bounds.min().y + y * bounds.height(), super::SOUTH),
    }
}

/// Places in the order of districts, as the rows of a register are.
fn places(n: usize, size: Size, boxes: &[Rect<f64>], random: &mut Random) -> Vec<Coord<f64>> {
    // To the seventh decimal, as files give them: what is written and read again is the same.
    let rounded = |place: Coord<f64>| Coord { x: round(place.x), y: round(place.y) };
    let mut places: Vec<Coord<f64>> = (0..n).map(|_| rounded(place(size, boxes, random))).collect();
    let district = |place: &Coord<f64>| {
        let at = |axis: usize, degrees: f64| {
            let n_districts = size.side / DISTRICT[axis];
            (degrees / super::EXTENT * n_districts as f64) as usize
        };
        (at(1, place.y - super::SOUTH), at(0, place.x - super::WEST))
    };
    places.sort_by_key(district);
    places
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Residents, a twelfth of them children of primary age, a fifth of 60 and over.
fn people(
    size: Size,
    boxes: &[Rect<f64>],
    random: &mut Random,
    locate: impl Fn(&[Coord<f64>]) -> Vec<Option<AreaId>>,
) -> People {
    let places = places(size.n_points, size, boxes, random);
    let residents: Vec<f64> = places.iter().map(|_| 100.0 + random.below(900) as f64).collect();
    let mut share = |of: f64| -> PerPoint<f64> {
        residents.iter().map(|residents| (residents * of * (0.5 + random.unit())).round()).collect()
    };
    let (primary, elderly) = (share(1.0 / 12.0), share(0.2));
    People {
        proxy: None,
        origins: PerPoint::default(),
        areas: locate(&places).into(),
        places: places.into_iter().map(Some).collect(),
        groups: ["elderly-60", "primary-age", "residents"].map(str::to_owned).to_vec().into(),
        persons: vec![elderly, primary, residents.into()].into(),
    }
}

fn facilities(
    size: Size,
    boxes: &[Rect<f64>],
    random: &mut Random,
    locate: impl Fn(&[Coord<f64>]) -> Vec<Option<AreaId>>,
) -> Facilities {
    let n = size.n_facilities;
    let places = places(n, size, boxes, random);
    let areas = locate(&places);
    let mut service = || {
        let at = random.unit();
        let mut up_to = 0.0;
        let found = SERVICES.iter().position(|(_, share)| {
            up_to += share;
            at < up_to
        });
        found.unwrap_or(SERVICES.len() - 1)
    };
    let services: Vec<usize> = (0..n).map(|_| service()).collect();
    let row = |(n, place): (usize, &Coord<f64>)| FacilityRow {
        code: format!("F{n:07}"),
        name: format!("第{n}号设施"),
        service: ServiceId::new(services[n]),
        place: Some(*place),
        area: areas[n],
        destination: None,
        origin: origin(n),
    };
    let rows: PerFacility<FacilityRow> = places.iter().enumerate().map(row).collect();

    // A joint kindergarten serves the street to the east of its own, too.
    let mut serves = BTreeMap::new();
    let attributes = attributes(&services, &areas, random);
    for (n, area) in areas.iter().enumerate() {
        let (Some(area), Some("joint")) = (area, attributes["form"].text(n)) else { continue };
        if area.index() + 1 < 1 + size.side * size.side {
            serves.insert(FacilityId::new(n), vec![AreaId::new(area.index() + 1)]);
        }
    }
    Facilities::new(rows, SERVICES.map(|(key, _)| key.to_owned()).to_vec(), attributes, serves)
}

/// Attributes of facilities: each service has its own.
fn attributes(services: &[usize], areas: &[Option<AreaId>], random: &mut Random) -> BTreeMap<String, Column> {
    let mut columns = BTreeMap::new();
    let [kindergarten, school, platform, elderly] = [0, 1, 2, 3];
    let mut add = |key: &str, column: Column| columns.insert(key.to_owned(), column);
    // `missing` of a thousand cells are empty.
    let words = |random: &mut Random, of: &[usize], words: &[&'static str], missing: usize| {
        Column::from_words(services.iter().map(|service| {
            let word = words[random.below(words.len())];
            if of.contains(service) && missing <= random.below(1000) { word } else { "" }
        }))
    };
    let flags = |random: &mut Random, of: &[usize], yes: f64, missing: usize| {
        let flag = services.iter().map(|service| {
            let flag = random.unit() < yes;
            (of.contains(service) && missing <= random.below(1000)).then_some(flag)
        });
        Column::Flag(flag.collect())
    };
    let numbers = |random: &mut Random, of: &[usize], low: usize, high: usize, missing: usize| {
        let number = services.iter().map(|service| {
            let number = (low + random.below(high - low)) as f64;
            (of.contains(service) && missing <= random.below(1000)).then_some(number)
        });
        Column::Number(number.collect())
    };
    add("ownership", words(random, &[kindergarten, school], &["public", "public", "private"], 1));
    add("central", flags(random, &[kindergarten], 0.25, 5));
    add("inclusive", flags(random, &[kindergarten], 0.8, 10));
    add("form", words(random, &[kindergarten], &["own", "own", "own", "branch", "joint"], 2));
    add("enrolment", numbers(random, &[kindergarten], 30, 400, 5));
    add("stage", words(random, &[school], &["primary", "junior"], 0));
    add("capacity", numbers(random, &[school], 50, 320, 1));
    add("pupils", numbers(random, &[school], 50, 320, 0));
    add("largest-class", numbers(random, &[school], 25, 57, 2));
    add("teaching-area", numbers(random, &[school], 500, 4000, 0));
    add("computers", numbers(random, &[school], 5, 90, 0));
    add("books", numbers(random, &[school], 500, 9000, 0));
    let opened = services.iter().map(|&service| (service == school).then(|| day(2010 + random.below(12) as i16, 9, 1)));
    add("opened", Column::Date(opened.collect()));
    // A group or two a district.
    let group = services.iter().zip(areas).map(|(&service, area)| match area {
        Some(area) if service == school && 20 <= random.below(1000) => {
            format!("g{}", (area.index() / 20) * 2 + random.below(2))
        }
        _ => String::new(),
    });
    add("school-group", Column::from_words(group));
    add("alliance", words(random, &[school], &["none", "east", "west"], 400));
    add("group-lead", flags(random, &[school], 0.02, 0));
    add("level", words(random, &[platform], &["district", "street", "street", "street"], 2));
    add("one-stop", flags(random, &[platform], 0.8, 5));
    let beds = numbers(random, &[elderly], 20, 300, 2);
    let nursing = (0..services.len()).map(|n| beds.number(n).map(|beds| (beds * (0.4 + 0.6 * random.unit())).round()));
    add("nursing-beds", Column::Number(nursing.collect()));
    add("beds", beds);
    columns
}

fn estates(
    size: Size,
    boxes: &[Rect<f64>],
    random: &mut Random,
    locate: impl Fn(&[Coord<f64>]) -> Vec<Option<AreaId>>,
) -> Estates {
    let places = places(size.n_estates, size, boxes, random);
    let areas = locate(&places);
    let estate = |(n, place): (usize, Coord<f64>)| Estate {
        code: format!("E{n:05}"),
        name: format!("第{n}小区"),
        place: Some(place),
        area: areas[n],
        households: Some(200.0 + random.below(3000) as f64),
        first_phase: Some(day(2019 + random.below(2) as i16, 6, 30)),
        origin: origin(n),
    };
    Estates { rows: places.into_iter().enumerate().map(estate).collect(), known: true }
}

/// A rate by street for three years, and the largest class of each primary school for four.
fn series(areas: &Areas, facilities: &Facilities, random: &mut Random) -> Series {
    let mut observe = |of: Of, years: &[i16], low: f64, high: f64| -> Vec<Observation> {
        let value = |random: &mut Random| ((low + random.unit() * (high - low)) * 10.0).round() / 10.0;
        years.iter().map(|&year| Observation { of, year, value: value(random) }).collect()
    };
    let streets = areas.at_level(LevelId::new(2)).iter();
    let mut rates: Vec<Observation> =
        streets.flat_map(|&street| observe(Of::Area(street), &[2015, 2018, 2020], 90.0, 100.0)).collect();
    rates.extend(observe(Of::Whole, &[2015, 2018, 2020], 94.0, 98.0));
    let stage = facilities.attribute("stage").expect("the generator gives it");
    let primary = (0..facilities.len()).filter(|&n| stage.text(n) == Some("primary")).map(FacilityId::new);
    let classes = primary.flat_map(|school| {
        let sizes = observe(Of::Facility(school), &[2017, 2018, 2019, 2020], 25.0, 57.0);
        sizes.into_iter().map(|size| Observation { value: size.value.round(), ..size })
    });
    let classes = classes.collect();
    Series::new(BTreeMap::from([("ind.retention".to_owned(), rates), ("largest-class".to_owned(), classes)]))
}
