//! Made-up kindergartens: in communities by the number of children, in villages by their size.

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::KINDERGARTENS;
use super::ground::Ground;
use super::people::People;
use super::sheet::Sheet;

/// A village of this many residents is large.
const LARGE: u32 = 4000;

/// What becomes of a village.
enum Village {
    Own,
    Branch,
    Joint,
    /// A kindergarten of which the file does not say what it is.
    Unsaid,
    Nothing,
}

/// A kindergarten on its way to its row.
struct Kindergarten {
    community: usize,
    public: bool,
    inclusive: bool,
    form: Option<&'static str>,
    enrolment: u32,
    serves: Vec<usize>,
}

pub(super) fn file(ground: &Ground<'_>, people: &People, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, Theme::Kindergartens);
    let mut sheet = Sheet::new("kindergartens.csv", KINDERGARTENS);
    for (street, holder) in ground.streets.iter().enumerate() {
        let mut planned = Vec::new();
        for &community in holder.communities.iter().filter(|&&community| !ground.communities[community].village) {
            planned.extend(in_community(community, people, &mut chance));
        }
        planned.extend(in_villages(ground, street, people, &mut chance));
        // The first public one is the central one, save in a few streets that have none or do not say.
        let first = planned.iter().position(|kindergarten| kindergarten.public);
        for (position, kindergarten) in planned.iter().enumerate() {
            let central = match street % 11 {
                7 => Some(false),
                9 if Some(position) == first => None,
                _ => Some(Some(position) == first),
            };
            write(ground, &mut sheet, kindergarten, central, &mut chance);
        }
    }
    sheet.file()
}

fn in_community(community: usize, people: &People, chance: &mut Chance) -> Vec<Kindergarten> {
    let children = people.of[community].kindergarten_age();
    let n_kindergartens = (f64::from(children) / 140.0 * chance.around_one(0.5)).round() as u32;
    let n_kindergartens = n_kindergartens.max(u32::from(60 <= children));
    let kindergarten = |position: u32, chance: &mut Chance| {
        let public = chance.happens(if position == 0 { 0.5 } else { 0.3 });
        let inclusive = public || chance.happens(0.57);
        let usual = f64::from(children) * 0.95 / f64::from(n_kindergartens);
        let size = match (public, inclusive) {
            (true, _) => 1.15,
            (false, true) => 1.0,
            (false, false) => 0.7,
        };
        let enrolment = (usual * size * chance.around_one(0.2)).round() as u32;
        Kindergarten { community, public, inclusive, form: Some("独立"), enrolment, serves: Vec::new() }
    };
    (0..n_kindergartens).map(|position| kindergarten(position, chance)).collect()
}

fn in_villages(ground: &Ground<'_>, street: usize, people: &People, chance: &mut Chance) -> Vec<Kindergarten> {
    let mut planned = Vec::new();
    let mut joint: Vec<usize> = Vec::new();
    let villages = ground.streets[street].communities.iter().copied();
    for village in villages.filter(|&community| ground.communities[community].village) {
        let children = people.of[village].kindergarten_age();
        let form = match what(people.of[village].residents(), chance) {
            Village::Own => Some("独立"),
            Village::Branch => Some("分园"),
            Village::Unsaid => None,
            Village::Joint => {
                joint.push(village);
                continue;
            }
            Village::Nothing => continue,
        };
        let public = chance.happens(0.6);
        let inclusive = public || chance.happens(0.8);
        let enrolment = (f64::from(children) * chance.between(0.7, 0.95)).round() as u32;
        planned.push(Kindergarten { community: village, public, inclusive, form, enrolment, serves: Vec::new() });
    }
    // Three villages share one: it stands in the first.
    for villages in joint.chunks(3) {
        let children: u32 = villages.iter().map(|&village| people.of[village].kindergarten_age()).sum();
        planned.push(Kindergarten {
            community: villages[0],
            public: true,
            inclusive: true,
            form: Some("联合"),
            enrolment: (f64::from(children) * chance.between(0.7, 0.95)).round() as u32,
            serves: villages.to_vec(),
        });
    }
    planned
}

fn what(residents: u32, chance: &mut Chance) -> Village {
    let lot = chance.between(0.0, 1.0);
    if LARGE <= residents {
        match lot {
            ..0.65 => Village::Own,
            0.65..0.85 => Village::Branch,
            _ => Village::Unsaid,
        }
    } else {
        match lot {
            ..0.25 => Village::Own,
            0.25..0.5 => Village::Branch,
            0.5..0.88 => Village::Joint,
            _ => Village::Nothing,
        }
    }
}

fn write(
    ground: &Ground<'_>,
    sheet: &mut Sheet,
    kindergarten: &Kindergarten,
    central: Option<bool>,
    chance: &mut Chance,
) {
    let number = sheet.len() + 1;
    let place = ground.in_community(kindergarten.community, chance);
    let serves: Vec<&str> = (kindergarten.serves.iter())
        .map(|&village| ground.areas[ground.communities[village].area].code.as_str())
        .collect();
    let mut row = sheet.row();
    row.set("code", format!("K{number:03}"));
    row.set("name", format!("示例幼儿园 {number:03}"));
    ground.locate(&mut row, ground.communities[kindergarten.community].area, place);
    row.set("ownership", if kindergarten.public { "公办" } else { "民办" });
    // A few do not say, on purpose.
    row.set("inclusive", (number % 97 != 50).then_some(kindergarten.inclusive));
    row.set("central", central);
    row.set("form", kindergarten.form);
    row.set("serves", serves.join(";"));
    row.set("enrolment", kindergarten.enrolment);
    row.set("capacity", (f64::from(kindergarten.enrolment) * chance.between(1.0, 1.25)).round() as u32);
    row.set("opened", format!("{}-09-01", chance.whole(1995, 2019)));
}
