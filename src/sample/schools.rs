//! Made-up schools: places for the children of each street, or almost; large classes, now and in past years; groups.

use geo::Coord;

use super::chance::{Chance, Theme};
use super::estates::{Estate, Schools};
use super::ground::Ground;
use super::people::{People, share_out};

/// Stages of compulsory school.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Primary,
    Junior,
}

/// A school.
pub(super) struct School {
    pub(super) stage: Stage,
    pub(super) community: usize,
    pub(super) place: Option<Coord<f64>>,
    pub(super) dense: bool,
    pub(super) opened: String,
    pub(super) pupils: u32,
    pub(super) capacity: u32,
    pub(super) largest_class: u32,
    /// The largest class of 2016, 2017, ...; the last is that of today.
    pub(super) past: Vec<u32>,
    pub(super) belongs: Belongs,
    pub(super) leads: bool,
    /// Per pupil: teaching area, sports area, equipment, computers, books, teachers; then shares of teachers.
    pub(super) resources: [f64; 8],
}

/// What a school belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
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
