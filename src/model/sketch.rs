//! Worlds small enough to draw, for tests.
//!
//! Places are kilometres east and north of a point near Jinzhou; attributes are written as in a file and typed by
//! what all their values look like.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::Coord;
use jiff::civil::date;

use super::*;
use crate::units::CostUnit;

type Km = Option<(f64, f64)>;

#[derive(Default)]
pub(crate) struct Sketch {
    levels: Vec<String>,
    areas: Vec<Area>,
    area_attributes: BTreeMap<String, BTreeMap<usize, String>>,
    points: Vec<(Option<AreaId>, Km, BTreeMap<String, f64>)>,
    facilities: Vec<FacilityRow>,
    services: Vec<String>,
    attributes: BTreeMap<String, BTreeMap<usize, String>>,
    serves: BTreeMap<FacilityId, Vec<AreaId>>,
    series: BTreeMap<String, Vec<Observation>>,
    estates: Vec<Estate>,
}

/// Kilometres to degrees, near enough for a drawing.
fn place((east, north): (f64, f64)) -> Coord<f64> {
    Coord { x: 121.7 + east / 86.5, y: 39.1 + north / 111.03 }
}

fn column(cells: &BTreeMap<usize, String>, n: usize) -> Column {
    let cell = |row: usize| cells.get(&row).map(String::as_str).filter(|cell| !cell.is_empty());
    let all = |test: &dyn Fn(&str) -> bool| cells.values().filter(|cell| !cell.is_empty()).all(|cell| test(cell));
    if all(&|cell| cell.parse::<bool>().is_ok()) {
        Column::Flag((0..n).map(|row| cell(row).and_then(|cell| cell.parse().ok())).collect())
    } else if all(&|cell| cell.parse::<f64>().is_ok()) {
        Column::Number((0..n).map(|row| cell(row).and_then(|cell| cell.parse().ok())).collect())
    } else if all(&|cell| cell.parse::<Date>().is_ok()) {
        Column::Date((0..n).map(|row| cell(row).and_then(|cell| cell.parse().ok())).collect())
    } else {
        Column::from_words((0..n).map(|row| cell(row).unwrap_or("")))
    }
}

impl Sketch {
    pub(crate) fn new(levels: &[&str]) -> Self {
        Self { levels: levels.iter().map(|&level| level.to_owned()).collect(), ..Self::default() }
    }

    fn find(&self, code: &str) -> AreaId {
        AreaId::new(self.areas.iter().position(|area| area.code == code).expect("the sketch has this area"))
    }

    /// An area; parents come first.
    pub(crate) fn area(
        mut self,
        level: &str,
        code: &str,
        parent: Option<&str>,
        at: Km,
        attributes: &[(&str, &str)],
    ) -> Self {
        let level = LevelId::new(self.levels.iter().position(|key| key == level).expect("the sketch has this level"));
        for &(key, value) in attributes {
            self.area_attributes.entry(key.to_owned()).or_default().insert(self.areas.len(), value.to_owned());
        }
        self.areas.push(Area {
            level,
            parent: parent.map(|code| self.find(code)),
            code: code.to_owned(),
            name: code.to_owned(),
            place: at.map(place),
            boundary: Boundary::None,
            origin: (SourceId::new(0), 1),
        });
        self
    }

    /// The last area has a square boundary around its place, so many kilometres each way.
    pub(crate) fn square(mut self, half: f64) -> Self {
        let area = self.areas.last_mut().expect("the sketch has an area");
        let Coord { x, y } = area.place.expect("the area has a place");
        let (dx, dy) = (half / 86.5, half / 111.03);
        area.boundary = Boundary::Official(geo::Rect::new((x - dx, y - dy), (x + dx, y + dy)).to_polygon().into());
        self
    }

    /// A demand point; a group that is not listed is not counted there.
    pub(crate) fn people(mut self, area: Option<&str>, at: Km, persons: &[(&str, f64)]) -> Self {
        let area = area.map(|code| self.find(code));
        let persons = persons.iter().map(|&(group, persons)| (group.to_owned(), persons)).collect();
        self.points.push((area, at, persons));
        self
    }

    /// A service known to the study, with or without facilities.
    pub(crate) fn service(mut self, key: &str) -> Self {
        if !self.services.iter().any(|service| service == key) {
            self.services.push(key.to_owned());
        }
        self
    }

    pub(crate) fn facility(
        self,
        service: &str,
        code: &str,
        area: Option<&str>,
        at: Km,
        attributes: &[(&str, &str)],
    ) -> Self {
        let mut sketch = self.service(service);
        let service = ServiceId::new(sketch.services.iter().position(|key| key == service).expect("added above"));
        for &(key, value) in attributes {
            sketch.attributes.entry(key.to_owned()).or_default().insert(sketch.facilities.len(), value.to_owned());
        }
        sketch.facilities.push(FacilityRow {
            code: code.to_owned(),
            name: code.to_owned(),
            service,
            place: at.map(place),
            area: area.map(|code| sketch.find(code)),
            destination: None,
            origin: (SourceId::new(0), 1),
        });
        sketch
    }

    /// The last facility serves these areas too.
    pub(crate) fn serving(mut self, areas: &[&str]) -> Self {
        let areas = areas.iter().map(|code| self.find(code)).collect();
        self.serves.insert(FacilityId::new(self.facilities.len() - 1), areas);
        self
    }

    pub(crate) fn series(mut self, key: &str, of: Of, values: &[(i16, f64)]) -> Self {
        let observations = values.iter().map(|&(year, value)| Observation { of, year, value });
        self.series.entry(key.to_owned()).or_default().extend(observations);
        self
    }

    pub(crate) fn estate(mut self, code: &str, at: Km, households: Option<f64>, first_phase: Option<Date>) -> Self {
        self.estates.push(Estate {
            code: code.to_owned(),
            name: code.to_owned(),
            place: at.map(place),
            area: None,
            households,
            first_phase,
            origin: (SourceId::new(0), 1),
        });
        self
    }

    /// The world, judged at the end of 2020.
    pub(crate) fn world(self) -> World {
        let n_areas = self.areas.len();
        let groups: std::collections::BTreeSet<String> =
            self.points.iter().flat_map(|(_, _, persons)| persons.keys().cloned()).collect();
        let persons = |group: &String| {
            self.points.iter().map(|(_, _, persons)| persons.get(group).copied().unwrap_or(f64::NAN)).collect()
        };
        let people = People {
            proxy: None,
            places: self.points.iter().map(|&(_, at, _)| at.map(place)).collect(),
            areas: self.points.iter().map(|&(area, _, _)| area).collect(),
            origins: PerPoint::default(),
            persons: groups.iter().map(persons).collect(),
            groups: groups.into_iter().collect(),
        };
        let n_facilities = self.facilities.len();
        World {
            name: Text::same("sketch"),
            reference_date: date(2020, 12, 31),
            areas: Arc::new(Areas::new(
                self.levels.iter().map(|key| Level { key: key.clone(), label: Text::same(key) }).collect(),
                self.areas.into(),
                self.area_attributes.iter().map(|(key, cells)| (key.clone(), column(cells, n_areas))).collect(),
            )),
            people: Arc::new(people),
            facilities: Arc::new(Facilities::new(
                self.facilities.into(),
                self.services,
                self.attributes.iter().map(|(key, cells)| (key.clone(), column(cells, n_facilities))).collect(),
                self.serves,
            )),
            series: Arc::new(Series::new(self.series)),
            estates: Arc::new(Estates { known: !self.estates.is_empty(), rows: self.estates.into() }),
            costs: None,
            sources: Arc::default(),
        }
    }
}

/// The same world with a table of costs: origin `n` is demand point, area or estate `n` in this order, destination `n` is
/// facility `n`. `is_listed` says which of the two the table names; `cost` says what a pair costs, if there is a way.
pub(crate) fn with_costs(
    world: &World,
    unit: CostUnit,
    is_listed: impl Fn(usize, usize) -> [bool; 2],
    cost: impl Fn(usize, usize) -> Option<f64>,
) -> World {
    let (n_points, n_areas) = (world.people.len(), world.areas.len());
    let n_origins = n_points + n_areas + world.estates.rows.len();
    let n_destinations = world.facilities.len();
    let origin = |at: usize| is_listed(at, 0)[0].then(|| OriginId::new(at));
    let destination = |at: usize| is_listed(0, at)[1].then(|| DestinationId::new(at));
    let pairs = (0..n_origins).flat_map(|from| (0..n_destinations).map(move |to| (from, to)));
    let pairs = pairs.filter_map(|(from, to)| Some((origin(from)?, destination(to)?, cost(from, to)?)));
    let names = |n: usize| (0..n).map(|at| at.to_string());
    let mut table = CostTable::new(
        unit,
        SourceId::new(0),
        names(n_origins).zip((0..).map(OriginId::new)).collect(),
        names(n_destinations).zip((0..).map(DestinationId::new)).collect(),
        pairs.collect(),
    );
    table.areas = (n_points..n_points + n_areas).map(origin).collect();
    table.estates = (n_points + n_areas..n_origins).map(origin).collect();
    let people = People { origins: (0..n_points).map(origin).collect(), ..world.people.as_ref().clone() };
    let old = &world.facilities;
    let rows = old.iter().map(|(id, row)| FacilityRow { destination: destination(id.index()), ..row.clone() });
    let facilities = Facilities::new(
        rows.collect(),
        old.services().values().iter().map(|service| service.key.clone()).collect(),
        old.attributes().clone(),
        old.iter().map(|(id, _)| (id, old.serves(id).to_vec())).filter(|(_, serves)| !serves.is_empty()).collect(),
    );
    let (people, facilities) = (Arc::new(people), Arc::new(facilities));
    World { people, facilities, costs: Some(Arc::new(table)), ..world.clone() }
}
