//! Rows of a median.

/// Rows, what each site costs them, the cheapest first, and what going unserved costs.
#[derive(Clone, Debug, Default)]
pub(in crate::siting) struct Rows {
    pub(in crate::siting) n_sites: usize,
    pub(in crate::siting) starts: Vec<usize>,
    pub(in crate::siting) sites: Vec<u32>,
    pub(in crate::siting) costs: Vec<f64>,
    /// What a row pays where no open site is cheaper; infinite where it must be served.
    pub(in crate::siting) price: Vec<f64>,
}

impl Rows {
    pub(in crate::siting::solve) fn len(&self) -> usize {
        self.price.len()
    }

    pub(in crate::siting::solve) fn of(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.sites[range.clone()], &self.costs[range])
    }

    /// What all rows pay for a choice.
    pub(super) fn cost(&self, open: &[u32]) -> f64 {
        let mut is_open = vec![false; self.n_sites];
        open.iter().for_each(|&site| is_open[site as usize] = true);
        let pays = |row| {
            let (sites, costs) = self.of(row);
            let open = sites.iter().position(|&site| is_open[site as usize]);
            open.map_or(self.price[row], |at| costs[at].min(self.price[row]))
        };
        (0..self.len()).map(pays).sum()
    }
}
