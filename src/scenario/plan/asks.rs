//! What obligations ask of a choice of edits, as linear conditions.
//!
//! Each condition is one that every choice keeping the obligation meets; whether a choice that meets them all does keep it,
//! the check says. What edits change is measured by the checks themselves, scenario by scenario, in the edited world.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::super::stage::Stage;
use super::{estates, near};
use crate::assess::check;
use crate::model::World;
use crate::rules::finding::Of;
use crate::rules::{Case, Check, Detail, Surplus};

/// What one obligation asks.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Its position among the findings of the base.
    pub(super) position: usize,
    /// The scenarios that may change it, in order.
    pub(super) touching: Vec<usize>,
    pub(super) ask: Ask,
}

#[derive(Clone, Debug)]
pub(super) enum Ask {
    /// Sums over facilities are large enough.
    Sums(Vec<Row>),
    /// Enough persons have a facility near, and enough have a place near.
    Near(Cover, Places),
    /// Nothing that can be written as a condition: only the check tells.
    Untold,
}

/// `base` and the terms of the scenarios chosen are 0 or more together.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) of: Of,
    pub(super) base: f64,
    /// By scenario.
    pub(super) terms: Vec<(usize, f64)>,
    /// Whether it counts what is not known, rather than what is lacking.
    pub(super) of_unknown: bool,
    /// Who has what is promised where it holds; 0 where they are not counted.
    pub(super) persons: f64,
}

/// `base` and the terms of what [`Cover`] or [`Places`] count are 0 or more together.
#[derive(Clone, Debug)]
pub(super) struct CountRow {
    pub(super) of: Of,
    pub(super) base: f64,
    /// By group.
    pub(super) terms: Vec<(usize, f64)>,
    /// As in [`Row`].
    pub(super) persons: f64,
}

/// Persons by who could have a facility near.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    pub(super) groups: Vec<Near>,
    pub(super) rows: Vec<CountRow>,
}

/// What is near the people of a group: they are covered by one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Near {
    /// Scenarios that bring a facility.
    pub(super) brought: Vec<usize>,
    /// Facilities that stand: for each the scenarios that take it away.
    pub(super) standing: Vec<Vec<usize>>,
}

/// Persons and the places they could have.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) facilities: Vec<Offered>,
    pub(super) groups: Vec<Seekers>,
    pub(super) rows: Vec<CountRow>,
}

/// People who share the same facilities near them.
#[derive(Clone, Debug, Default)]
pub(super) struct Seekers {
    /// How many places they need.
    pub(super) need: f64,
    /// How many they have today.
    pub(super) today: f64,
    /// Positions of the facilities near.
    pub(super) near: Vec<usize>,
}

/// Places of a facility.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    pub(super) places: f64,
    /// The scenario that brings it, if it does not stand.
    pub(super) brought: Option<usize>,
    /// The scenarios that take it away.
    pub(super) taken: Vec<usize>,
}

impl Ask {
    /// The sums that are asked for, if it is sums.
    pub(super) fn rows(&self) -> &[Row] {
        match self {
            Self::Sums(rows) => rows,
            Self::Near(..) | Self::Untold => &[],
        }
    }
}

impl Asked {
    /// What the obligation at a position asks of the scenarios of a stage.
    pub(super) fn of(stage: &Stage, position: usize) -> Self {
        let found = &stage.base().findings[position];
        let check = check(&stage.base().packs, (found.pack, found.obligation));
        let touching: Vec<usize> =
            (0..stage.scenarios().len()).filter(|&scenario| stage.touches(position, scenario)).collect();
        let mut ask = match check {
            Check::Reach(reach) => near::cover(stage, reach, &touching),
            Check::Seats(seats) if seats.within.is_some() => near::places(stage, seats, &touching),
            Check::Pairing(pairing) => estates::near(stage, pairing, &touching),
            check => sums(stage, check, &touching),
        };
        let anew = BTreeMap::new();
        let counted = stage.headcount(found, &anew);
        let persons = |of: &Of| match of {
            Of::Area(area) => counted.and_then(|headcount| headcount.within(*area)).unwrap_or(0.0),
            _ => 0.0,
        };
        match &mut ask {
            Ask::Sums(rows) => rows.iter_mut().for_each(|row| row.persons = persons(&row.of)),
            Ask::Near(cover, places) => {
                cover.rows.iter_mut().chain(&mut places.rows).for_each(|row| row.persons = persons(&row.of));
            }
            Ask::Untold => {}
        }
        Self { position, touching, ask }
    }
}

pub(super) fn case<'a>(stage: &'a Stage, world: &'a World) -> Case<'a> {
    Case { world, travel: stage.travel(), detail: Detail::Figures }
}

/// What nothing can mend: too little is known of these.
pub(super) fn never(of: impl IntoIterator<Item = Of>) -> Ask {
    let row = |of| Row { of, base: -1.0, terms: Vec::new(), of_unknown: true, persons: 0.0 };
    Ask::Sums(of.into_iter().map(row).collect())
}

fn sums(stage: &Stage, check: &Check, touching: &[usize]) -> Ask {
    let Some(base) = check.kind().surpluses(&case(stage, stage.world())) else { return Ask::Untold };
    let probe = |&scenario: &usize| -> Option<(usize, Vec<Surplus>)> {
        let world = stage.edited(&[scenario]).ok()?;
        let surpluses = check.kind().surpluses(&case(stage, &world))?;
        let same = surpluses.len() == base.len() && surpluses.iter().zip(&base).all(|(a, b)| a.of == b.of);
        same.then_some((scenario, surpluses))
    };
    let probed: Option<Vec<_>> = touching.par_iter().map(probe).collect();
    let Some(probed) = probed else { return Ask::Untold };
    let mut rows: Vec<Row> = Vec::new();
    let (mut amounts, mut blocked): (Vec<Row>, Vec<Row>) = base
        .iter()
        .map(|surplus| {
            let row =
                |base, of_unknown| Row { of: surplus.of.clone(), base, terms: Vec::new(), of_unknown, persons: 0.0 };
            (row(surplus.amount, false), row(-(surplus.blocked as f64), true))
        })
        .unzip();
    for (scenario, surpluses) in probed {
        for (at, (after, before)) in surpluses.iter().zip(&base).enumerate() {
            let more = after.amount - before.amount;
            if more != 0.0 {
                amounts[at].terms.push((scenario, more));
            }
            if after.blocked != before.blocked {
                blocked[at].terms.push((scenario, before.blocked as f64 - after.blocked as f64));
            }
        }
    }
    // What is enough whatever is chosen asks nothing.
    let least = |row: &Row| row.base + row.terms.iter().map(|&(_, more)| more.min(0.0)).sum::<f64>();
    rows.extend(amounts.into_iter().chain(blocked).filter(|row| least(row) < 0.0));
    Ask::Sums(rows)
}
