//! Districts as a program with whole numbers: a flag says whether a place is in a district.
//!
//! That a district is one piece is asked for only where a solution breaks it: a piece apart must have a way out of it.

use std::collections::BTreeSet;

use super::state::State;
use super::{Costs, Districts};
use crate::allocation::Prices;
use crate::program::{NoSolution, Program, Variable};

/// What is sought.
pub(super) enum Aim<'a> {
    /// That as much as can be stays where it is today, whatever else is served.
    Stay,
    /// To serve as much as can be.
    Most,
    /// To serve so much at the least cost; prices, and the bound that they give.
    Cheapest { served: u64, prices: &'a Prices, bound: f64 },
}

/// What came of it.
pub(super) enum Found<'a> {
    /// Nothing is better than this; none where that is what was known before.
    Best(Option<State<'a>>),
    /// Better than what was known, and a bound.
    Better(State<'a>, f64),
    /// Nothing better, and a bound.
    Nothing(f64),
    /// No districts meet all that is asked.
    Impossible,
}

impl Aim<'_> {
    /// Whether a place may be in a district of an answer that costs less than `most`: by the prices every other pair
    /// costs too much. `whole` is what all of the place costs there.
    fn is_open(&self, of: &Districts<'_>, (place, site): (u32, u32), least: f64, whole: f64, most: f64) -> bool {
        let Self::Cheapest { prices, bound, .. } = self else { return true };
        let amount = of.demand[place as usize] as f64;
        let more = whole + amount * (prices.sites[site as usize] - least);
        *bound + more <= most * (1.0 + 1e-9)
    }

    /// Pairs of a place with demand and a site that are open.
    pub(super) fn n_pairs(&self, of: &Districts<'_>, costs: &Costs, most: f64) -> usize {
        let mut n = 0;
        for place in 0..of.demand.len() as u32 {
            n += self.open(of, costs, place, most).len();
        }
        n
    }

    /// The sites whose district a place may be in, with what all of it costs there.
    fn open(&self, of: &Districts<'_>, costs: &Costs, place: u32, most: f64) -> Vec<(u32, f64)> {
        if of.demand[place as usize] == 0 {
            // A place without demand matters to pieces only.
            let n = if of.ground.is_some() { of.capacity.len() as u32 } else { 0 };
            return (0..n).map(|site| (site, 0.0)).collect();
        }
        let (sites, _) = of.offers.of(place as usize);
        if matches!(self, Self::Stay) && of.ground.is_none() {
            // Whoever is elsewhere only takes room.
            let here = sites.iter().filter(|&&site| of.today(place) == Some(site));
            return here.filter_map(|&site| Some((site, of.cost(costs, place, site)?))).collect();
        }
        let with_price = |site: u32| match self {
            Self::Stay | Self::Most => 0.0,
            Self::Cheapest { prices, .. } => costs.at(place, site) + prices.sites[site as usize],
        };
        let cheapest = sites.iter().map(|&site| with_price(site)).fold(f64::INFINITY, f64::min);
        let none = match self {
            Self::Cheapest { prices: Prices { none: Some(none), .. }, .. } => *none,
            _ => f64::INFINITY,
        };
        let least = cheapest.min(none);
        let offered = sites.iter().filter_map(|&site| Some((site, of.cost(costs, place, site)?)));
        offered.filter(|&(site, whole)| self.is_open(of, (place, site), least, whole, most)).collect()
    }
}

/// The flags of a program, by place.
struct Flags(Vec<Vec<(u32, Variable)>>);

impl Flags {
    fn get(&self, place: u32, site: u32) -> Option<Variable> {
        self.0[place as usize].iter().find(|(of, _)| *of == site).map(|&(_, flag)| flag)
    }

    /// The flags of these places at one site.
    fn of(&self, places: impl IntoIterator<Item = u32>, site: u32, factor: f64) -> Vec<(Variable, f64)> {
        places.into_iter().filter_map(|place| Some((self.get(place, site)?, factor))).collect()
    }
}

/// Solves the program, with rows added until no district is in pieces. `known` is a state to begin with.
pub(super) fn exact<'a>(
    of: &'a Districts<'a>,
    costs: &'a Costs,
    aim: &Aim<'_>,
    known: Option<&State<'a>>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Found<'a> {
    let most = known.map_or(f64::INFINITY, State::cost);
    let total: u64 = of.demand.iter().sum();
    // Costs and amounts of about 1, so that the solver's tolerances mean what they say.
    let (unit, amounts) = match aim {
        Aim::Stay | Aim::Most => (1.0, total.max(1) as f64),
        Aim::Cheapest { bound, .. } => (most.max(*bound).max(f64::MIN_POSITIVE), total.max(1) as f64),
    };
    let n_places = of.demand.len() as u32;
    let mut program = Program::new();
    let mut flags = Flags(vec![Vec::new(); n_places as usize]);
    for place in 0..n_places {
        for (site, whole) in aim.open(of, costs, place, most) {
            let cost = match aim {
                Aim::Stay if of.today(place) != Some(site) => 0.0,
                Aim::Stay | Aim::Most => -(of.demand[place as usize] as f64) / amounts,
                Aim::Cheapest { .. } => whole / unit,
            };
            let flag = program.flag(cost * SCALE);
            flags.0[place as usize].push((site, flag));
        }
    }
    let amount = |place: u32| of.demand[place as usize] as f64;
    let mut all = Vec::new();
    for place in 0..n_places {
        let own: Vec<(Variable, f64)> = flags.0[place as usize].iter().map(|&(_, flag)| (flag, 1.0)).collect();
        let must_be = matches!(aim, Aim::Cheapest { served, .. } if *served == total) && 0 < of.demand[place as usize];
        match must_be {
            true => program.equal(&own, 1.0),
            false if 1 < own.len() => program.at_most(&own, 1.0),
            false => {}
        }
        all.extend(own.iter().map(|&(flag, _)| (flag, amount(place) / amounts)));
    }
    for site in 0..of.capacity.len() as u32 {
        let holds = of.capacity[site as usize] as f64;
        let terms: Vec<(Variable, f64)> =
            (0..n_places).filter_map(|place| Some((flags.get(place, site)?, amount(place)))).collect();
        let most = terms.iter().map(|&(_, amount)| amount).fold(0.0, f64::max);
        if 0.0 < most {
            let scaled: Vec<(Variable, f64)> = terms.iter().map(|&(flag, amount)| (flag, amount / most)).collect();
            program.at_most(&scaled, holds / most);
        }
    }
    if let Aim::Cheapest { served, .. } = aim
        && *served < total
    {
        program.at_least(&all, *served as f64 / amounts);
    }
    if let Some((current, least)) = of.current.filter(|_| !matches!(aim, Aim::Stay)) {
        let stays: Vec<(Variable, f64)> = (0..n_places)
            .filter_map(|place| Some((flags.get(place, current[place as usize]?)?, amount(place) / amounts)))
            .collect();
        program.at_least(&stays, least as f64 / amounts);
    }
    next_to_another(of, costs, &flags, &mut program);

    let start = |state: &State<'a>| -> Vec<(Variable, f64)> {
        let places = flags.0.iter().zip(state.site_of());
        places
            .flat_map(|(own, at)| own.iter().map(move |&(site, flag)| (flag, f64::from(u8::from(Some(site) == *at)))))
            .collect()
    };
    let mut best: Option<State<'a>> = None;
    let mut bound = f64::NEG_INFINITY;
    loop {
        let begin = best.as_ref().or(known).map(start).unwrap_or_default();
        let solution = match program.solve(&begin, stop) {
            Ok(solution) => solution,
            Err(NoSolution::Infeasible) if known.is_none() && best.is_none() => return Found::Impossible,
            Err(NoSolution::Infeasible | NoSolution::Stopped | NoSolution::Failed) => return done(best, bound),
        };
        bound = bound.max(solution.bound / SCALE * unit);
        let site_of: Vec<Option<u32>> = flags
            .0
            .iter()
            .map(|own| own.iter().find(|&&(_, flag)| solution.is_set(flag)).map(|&(site, _)| site))
            .collect();
        if let Some(state) = State::with(of, costs, &site_of) {
            let is_better = |than: &State<'_>| state.worth().beats(than.worth());
            let is_enough = matches!(aim, Aim::Stay) || state.short() == 0;
            let is_new = is_enough && known.is_none_or(is_better) && best.as_ref().is_none_or(is_better);
            if is_new {
                best = Some(state);
            }
            if solution.proven && (best.is_some() || known.is_some()) {
                return Found::Best(best);
            }
            return done(best, bound);
        }
        if !cut(of, costs, &flags, &mut program, &site_of) || stop() {
            // Sound but for the solver's tolerance, or time is up.
            return done(best, bound);
        }
    }
}

/// Costs are of about this size in the program.
const SCALE: f64 = 1000.0;

fn done(best: Option<State<'_>>, bound: f64) -> Found<'_> {
    match best {
        Some(state) => Found::Better(state, bound),
        None => Found::Nothing(bound),
    }
}

/// Rows that every district meets from the start: a place that is neither the home of its site nor, where that may be
/// enough, beside it has a neighbour in the same district.
fn next_to_another(of: &Districts<'_>, costs: &Costs, flags: &Flags, program: &mut Program) {
    for place in 0..of.demand.len() as u32 {
        for &(site, flag) in flags.0[place as usize].iter().filter(|_| of.ground.is_some()) {
            let Some((home, is_barred)) = of.home(costs, site) else { continue };
            let may_touch = is_barred || 1 < costs.homed(home).len();
            if place == home || (may_touch && of.neighbours(home).contains(&place)) {
                continue;
            }
            let mut row = vec![(flag, 1.0)];
            row.extend(flags.of(of.neighbours(place).iter().copied(), site, -1.0));
            program.at_most(&row, 0.0);
        }
    }
}

/// Rows that this solution breaks and no districts do; whether there are any.
fn cut(of: &Districts<'_>, costs: &Costs, flags: &Flags, program: &mut Program, site_of: &[Option<u32>]) -> bool {
    let mut is_cut = false;
    let mut pieces: Vec<Vec<BTreeSet<u32>>> = vec![Vec::new(); of.capacity.len()];
    let mut seen = vec![false; site_of.len()];
    for place in 0..site_of.len() as u32 {
        let Some(site) = site_of[place as usize] else { continue };
        if seen[place as usize] {
            continue;
        }
        let mut piece = BTreeSet::from([place]);
        let mut to_visit = vec![place];
        while let Some(place) = to_visit.pop() {
            seen[place as usize] = true;
            for &next in of.neighbours(place) {
                if site_of[next as usize] == Some(site) && piece.insert(next) {
                    to_visit.push(next);
                }
            }
        }
        pieces[site as usize].push(piece);
    }
    for (site, pieces) in (0..).zip(&pieces).filter(|_| of.ground.is_some()) {
        let around = |piece: &BTreeSet<u32>| -> BTreeSet<u32> {
            let near = piece.iter().flat_map(|&place| of.neighbours(place)).copied();
            near.filter(|place| !piece.contains(place)).collect()
        };
        let mut add = |first: &[u32], piece: &BTreeSet<u32>, limit: f64| {
            let mut row = flags.of(first.iter().copied(), site, 1.0);
            row.extend(flags.of(around(piece), site, -1.0));
            program.at_most(&row, limit);
            is_cut = true;
        };
        let Some((home, is_barred)) = of.home(costs, site) else {
            apart(pieces, &mut add);
            continue;
        };
        let sharing = costs.homed(home);
        let may_touch = is_barred || 1 < sharing.len();
        for piece in pieces.iter().filter(|piece| !piece.contains(&home)) {
            let touches = of.neighbours(home).iter().any(|next| piece.contains(next));
            if !(may_touch && touches) {
                piece.iter().for_each(|&place| add(&[place], piece, 0.0));
            }
        }
        if may_touch {
            apart(pieces, &mut add);
        }
        // Where the home is with no site that stands there, no district that needs it may be.
        let is_with = site_of[home as usize].is_some_and(|of| sharing.contains(&of));
        if !is_barred && !is_with && !pieces.is_empty() {
            for &place in pieces.iter().flatten() {
                let mut row = flags.of([place], site, 1.0);
                row.extend(sharing.iter().filter_map(|&other| Some((flags.get(home, other)?, -1.0))));
                program.at_most(&row, 0.0);
                is_cut = true;
            }
        }
    }
    is_cut
}

/// Two pieces are both in the district only if something around the first is, too.
fn apart(pieces: &[BTreeSet<u32>], add: &mut impl FnMut(&[u32], &BTreeSet<u32>, f64)) {
    for (at, piece) in pieces.iter().enumerate() {
        for other in pieces.iter().skip(at + 1) {
            if let (Some(&a), Some(&b)) = (piece.first(), other.first()) {
                add(&[a, b], piece, 1.0);
            }
        }
    }
}
