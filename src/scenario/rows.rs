//! Rows of facilities: those of the base, and beside them all that the scenarios of a file bring.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::edit::{Change, Given, Scenario};
use crate::model::{AreaId, Column, Facilities, FacilityId, FacilityRow, Id, IdVec, ServiceId, World};

/// What a scenario does to the rows of the stage.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    /// Rows of the base that stand no more, in the order of their ids.
    pub(super) leave: Vec<FacilityId>,
    /// Rows that stand instead or in addition, in the order of their ids.
    pub(super) come: Vec<FacilityId>,
    /// What opens, by a number that the same facility has in all scenarios that open it; sorted.
    pub(super) opens: Vec<usize>,
    /// Edits of people and areas, in the order of the file.
    pub(super) others: Vec<Change>,
    pub(super) cost: Option<f64>,
}

/// The facilities that stand, by service.
pub(super) type Lists = Vec<(ServiceId, Vec<FacilityId>)>;

/// The world in which every row of every scenario stands, which of them stand in the base, and what each scenario does.
pub(super) fn lay_out(base: &World, scenarios: &[Scenario]) -> (World, Lists, Vec<Moves>) {
    // What becomes of each facility of the base: its altered forms, by scenario.
    let mut forms: BTreeMap<FacilityId, Vec<(usize, Vec<&Change>)>> = BTreeMap::new();
    let mut closed: Vec<(usize, FacilityId)> = Vec::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        for edit in &scenario.edits {
            match &edit.change {
                Change::Alter { facility, .. } => {
                    let forms = forms.entry(*facility).or_default();
                    match forms.last_mut().filter(|(of, _)| *of == at) {
                        Some((_, changes)) => changes.push(&edit.change),
                        None => forms.push((at, vec![&edit.change])),
                    }
                }
                Change::Close { facility } => closed.push((at, *facility)),
                _ => {}
            }
        }
    }
    let mut laid = Laid::default();
    let mut moves: Vec<Moves> =
        scenarios.iter().map(|scenario| Moves { cost: scenario.cost(), ..Moves::default() }).collect();
    let mut of_base: HashMap<FacilityId, Vec<FacilityId>> = HashMap::new();
    let mut standing: IdVec<ServiceId, Vec<FacilityId>> = IdVec::filled(base.facilities.services().len(), Vec::new());
    for (id, row) in base.facilities.iter() {
        let new = laid.push(row.clone(), Some(id), base.facilities.serves(id), &[]);
        of_base.insert(id, vec![new]);
        if base.facilities.stands(id) {
            standing[row.service].push(new);
        }
        for (at, changes) in forms.get(&id).into_iter().flatten() {
            let mut row = row.clone();
            let mut given: Vec<(String, Given)> = Vec::new();
            for change in changes {
                if let Change::Alter { attributes, moved, .. } = change {
                    given.extend(attributes.iter().cloned());
                    if let Some(moved) = moved {
                        (row.place, row.area, row.destination) = (Some(moved.place), moved.area, moved.destination);
                    }
                }
            }
            let form = laid.push(row, Some(id), base.facilities.serves(id), &given);
            of_base.entry(id).or_default().push(form);
            moves[*at].leave.push(new);
            moves[*at].come.push(form);
        }
    }
    let mut opens: HashMap<_, usize> = HashMap::new();
    let mut codes: HashMap<_, usize> = HashMap::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        for edit in &scenario.edits {
            match &edit.change {
                Change::Open { facility, attributes, serves } => {
                    let id = laid.push(facility.clone(), None, serves, attributes);
                    moves[at].come.push(id);
                    // The same rows in two scenarios are one facility.
                    let bits = facility.place.map(|place| (place.x.to_bits(), place.y.to_bits()));
                    let known = opens.len();
                    let number = *opens.entry((facility.service, &facility.name, bits, facility.area)).or_insert(known);
                    let n_codes = codes.len();
                    let code = *codes.entry((facility.service, &facility.code)).or_insert(n_codes);
                    moves[at].opens.extend([2 * number, 2 * code + 1]);
                }
                Change::Settle { .. } | Change::Grow { .. } | Change::Mark { .. } => {
                    moves[at].others.push(edit.change.clone());
                }
                Change::Close { .. } | Change::Alter { .. } => {}
            }
        }
    }
    for (at, facility) in closed {
        moves[at].leave.push(of_base[&facility][0]);
    }
    for moves in &mut moves {
        moves.leave.sort_unstable();
        moves.come.sort_unstable();
    }
    let series = base.series.with_facilities(|facility| of_base.get(&facility).cloned().unwrap_or_default());
    let world = World { facilities: Arc::new(laid.facilities(base)), series: Arc::new(series), ..base.clone() };
    (world, standing.ids().zip(standing.values().to_vec()).collect(), moves)
}

/// Rows of facilities on their way to a stage.
#[derive(Default)]
struct Laid {
    rows: Vec<FacilityRow>,
    /// The row of the base whose attributes each has.
    from: Vec<Option<usize>>,
    given: Vec<(usize, Vec<(String, Given)>)>,
    serves: BTreeMap<FacilityId, Vec<AreaId>>,
}

impl Laid {
    fn push(
        &mut self,
        row: FacilityRow,
        from: Option<FacilityId>,
        serves: &[AreaId],
        given: &[(String, Given)],
    ) -> FacilityId {
        let id = FacilityId::new(self.rows.len());
        if !given.is_empty() {
            self.given.push((self.rows.len(), given.to_vec()));
        }
        if !serves.is_empty() {
            self.serves.insert(id, serves.to_vec());
        }
        self.rows.push(row);
        self.from.push(from.map(Id::index));
        id
    }

    fn facilities(self, base: &World) -> Facilities {
        let old = &base.facilities;
        let mut attributes: BTreeMap<String, Column> =
            old.attributes().iter().map(|(key, column)| (key.clone(), column.gather(&self.from))).collect();
        for (row, given) in &self.given {
            for (key, given) in given {
                set(&mut attributes, self.rows.len(), key, *row, given);
            }
        }
        let services = old.services().values().iter().map(|service| service.key.clone()).collect();
        Facilities::new(self.rows.into(), services, attributes, self.serves)
    }
}

/// The same facilities, of which every row stands.
pub(super) fn all_standing(facilities: &Facilities) -> Facilities {
    let mut lists: IdVec<ServiceId, Vec<FacilityId>> = IdVec::filled(facilities.services().len(), Vec::new());
    for (id, row) in facilities.iter() {
        lists[row.service].push(id);
    }
    facilities.with_standing(facilities.services().ids().zip(lists.values().to_vec()))
}

/// The list without those that leave and with those that come; all three in the order of their ids.
pub(super) fn replaced(
    list: &[FacilityId],
    leave: &[FacilityId],
    come: impl Iterator<Item = FacilityId>,
) -> Vec<FacilityId> {
    let mut come = come.peekable();
    let mut changed = Vec::with_capacity(list.len() + 4);
    for &facility in list {
        while let Some(new) = come.next_if(|&new| new < facility) {
            changed.push(new);
        }
        if leave.binary_search(&facility).is_err() {
            changed.push(facility);
        }
    }
    changed.extend(come);
    changed
}

/// Gives entry `row` of `n` a value; an attribute that nobody had has it from now on.
pub(super) fn set(columns: &mut BTreeMap<String, Column>, n: usize, key: &str, row: usize, given: &Given) {
    let column = columns.entry(key.to_owned()).or_insert_with(|| match given {
        Given::Flag(_) => Column::Flag(vec![None; n]),
        Given::Number(_) => Column::Number(vec![None; n]),
        Given::Date(_) => Column::Date(vec![None; n]),
        Given::Text(_) => Column::Text { codes: vec![0; n], words: Vec::new() },
    });
    let fits = column.set(row, given.value());
    debug_assert!(fits, "readers of edits give values of the column's type");
}
