//! A node of the search: what is left of a median when some sites are opened and some closed.

use super::rows::Rows;

/// A median in which every site is free; those open have lowered the prices.
pub(super) struct Node {
    pub(super) rows: Rows,
    /// The original position of each row,
    pub(super) ids: Vec<u32>,
    /// and of each site, ascending.
    pub(super) sites: Vec<u32>,
    /// How many more are opened.
    pub(super) p: usize,
    pub(super) open: Vec<u32>,
    /// What rows pay that no free site can help any more.
    pub(super) constant: f64,
    pub(super) multipliers: Vec<f64>,
    /// How often each site was among those taken, of late.
    pub(super) average: Vec<f64>,
}

impl Node {
    /// The median that is left when some sites are opened and some closed.
    pub(super) fn fixed(&self, opened: &[bool], closed: &[bool]) -> Self {
        let mut place = vec![u32::MAX; self.sites.len()];
        let mut sites = Vec::new();
        let mut average = Vec::new();
        let mut open = self.open.clone();
        for at in 0..self.sites.len() {
            if opened[at] {
                open.push(self.sites[at]);
            } else if !closed[at] {
                place[at] = sites.len() as u32;
                sites.push(self.sites[at]);
                average.push(self.average[at]);
            }
        }
        let p = self.p - opened.iter().filter(|&&flag| flag).count();
        // Of the free sites all but `p` stay closed: a row never pays for one beyond its nearest others.
        let most = (sites.len() + 1).saturating_sub(p.max(1));
        let mut rows = Rows { n_sites: sites.len(), starts: vec![0], ..Rows::default() };
        let mut constant = self.constant;
        let (mut multipliers, mut ids) = (Vec::new(), Vec::new());
        for row in 0..self.rows.len() {
            let (of, costs) = self.rows.of(row);
            let mut price = self.rows.price[row];
            let start = rows.sites.len();
            for (&site, &cost) in of.iter().zip(costs) {
                if price <= cost || (0 < p && rows.sites.len() - start == most) {
                    break;
                }
                if opened[site as usize] {
                    price = cost;
                } else if place[site as usize] != u32::MAX {
                    rows.sites.push(place[site as usize]);
                    rows.costs.push(cost);
                }
            }
            if start == rows.sites.len() || p == 0 {
                rows.sites.truncate(start);
                rows.costs.truncate(start);
                constant += price;
                continue;
            }
            rows.starts.push(rows.sites.len());
            rows.price.push(price);
            multipliers.push(self.multipliers[row]);
            ids.push(self.ids[row]);
        }
        Self { rows, ids, sites, p, open, constant, multipliers, average }
    }

    /// What the branch needs that is looked at later.
    pub(super) fn later(&self, site: usize, opens: bool, bound: f64) -> Later {
        Later {
            bound,
            branch: (self.sites[site], opens),
            ids: self.ids.clone(),
            sites: self.sites.clone(),
            open: self.open.clone(),
            multipliers: self.multipliers.clone(),
            average: self.average.clone(),
        }
    }

    /// The node of a branch that was put off, from the root.
    pub(super) fn resumed(&self, later: &Later) -> Self {
        let mut is_free = vec![false; self.sites.len()];
        let mut opened = vec![false; self.sites.len()];
        let at = |site: &u32| self.sites.binary_search(site).ok();
        later.sites.iter().filter_map(at).for_each(|at| is_free[at] = true);
        later.open.iter().filter_map(at).for_each(|at| opened[at] = true);
        let mut averages = later.average.iter();
        let mut root_average = self.average.clone();
        for at in (0..self.sites.len()).filter(|&at| is_free[at]) {
            root_average[at] = averages.next().copied().unwrap_or(root_average[at]);
        }
        if let Some(at) = at(&later.branch.0) {
            (is_free[at], opened[at]) = (false, later.branch.1);
        }
        let closed: Vec<bool> = is_free.iter().zip(&opened).map(|(free, opened)| !free && !opened).collect();
        let mut node = self.fixed(&opened, &closed);
        node.average = (0..self.sites.len()).filter(|&at| is_free[at]).map(|at| root_average[at]).collect();
        let mut multipliers = later.ids.iter().zip(&later.multipliers).peekable();
        for (id, multiplier) in node.ids.iter().zip(&mut node.multipliers) {
            while multipliers.next_if(|(other, _)| *other < id).is_some() {}
            if let Some((_, known)) = multipliers.next_if(|(other, _)| *other == id) {
                *multiplier = *known;
            }
        }
        node
    }

    /// A choice by original positions.
    pub(super) fn original(&self, free: &[u32]) -> Vec<u32> {
        let mut chosen: Vec<u32> = free.iter().map(|&site| self.sites[site as usize]).collect();
        chosen.extend(&self.open);
        chosen.sort_unstable();
        chosen
    }
}

/// A branch that is looked at later: little enough that many can be kept.
pub(super) struct Later {
    pub(super) bound: f64,
    /// The site, and whether it opens.
    pub(super) branch: (u32, bool),
    pub(super) ids: Vec<u32>,
    pub(super) sites: Vec<u32>,
    pub(super) open: Vec<u32>,
    pub(super) multipliers: Vec<f64>,
    pub(super) average: Vec<f64>,
}

impl Later {
    pub(super) fn n_bytes(&self) -> usize {
        12 * (self.ids.len() + self.sites.len())
    }
}
