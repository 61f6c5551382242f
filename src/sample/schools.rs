//! Made-up schools: enough for the children of each street, or almost; large classes; a ledger of past years.

use geo::Coord;

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::{CLASS_SIZES, SCHOOLS, SPECIAL_SCHOOLS};
use super::estates::{Estate, Schools};
use super::ground::Ground;
use super::people::{People, share_out};
use super::sheet::{Row, Sheet};

/// Stages of compulsory school.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Primary,
    Junior,
}

/// A school.
pub(super) struct School {
    stage: Stage,
    community: usize,
    place: Option<Coord<f64>>,
    dense: bool,
    opened: String,
    pupils: u32,
    capacity: u32,
    largest_class: u32,
    /// The largest class of 2016, 2017, ...; the last is that of today.
    past: Vec<u32>,
    belongs: Belongs,
    leads: bool,
    /// Per pupil: teaching area, sports area, equipment, computers, books, teachers; then shares of teachers.
    resources: [f64; 8],
}

/// What a school belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Belongs {
    Group(&'static str),
    Alliance(usize),
    None,
}

/// The schools of all streets, and those that come with new estates.
pub(super) fn plan(ground: &Ground<'_>, people: &People, estates: &[Estate], seed: u64) -> Vec<School> {
    let mut chance = Chance::new(seed, Theme::Schools);
    let mut schools: Vec<School> = Vec::new();
    for street in 0..ground.streets.len() {
        for stage in [Stage::Primary, Stage::Junior] {
            in_street(ground, people, street, stage, &mut schools, &mut chance);
        }
    }
    for estate in estates {
        with_estate(ground, estate, &mut schools, &mut chance);
    }
    let mut led: Vec<Belongs> = vec![Belongs::None, Belongs::Group("普湾")];
    for school in &mut schools {
        school.leads = !led.contains(&school.belongs);
        if school.leads {
            led.push(school.belongs);
        }
    }
    schools
}

fn in_street(
    ground: &Ground<'_>,
    people: &People,
    street: usize,
    stage: Stage,
    schools: &mut Vec<School>,
    chance: &mut Chance,
) {
    let holder = &ground.streets[street];
    let demand = |community: usize| match stage {
        Stage::Primary => people.of[community].primary_age(),
        Stage::Junior => people.of[community].junior_age(),
    };
    let mut communities = holder.communities.clone();
    communities.sort_by_key(|&community| std::cmp::Reverse(demand(community)));
    let children: u32 = communities.iter().map(|&community| demand(community)).sum();
    // Pupils of a junior school from where no place is known go to another street.
    if communities.is_empty() || (stage == Stage::Junior && holder.place.is_none()) {
        return;
    }
    let usual = match (stage, holder.dense) {
        (Stage::Primary, true) => 1000.0,
        (Stage::Primary, false) => 450.0,
        (Stage::Junior, true) => 1100.0,
        (Stage::Junior, false) => 600.0,
    };
    let n_schools = (f64::from(children) / usual).round().max(1.0) as usize;
    let weights: Vec<f64> = (0..n_schools).map(|_| chance.around_one(0.5)).collect();
    // One street in three is short of places.
    let room = match (street % 3, stage) {
        (1, Stage::Primary) => 0.7,
        (_, Stage::Primary) => 0.97,
        (1, Stage::Junior) => 0.9,
        (_, Stage::Junior) => 1.02,
    };
    for (position, pupils) in share_out(children, &weights).into_iter().enumerate() {
        let community = communities[position % communities.len()];
        let place = ground.in_community(community, chance);
        let year = chance.whole(1962, 2014);
        let mut school = school(ground, schools.len(), stage, community, place, pupils, chance);
        school.opened = format!("{year}-09-01");
        school.capacity = (f64::from(pupils) * room * chance.between(1.0, 1.06)).round() as u32;
        schools.push(school);
    }
}

/// A primary and a junior school by a new estate, as that deserves.
fn with_estate(ground: &Ground<'_>, estate: &Estate, schools: &mut Vec<School>, chance: &mut Chance) {
    let Some(due) = estate.first_phase.or(Some(2020)).filter(|_| estate.schools != Schools::Nothing) else { return };
    let households = estate.households.unwrap_or(2000);
    for (stage, per_household) in [(Stage::Primary, 0.127), (Stage::Junior, 0.053)] {
        let street = ground.communities[estate.community].street;
        let place = ground.near(estate.place, street, 350.0, chance);
        let needed = f64::from(households) * per_household;
        let capacity = needed * if estate.schools == Schools::Small { 0.5 } else { 1.25 };
        let pupils = capacity * chance.between(0.5, 0.8);
        let mut school = school(ground, schools.len(), stage, estate.community, place, pupils as u32, chance);
        school.opened = match estate.schools {
            Schools::Late => format!("{}-09-01", due + 1),
            _ => format!("{}-09-01", due - 1),
        };
        school.capacity = capacity.round() as u32;
        school.largest_class = school.largest_class.min(45);
        school.past.clear();
        schools.push(school);
    }
}

fn school(
    ground: &Ground<'_>,
    number: usize,
    stage: Stage,
    community: usize,
    place: Option<Coord<f64>>,
    pupils: u32,
    chance: &mut Chance,
) -> School {
    let today = match number % 17 {
        _ if number == 23 => 68,
        5 => chance.whole(56, 61),
        _ => chance.whole(38, 55).min(pupils),
    };
    // Some were over the limit and have been solved; of some no past is known.
    let past = match number % 17 {
        5 => vec![today + 6, today + 4, today + 3, today + 1, today],
        _ if number == 23 => vec![54, 58, 63, 66, 68],
        11 => vec![62, 60, 57, 52.min(today), today],
        _ => Vec::new(),
    };
    let usual = [4.8, 8.5, 2200.0, 0.16, 26.0, 0.064, 0.82, 0.5];
    let spread = [0.7, 0.8, 0.8, 0.7, 0.7, 0.3, 0.15, 0.3];
    let mut resources = [0.0; 8];
    for (resource, (usual, spread)) in resources.iter_mut().zip(usual.into_iter().zip(spread)) {
        *resource = usual * chance.between(1.0 - spread, 1.0 + spread);
    }
    School {
        stage,
        community,
        place,
        dense: ground.communities[community].dense,
        opened: String::new(),
        pupils,
        capacity: pupils,
        largest_class: today,
        past,
        belongs: if number % 41 == 40 { Belongs::None } else { belongs(ground, community) },
        leads: false,
        resources,
    }
}

/// The north end belongs to one group, what is south of it to another, dense streets to two by east and west; the other
/// streets are in alliances.
fn belongs(ground: &Ground<'_>, community: usize) -> Belongs {
    let Some(street) = ground.communities[community].street else { return Belongs::None };
    let alliance = Belongs::Alliance(street % 6 + 1);
    let Some(place) = ground.streets[street].place else { return alliance };
    let seats: Vec<Coord<f64>> = ground.streets.iter().filter_map(|street| street.place).collect();
    let ahead = |further: &dyn Fn(&Coord<f64>) -> bool| {
        seats.iter().filter(|seat| further(seat)).count() as f64 / seats.len() as f64
    };
    let from_north = ahead(&|seat| place.y < seat.y);
    if from_north < 0.12 {
        Belongs::Group("普湾")
    } else if from_north < 0.3 {
        Belongs::Group("北部")
    } else if !ground.streets[street].dense {
        alliance
    } else if ahead(&|seat| place.x < seat.x) < 0.65 {
        Belongs::Group("东部")
    } else {
        Belongs::Group("西部")
    }
}

pub(super) fn file(ground: &Ground<'_>, schools: &[School]) -> SampleFile {
    let mut sheet = Sheet::new("schools.csv", SCHOOLS);
    for (position, school) in schools.iter().enumerate() {
        let stage = match school.stage {
            Stage::Primary => "小学",
            Stage::Junior => "初中",
        };
        let mut row = sheet.row();
        row.set("code", code(position));
        row.set("name", format!("示例{stage} {:03}", position + 1));
        ground.locate(&mut row, ground.communities[school.community].area, school.place);
        row.set("stage", stage);
        row.set("setting", if school.dense { "城区" } else { "涉农" });
        row.set("ownership", if position % 29 == 28 { "民办" } else { "公办" });
        row.set("opened", school.opened.as_str());
        row.set("capacity", school.capacity);
        classes(&mut row, position, school);
        let group = match school.belongs {
            Belongs::Group(group) => group,
            _ => "无",
        };
        let alliance = match school.belongs {
            Belongs::Alliance(number) => format!("示例联盟 {number}"),
            _ => "无".to_owned(),
        };
        row.set("school-group", group);
        row.set("alliance", alliance);
        row.set("group-lead", school.leads);
        conditions(&mut row, position, school);
        resources(&mut row, school);
    }
    sheet.file()
}

fn code(position: usize) -> String {
    format!("S{:03}", position + 1)
}

fn classes(row: &mut Row<'_>, position: usize, school: &School) {
    let large = 55 < school.largest_class;
    row.set("pupils", school.pupils);
    row.set("classes", school.pupils.div_ceil(school.largest_class.saturating_sub(4).max(1)));
    row.set("largest-class", school.largest_class);
    row.set("large-classes", large);
    row.set("intake-limited", large && position % 34 != 5);
}

/// Standards, buildings, networks: most as they should be, some not, a few not said, on purpose.
fn conditions(row: &mut Row<'_>, position: usize, school: &School) {
    row.set("standard-buildings", school.dense || position % 13 != 6);
    row.set("standard-staffing", position % 19 != 12);
    row.set("standard-funds", true);
    row.set("standard-equipment", (position % 61 != 44).then_some(school.dense || position % 16 != 9));
    row.set("broadband", true);
    row.set("connected-classrooms", (position % 53 != 48).then_some(true));
    row.set("safe-buildings", true);
    row.set("warm-buildings", school.dense || position % 11 != 3);
}

fn resources(row: &mut Row<'_>, school: &School) {
    let pupils = f64::from(school.pupils);
    let [teaching, sports, equipment, computers, books, teachers, qualified, senior] = school.resources;
    let whole = |number: f64| number.round() as u32;
    let n_teachers = whole(pupils * teachers).max(1);
    let of_teachers = |share: f64| whole(f64::from(n_teachers) * share).min(n_teachers);
    row.set("teaching-area", whole(pupils * teaching));
    row.set("sports-area", whole(pupils * sports));
    row.set("equipment-value", whole(pupils * equipment));
    row.set("computers", whole(pupils * computers));
    row.set("books", whole(pupils * books));
    row.set("teachers", n_teachers);
    row.set("qualified-teachers", of_teachers(qualified));
    row.set("senior-teachers", of_teachers(senior));
    // Schools of dense streets send teachers, the others receive them: none of theirs is meant.
    let eligible = if school.dense { of_teachers(0.5) } else { 0 };
    let exchanged = whole(f64::from(eligible) * (0.06 + 0.15 * (senior - 0.2)));
    row.set("eligible-teachers", eligible);
    row.set("exchanged-teachers", exchanged);
    row.set("exchanged-backbone", whole(f64::from(exchanged) * (qualified - 0.66)));
}

/// The largest classes of past years, of schools that were or are over the limit.
pub(super) fn class_sizes(schools: &[School]) -> SampleFile {
    let mut sheet = Sheet::new("class-sizes.csv", CLASS_SIZES);
    for (position, school) in schools.iter().enumerate() {
        for (year, &value) in (2016..).zip(&school.past) {
            let mut row = sheet.row();
            row.set("indicator", "largest-class");
            row.set("facility", code(position));
            row.set("year", year);
            row.set("value", value);
        }
    }
    sheet.file()
}

/// One resource centre and one small school.
pub(super) fn special_schools(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, Theme::SpecialSchools);
    let mut sheet = Sheet::new("special-schools.csv", SPECIAL_SCHOOLS);
    let centre = ground.centres().first().copied();
    let other = ground.outskirts().first().copied();
    for (street, resource_centre, capacity) in [(centre, true, 180), (other, false, 60)] {
        let Some(street) = street else { continue };
        let community = ground.streets[street].communities[0];
        let place = ground.in_community(community, &mut chance);
        let number = sheet.len() + 1;
        let mut row = sheet.row();
        row.set("code", format!("P{number:02}"));
        row.set("name", format!("示例特殊教育学校 {number:02}"));
        ground.locate(&mut row, ground.communities[community].area, place);
        row.set("resource-centre", resource_centre);
        row.set("capacity", capacity);
    }
    sheet.file()
}
