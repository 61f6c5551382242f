//! The files of schools: each school with what it has, large classes by year, special schools.

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::{CLASS_SIZES, SCHOOLS, SPECIAL_SCHOOLS};
use super::ground::Ground;
use super::schools::{Belongs, School, Stage};
use super::sheet::{Row, Sheet};

pub(super) fn schools(ground: &Ground<'_>, schools: &[School]) -> SampleFile {
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
