//! What each demand point is offered: the candidate sites that could serve it, and at what cost.

/// One candidate site could serve one demand point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Who: a position in the demand.
    pub demand: u32,
    /// Where: a position in the candidate sites.
    pub site: u32,
    /// What it costs to get there: finite and not negative, in any one unit.
    pub cost: f64,
}

/// All offers, by demand point, the cheapest first. A pair that is absent cannot serve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offers {
    n_sites: usize,
    /// Those of demand `d` are at `starts[d]..starts[d + 1]`.
    starts: Vec<usize>,
    sites: Vec<u32>,
    costs: Vec<f64>,
}

impl Offers {
    /// Puts offers in order. Each pair is given once; positions are below `n_demands` and `n_sites`.
    ///
    /// Memory: 12 bytes an offer beside those given.
    pub fn new(n_demands: usize, n_sites: usize, offers: &[Offer]) -> Self {
        let mut starts = vec![0; n_demands + 1];
        for offer in offers {
            starts[offer.demand as usize + 1] += 1;
        }
        for demand in 0..n_demands {
            starts[demand + 1] += starts[demand];
        }
        let mut next = starts.clone();
        let (mut sites, mut costs) = (vec![0; offers.len()], vec![0.0; offers.len()]);
        for offer in offers {
            debug_assert!((offer.site as usize) < n_sites && offer.cost.is_finite() && 0.0 <= offer.cost);
            let at = &mut next[offer.demand as usize];
            (sites[*at], costs[*at]) = (offer.site, offer.cost);
            *at += 1;
        }
        let mut row: Vec<(f64, u32)> = Vec::new();
        for bounds in starts.windows(2) {
            let range = bounds[0]..bounds[1];
            row.clear();
            row.extend(costs[range.clone()].iter().copied().zip(sites[range.clone()].iter().copied()));
            row.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (at, &(cost, site)) in range.zip(&row) {
                (sites[at], costs[at]) = (site, cost);
            }
        }
        Self { n_sites, starts, sites, costs }
    }

    /// How many demand points.
    pub fn n_demands(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many candidate sites.
    pub fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// How many pairs.
    pub fn n_offers(&self) -> usize {
        self.sites.len()
    }

    /// The sites that could serve a demand point and their costs, the cheapest first.
    pub fn of(&self, demand: usize) -> (&[u32], &[f64]) {
        let range = self.starts[demand]..self.starts[demand + 1];
        (&self.sites[range.clone()], &self.costs[range])
    }

    /// The sites within `limit` of a demand point, the limit counted in, the cheapest first.
    pub fn within(&self, demand: usize, limit: f64) -> &[u32] {
        let (sites, costs) = self.of(demand);
        &sites[..costs.partition_point(|&cost| cost <= limit)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_by_demand_the_cheapest_first_and_of_equal_ones_the_first_site() {
        let offer = |demand, site, cost| Offer { demand, site, cost };
        let offers = Offers::new(3, 3, &[offer(2, 0, 5.0), offer(0, 2, 1.0), offer(0, 1, 1.0), offer(2, 2, 3.0)]);
        assert_eq!((offers.n_demands(), offers.n_sites(), offers.n_offers()), (3, 3, 4));
        assert_eq!(offers.of(0), (&[1, 2][..], &[1.0, 1.0][..]));
        assert_eq!(offers.of(1), (&[][..], &[][..]));
        assert_eq!(offers.of(2), (&[2, 0][..], &[3.0, 5.0][..]));
        assert_eq!((offers.within(2, 3.0), offers.within(2, 2.9)), (&[2][..], &[][..]));
    }
}
