//! A generated country for benchmarks: areas that share crooked borders, and points strewn over them.
//!
//! 110 to 120 degrees east, 25 to 35 north. The same arguments give the same country on every machine.
#![allow(dead_code, reason = "every benchmark includes this file and uses a part of it")]

use geo::{Coord, LineString, MultiPolygon, Polygon};

pub(crate) mod files;
pub(crate) mod national;

const WEST: f64 = 110.0;
const SOUTH: f64 = 25.0;
const EXTENT: f64 = 10.0;

/// `n` x `n` areas, row by row from the south-west. Each of the four sides is a line of 2^`depth` pieces by midpoint
/// displacement, shared with the neighbour to the last bit: 4 * 2^`depth` corners an area.
pub(crate) fn polygons(n: usize, depth: u32) -> Vec<MultiPolygon<f64>> {
    let mut random = Random::new(42);
    let step = EXTENT / n as f64;
    let node = |random: &mut Random, column: usize, row: usize| {
        let mut jitter = |at: usize| {
            if at == 0 || at == n { 0.0 } else { 0.3 * (random.unit() - 0.5) }
        };
        let (x, y) = (column as f64 + jitter(column), row as f64 + jitter(row));
        Coord { x: WEST + step * x, y: SOUTH + step * y }
    };
    let nodes: Vec<Vec<Coord<f64>>> =
        (0..=n).map(|row| (0..=n).map(|column| node(&mut random, column, row)).collect()).collect();
    let mut side = |from, to| {
        let mut line = vec![from];
        refine(&mut random, from, to, depth, 0.12, &mut line);
        line
    };
    // From west to east, and from south to north; the last corner of each belongs to the next side.
    let across: Vec<Vec<_>> =
        (0..=n).map(|row| (0..n).map(|column| side(nodes[row][column], nodes[row][column + 1])).collect()).collect();
    let along: Vec<Vec<_>> =
        (0..n).map(|row| (0..=n).map(|column| side(nodes[row][column], nodes[row + 1][column])).collect()).collect();

    let area = |row: usize, column: usize| {
        let mut ring = across[row][column].clone();
        ring.pop();
        ring.extend_from_slice(&along[row][column + 1]);
        ring.pop();
        ring.extend(across[row + 1][column].iter().rev());
        ring.pop();
        ring.extend(along[row][column].iter().rev());
        MultiPolygon::from(Polygon::new(LineString(ring), Vec::new()))
    };
    (0..n).flat_map(|row| (0..n).map(move |column| (row, column))).map(|(row, column)| area(row, column)).collect()
}

/// `n` points, uniform over the country in longitude and latitude.
pub(crate) fn points(n: usize, seed: u64) -> Vec<Coord<f64>> {
    let mut random = Random::new(seed);
    let mut point = || Coord { x: WEST + EXTENT * random.unit(), y: SOUTH + EXTENT * random.unit() };
    (0..n).map(|_| point()).collect()
}

/// Appends the line behind `from` up to and with `to`.
fn refine(random: &mut Random, from: Coord<f64>, to: Coord<f64>, depth: u32, share: f64, line: &mut Vec<Coord<f64>>) {
    if depth == 0 {
        line.push(to);
        return;
    }
    // Less and less crooked, so that a line crosses neither itself nor the next.
    let aside = share * (random.unit() - 0.5);
    let along = to - from;
    let middle = (from + to) / 2.0 + Coord { x: -along.y, y: along.x } * aside;
    refine(random, from, middle, depth - 1, 0.8 * share, line);
    refine(random, middle, to, depth - 1, 0.8 * share, line);
}

/// xorshift64: Marsaglia (2003), Journal of Statistical Software 8(14).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}
