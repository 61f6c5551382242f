//! Made-up service points on each level, training bases, incubators and internship bases.

use geo::Coord;

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::{Columns, INCUBATORS, INTERNSHIPS, SERVICE_POINTS, TRAINING};
use super::ground::Ground;
use super::sheet::{Row, Sheet};
use crate::model::AreaId;

/// A service that is offered on several levels.
struct Service {
    letter: char,
    word: &'static str,
    /// The share of communities that have one.
    in_communities: f64,
    on_city: bool,
    /// Whether the streets miss one here and there.
    gaps: bool,
}

const SERVICES: [Service; 3] = [
    Service { letter: 'J', word: "就业服务平台", in_communities: 0.94, on_city: true, gaps: false },
    Service { letter: 'U', word: "创业就业服务", in_communities: 1.0, on_city: false, gaps: false },
    Service { letter: 'H', word: "人力资源服务设施", in_communities: 0.7, on_city: true, gaps: true },
];

pub(super) fn service_points(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, Theme::ServicePoints);
    let mut sheet = Sheet::new("service-points.csv", SERVICE_POINTS);
    for service in &SERVICES {
        let mut number = 0;
        let mut add = |area: AreaId, place: Option<Coord<f64>>, level: &str, one_stop: Option<bool>| {
            number += 1;
            let mut row = sheet.row();
            row.set("code", format!("{}{number:03}", service.letter));
            row.set("name", format!("示例{} {number:03}", service.word));
            row.set("service", service.word);
            ground.locate(&mut row, area, place);
            row.set("level", level);
            row.set("one-stop", one_stop);
        };
        // The city's own stands somewhere outside the district.
        if let Some(city) = ground.city.filter(|_| service.on_city) {
            add(city, None, "市级", Some(true));
        }
        if let Some(district) = ground.district {
            let place = ground.centres().first().and_then(|&street| ground.in_street(street, &mut chance));
            add(district, place, "区级", Some(true));
        }
        for (street, holder) in ground.streets.iter().enumerate().filter(|(street, _)| !service.gaps || street % 8 != 3)
        {
            add(holder.area, ground.in_street(street, &mut chance), "街道级", Some(street % 12 != 10));
        }
        for (community, held) in ground.communities.iter().enumerate() {
            let place = ground.in_community(community, &mut chance);
            let (there, one_stop, said) =
                (chance.happens(service.in_communities), chance.happens(0.96), chance.happens(0.98));
            if there {
                add(held.area, place, "社区级", said.then_some(one_stop));
            }
        }
    }
    sheet.file()
}

pub(super) fn training(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let theme =
        Places { file: "training.csv", columns: TRAINING, letter: 'T', word: "公共实训基地", n_places: 7 };
    theme.file(ground, &mut Chance::new(seed, Theme::Training), |row, position, chance| {
        row.set("certified", (position != 5).then_some(position != 3));
        row.set("open-to-all", true);
        row.set("capacity", 20 * chance.whole(8, 30));
    })
}

pub(super) fn incubators(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let theme =
        Places { file: "incubators.csv", columns: INCUBATORS, letter: 'B', word: "创业孵化基地", n_places: 10 };
    theme.file(ground, &mut Chance::new(seed, Theme::Incubators), |row, position, chance| {
        row.set("low-rent", (position != 6).then_some(position % 4 != 3));
        row.set("capacity", 10 * chance.whole(5, 25));
    })
}

pub(super) fn internships(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let theme =
        Places { file: "internships.csv", columns: INTERNSHIPS, letter: 'N', word: "就业见习基地", n_places: 14 };
    theme.file(ground, &mut Chance::new(seed, Theme::Internships), |row, position, chance| {
        let places = chance.whole(10, 80);
        row.set("capacity", (position != 8).then_some(places));
    })
}

/// Facilities of one service, two in dense streets for each outside.
struct Places {
    file: &'static str,
    columns: Columns,
    letter: char,
    word: &'static str,
    n_places: usize,
}

impl Places {
    fn file(
        &self,
        ground: &Ground<'_>,
        chance: &mut Chance,
        mut fill: impl FnMut(&mut Row<'_>, usize, &mut Chance),
    ) -> SampleFile {
        let mut sheet = Sheet::new(self.file, self.columns);
        let (centres, outskirts) = (ground.centres(), ground.outskirts());
        for position in 0..self.n_places {
            let streets = if position % 3 == 2 && !outskirts.is_empty() { &outskirts } else { &centres };
            let Some(&street) = streets.get(position * 4 % streets.len().max(1)) else { continue };
            let communities = &ground.streets[street].communities;
            let community = communities[position % communities.len()];
            let place = ground.in_community(community, chance);
            let mut row = sheet.row();
            row.set("code", format!("{}{:02}", self.letter, position + 1));
            row.set("name", format!("示例{} {:02}", self.word, position + 1));
            ground.locate(&mut row, ground.communities[community].area, place);
            fill(&mut row, position, chance);
        }
        sheet.file()
    }
}
