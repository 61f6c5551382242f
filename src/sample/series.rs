//! Made-up values by year, from 2016 to 2020: of the whole, and of some also by street.
//!
//! Some years are missing on purpose, one indicator altogether. The values of 2015 are real and in another file.

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::INDICATORS;
use super::ground::Ground;
use super::sheet::Sheet;
use crate::model::AreaId;
use crate::units::Decimal;

const YEARS: [u32; 5] = [2016, 2017, 2018, 2019, 2020];

/// Not known.
const GAP: f64 = f64::NAN;

/// How a value differs between streets.
#[derive(Clone, Copy)]
enum Streets {
    /// No values by street.
    None,
    /// The value of the whole, more or less this much, at most 100.
    Around(f64),
    /// The value of the whole, lower by this much in a few streets.
    AFewLower(f64),
}

/// Values of one indicator by year.
const VALUES: [(&str, [f64; 5], Streets); 30] = [
    ("ind.compulsory-retention", [96.1, 96.4, 96.9, 97.2, 97.6], Streets::Around(1.2)),
    ("ind.balanced-counties", [71.4, 78.6, 92.9, 100.0, 100.0], Streets::None),
    ("ind.preschool-enrolment", [100.0, 100.0, 100.0, 100.0, 100.0], Streets::AFewLower(3.0)),
    ("ind.inclusive-kindergarten", [35.2, 48.0, 60.3, 70.9, 81.5], Streets::Around(9.0)),
    ("ind.urban-jobs", [1.1, 1.2, 1.0, 1.1, 0.9], Streets::None),
    ("ind.skilled-workers", [7.6, 8.2, 8.9, 9.4, 9.8], Streets::None),
    ("ind.labour-contracts", [99.0, 99.0, 99.1, 99.2, 99.3], Streets::None),
    ("ind.labour-cases", [100.0, 100.0, 100.0, 100.0, 100.0], Streets::None),
    ("ind.pension-cover", [99.0, 99.1, 99.1, 99.2, 99.3], Streets::Around(0.5)),
    ("ind.medical-cover", [93.5, 94.2, 94.8, 95.6, 96.1], Streets::Around(2.0)),
    ("ind.social-cards", [70.0, 74.0, 78.0, 82.0, 87.0], Streets::None),
    ("ind.maternal-mortality", [9.8, 9.1, 8.7, 9.4, 9.2], Streets::None),
    ("ind.infant-mortality", [4.4, 4.1, 3.9, 4.0, 3.8], Streets::None),
    ("ind.under5-mortality", [5.4, 5.0, 4.9, 4.8, 4.9], Streets::None),
    ("ind.life-expectancy", [80.9, 81.0, 81.1, GAP, GAP], Streets::None),
    ("ind.health-literacy", [17.0, 18.8, 20.5, 22.1, GAP], Streets::None),
    ("ind.food-risk", [98.2, 98.9, 99.1, 99.6, 100.0], Streets::None),
    ("ind.nursing-beds", [72.0, 75.0, 79.0, 82.0, 85.0], Streets::None),
    ("ind.destitute-care", [48.0, 52.0, 55.0, 58.0, 61.0], Streets::None),
    ("ind.shanty-renewal", [520.0, 480.0, 410.0, GAP, 300.0], Streets::None),
    ("ind.broadcast-cover", [99.0, 99.1, 99.2, 99.3, 99.5], Streets::None),
    ("ind.exercise", [49.2, 49.8, 50.4, 51.0, 51.6], Streets::Around(4.0)),
    ("ind.disability-allowance", [GAP, GAP, 100.0, 100.0, 100.0], Streets::None),
    ("ind.rehab-cover", [60.0, 71.0, 80.0, 87.0, 92.4], Streets::Around(5.0)),
    ("ind.disabled-pupils", [72.0, 81.0, 88.0, 94.0, 99.0], Streets::Around(3.0)),
    ("edu.migrant-pupils", [79.0, 81.0, 83.0, 86.0, 88.5], Streets::Around(7.0)),
    ("edu.preschool-aid", [92.0, 95.0, 97.0, 98.0, 100.0], Streets::AFewLower(2.0)),
    ("emp.training-groups", [81.0, 86.0, 90.0, 95.0, 97.0], Streets::None),
    ("ins.pension-on-time", [100.0, 100.0, 100.0, 100.0, 100.0], Streets::AFewLower(0.4)),
    ("ins.medical-merged", [GAP, GAP, 72.0, 94.0, 100.0], Streets::Around(0.0)),
];

pub(super) fn file(ground: &Ground<'_>, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, Theme::Series);
    let mut sheet = Sheet::new("indicators.csv", INDICATORS);
    for (key, values, streets) in VALUES {
        for (year, value) in YEARS.into_iter().zip(values).filter(|(_, value)| !value.is_nan()) {
            write(ground, &mut sheet, key, None, year, value);
            for (street, holder) in ground.streets.iter().enumerate() {
                let here = match streets {
                    Streets::None => continue,
                    Streets::Around(spread) => (value + chance.between(-spread, spread)).min(100.0),
                    Streets::AFewLower(less) => value - if street % 10 == 3 { less } else { 0.0 },
                };
                // The last year is not there yet for a few streets.
                if !(year == 2020 && street % 12 == 6) {
                    write(ground, &mut sheet, key, Some(holder.area), year, here);
                }
            }
        }
    }
    zero_employment(ground, &mut sheet);
    sheet.file()
}

/// Households without anyone in work: fewer each year, in the end some in a few streets.
fn zero_employment(ground: &Ground<'_>, sheet: &mut Sheet) {
    for (year, usual) in YEARS.into_iter().zip([4, 3, 2, 1, 0_u32]) {
        let left: Vec<u32> =
            (0..ground.streets.len() as u32).map(|street| usual + u32::from(street % 10 == 3) * 2).collect();
        write(ground, sheet, "emp.zero-employment", None, year, f64::from(left.iter().sum::<u32>()));
        for (street, left) in ground.streets.iter().zip(left) {
            write(ground, sheet, "emp.zero-employment", Some(street.area), year, f64::from(left));
        }
    }
}

fn write(ground: &Ground<'_>, sheet: &mut Sheet, key: &str, area: Option<AreaId>, year: u32, value: f64) {
    let mut row = sheet.row();
    row.set("indicator", key);
    row.set("area-code", area.map(|area| ground.areas[area].code.clone()));
    row.set("area-name", area.map(|area| ground.areas[area].name.clone()));
    row.set("year", year);
    row.set("value", Decimal(value, 2).to_string());
}
