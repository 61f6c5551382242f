//! Everyone to a site, demands parted where that is cheaper, and a share of each staying where it is.

use super::{Flow, Proof, evaluate, transport};
use crate::siting::Offers;

/// An answer that was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// What goes where, by demand, then by site.
    pub flows: Vec<Flow>,
    /// How good that is.
    pub proof: Proof,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum TooMany {
    /// More would have to stay than these sites hold: the site, and how much would stay.
    Stay(Vec<(u32, u64)>),
    /// Time was up.
    Stopped,
    /// The judge does not agree with the solver: a mistake of the program.
    Disagrees(String),
}

/// As [`transport`](super::transport()) does, with `stay` of each demand at one site before all else: how much, and
/// where. Whoever stays has an offer of that site.
///
/// What stays is taken from demand and capacity alike, and the rest is a problem of its own: the answer is as exact as that.
///
/// # Errors
/// [`TooMany`].
pub fn split(
    offers: &Offers,
    demand: &[u64],
    capacity: &[u64],
    stay: &[Option<(u32, u64)>],
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Split, TooMany> {
    let mut staying = vec![0_u64; capacity.len()];
    let (mut rest, mut room) = (demand.to_vec(), capacity.to_vec());
    let mut fixed: Vec<Flow> = Vec::new();
    for (at, stay) in stay.iter().enumerate() {
        let Some((site, amount)) = stay.filter(|&(_, amount)| 0 < amount) else { continue };
        let (sites, costs) = offers.of(at);
        let Some(nth) = sites.iter().position(|&other| other == site) else {
            debug_assert!(false, "whoever stays has an offer of the site");
            continue;
        };
        let amount = amount.min(demand[at]);
        staying[site as usize] += amount;
        rest[at] -= amount;
        fixed.push(Flow { demand: at as u32, site, amount, cost: costs[nth] });
    }
    let over: Vec<(u32, u64)> = (0..)
        .zip(&staying)
        .filter(|&(site, &staying)| capacity[site as usize] < staying)
        .map(|(s, &n)| (s, n))
        .collect();
    if !over.is_empty() {
        return Err(TooMany::Stay(over));
    }
    room.iter_mut().zip(&staying).for_each(|(room, staying)| *room -= staying);

    let plan = transport(offers, &rest, &room, stop).ok_or(TooMany::Stopped)?;
    let mut faults = evaluate::faults(offers, &rest, &room, &plan.flows);
    if !evaluate::is_most(offers, &rest, &room, &plan.flows) {
        faults.push("more could be served".to_owned());
    }
    let bound = evaluate::bound(offers, &rest, &room, plan.served, &plan.prices) + evaluate::cost(&fixed);
    let flows = together(fixed, plan.flows);
    faults.extend(evaluate::faults(offers, demand, capacity, &flows));
    if let Some(fault) = faults.into_iter().next() {
        return Err(TooMany::Disagrees(fault));
    }
    let objective = evaluate::cost(&flows);
    let proven = Proof::meets(bound, objective);
    let served = flows.iter().map(|flow| flow.amount).sum();
    let bound = if proven { objective } else { bound };
    Ok(Split { flows, proof: Proof { objective, bound, most_served: served, proven } })
}

/// All flows, one for each demand and site, in order.
fn together(fixed: Vec<Flow>, free: Vec<Flow>) -> Vec<Flow> {
    let mut flows = fixed;
    flows.extend(free);
    flows.sort_unstable_by_key(|flow| (flow.demand, flow.site));
    flows.dedup_by(|later, first| {
        let is_same = (later.demand, later.site) == (first.demand, first.site);
        if is_same {
            first.amount += later.amount;
        }
        is_same
    });
    flows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siting::Offer;
    use proptest::prelude::*;

    fn line() -> Offers {
        let offer = |demand, site, cost| Offer { demand, site, cost };
        Offers::new(2, 2, &[offer(0, 0, 5.0), offer(0, 1, 1.0), offer(1, 0, 1.0), offer(1, 1, 2.0)])
    }

    // A is at site 0 today though site 1 is nearer.
    #[test]
    fn a_share_stays_and_the_rest_goes_where_it_is_cheapest() {
        let answer = split(&line(), &[100, 100], &[120, 90], &[Some((0, 50)), None], &|| false).unwrap();
        let flows: Vec<_> = answer.flows.iter().map(|flow| (flow.demand, flow.site, flow.amount)).collect();
        assert_eq!(flows, [(0, 0, 50), (0, 1, 50), (1, 0, 70), (1, 1, 30)]);
        assert_eq!((answer.proof.objective, answer.proof.proven), (250.0 + 50.0 + 70.0 + 60.0, true));
    }

    #[test]
    fn more_than_a_site_holds_cannot_stay() {
        let why = split(&line(), &[100, 100], &[40, 90], &[Some((0, 50)), None], &|| false);
        assert_eq!(why, Err(TooMany::Stay(vec![(0, 50)])));
    }

    proptest! {
        #[test]
        fn the_more_stays_the_more_it_costs_and_no_one_is_lost(
            demand in prop::collection::vec(1..50_u64, 4), costs in prop::collection::vec(0..30_u8, 12), share in 0.0..1.0_f64,
        ) {
            let all = costs.iter().enumerate().map(|(at, &cost)| {
                Offer { demand: at as u32 / 3, site: at as u32 % 3, cost: f64::from(cost) }
            });
            let offers = Offers::new(4, 3, &all.collect::<Vec<_>>());
            let capacity = [demand.iter().sum(), 30, 30];
            let solve = |share: f64| {
                let stay: Vec<_> = demand.iter().map(|&n| Some((0, (n as f64 * share).ceil() as u64))).collect();
                split(&offers, &demand, &capacity, &stay, &|| false).unwrap()
            };
            let (free, bound) = (solve(0.0), solve(share));
            prop_assert!(free.proof.proven && bound.proof.proven);
            prop_assert!(free.proof.objective <= bound.proof.objective + 1e-9);
            prop_assert_eq!(bound.flows.iter().map(|flow| flow.amount).sum::<u64>(), demand.iter().sum::<u64>());
            for (at, &n) in (0..).zip(&demand) {
                let at_home = bound.flows.iter().filter(|flow| flow.demand == at && flow.site == 0);
                prop_assert!(n as f64 * share <= at_home.map(|flow| flow.amount).sum::<u64>() as f64);
            }
        }
    }
}
