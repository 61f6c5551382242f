//! Made-up elderly-care homes and rehabilitation points.

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::{ELDERLY_CARE, REHABILITATION};
use super::ground::Ground;
use super::people::People;
use super::sheet::Sheet;

pub(super) fn elderly_care(ground: &Ground<'_>, people: &People, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, Theme::ElderlyCare);
    let mut sheet = Sheet::new("elderly-care.csv", ELDERLY_CARE);
    for (street, holder) in ground.streets.iter().enumerate() {
        let elderly: u32 = holder.communities.iter().map(|&community| people.of[community].elderly()).sum();
        // A few streets have none.
        if holder.communities.is_empty() || street % 9 == 4 {
            continue;
        }
        let n_homes = (f64::from(elderly) / 3500.0).round().max(1.0);
        for position in 0..n_homes as usize {
            let community = holder.communities[position * 3 % holder.communities.len()];
            let place = ground.in_community(community, &mut chance);
            let beds = (f64::from(elderly) / n_homes * chance.between(0.02, 0.045)).round().max(10.0);
            let nursing = (beds * chance.between(0.72, 0.98)).round();
            let number = sheet.len() + 1;
            let mut row = sheet.row();
            row.set("code", format!("C{number:03}"));
            row.set("name", format!("示例养老院 {number:03}"));
            // Some name their street only, and of one the nursing-type beds are not known, on purpose.
            let area = if number % 20 == 9 { holder.area } else { ground.communities[community].area };
            ground.locate(&mut row, area, place);
            row.set("beds", beds as u32);
            row.set("nursing-beds", (number != 17).then_some(nursing as u32));
        }
    }
    sheet.file()
}

pub(super) fn rehabilitation(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, Theme::Rehabilitation);
    let mut sheet = Sheet::new("rehabilitation.csv", REHABILITATION);
    for (street, holder) in ground.streets.iter().enumerate() {
        let n_points = if holder.dense { 2 } else { u32::from(street % 4 != 2) };
        for _ in 0..n_points {
            let place = ground.in_street(street, &mut chance);
            let number = sheet.len() + 1;
            let mut row = sheet.row();
            row.set("code", format!("R{number:02}"));
            row.set("name", format!("示例康复服务点 {number:02}"));
            ground.locate(&mut row, holder.area, place);
        }
    }
    sheet.file()
}
