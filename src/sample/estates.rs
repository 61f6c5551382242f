//! Made-up new residential estates, and which of them get their schools.

use geo::Coord;

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::ESTATES;
use super::ground::Ground;
use super::sheet::Sheet;

/// A new residential estate.
pub(super) struct Estate {
    /// Where it lies, as a position in [`Ground::communities`].
    pub(super) community: usize,
    pub(super) place: Coord<f64>,
    pub(super) households: Option<u32>,
    /// The year in which its first phase is handed over, at the end of June.
    pub(super) first_phase: Option<u32>,
    pub(super) schools: Schools,
}

/// What is built with an estate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Schools {
    /// A primary and a junior school, in time.
    InTime,
    /// Both, a year late.
    Late,
    /// Both, too small.
    Small,
    /// None.
    Nothing,
}

/// The estates: in streets of which a place is known.
pub(super) fn plan(ground: &Ground<'_>, seed: u64) -> Vec<Estate> {
    const BUILT: [Schools; 12] = [
        Schools::InTime,
        Schools::InTime,
        Schools::Late,
        Schools::InTime,
        Schools::Nothing,
        Schools::InTime,
        Schools::Small,
        Schools::InTime,
        Schools::Nothing,
        Schools::InTime,
        Schools::InTime,
        Schools::Late,
    ];
    let mut chance = Chance::new(seed, Theme::Estates);
    let streets = [ground.outskirts(), ground.centres()].concat();
    let mut estates = Vec::new();
    for (position, schools) in BUILT.into_iter().enumerate().filter(|_| !streets.is_empty()) {
        let street = &ground.streets[streets[position * 5 % streets.len()]];
        let community = street.communities[position % street.communities.len()];
        let Some(place) = ground.in_community(community, &mut chance) else { continue };
        let households = 50 * chance.whole(16, 64);
        let first_phase = chance.whole(2018, 2021);
        estates.push(Estate {
            community,
            place,
            // One each does not say, on purpose.
            households: (position != 9).then_some(households),
            first_phase: (position != 10).then_some(first_phase),
            schools,
        });
    }
    estates
}

pub(super) fn file(ground: &Ground<'_>, estates: &[Estate]) -> SampleFile {
    let mut sheet = Sheet::new("estates.csv", ESTATES);
    for estate in estates {
        let number = sheet.len() + 1;
        let mut row = sheet.row();
        row.set("code", format!("E{number:02}"));
        row.set("name", format!("示例小区 {number:02}"));
        ground.locate(&mut row, ground.communities[estate.community].area, Some(estate.place));
        row.set("households", estate.households);
        row.set("first-phase", estate.first_phase.map(|year| format!("{year}-06-30")));
    }
    sheet.file()
}
