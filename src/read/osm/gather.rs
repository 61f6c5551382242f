//! From a file what one layer needs: the elements that it asks for, the ways that these consist of, and where their nodes
//! are. Nothing else is kept.
//!
//! Three passes, relations before ways before nodes, since a file has them the other way round. In a sorted file each
//! reads its own part only.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use geo::{Coord, MultiPolygon, Rect};

use super::pbf::{Block, Element, Fixed, Kind, Pbf, Stop, Tags};
use super::rings;
use super::wire::Damaged;

/// What a layer makes of an element that it wants; `None` for one that it does not.
pub(super) type Look<'a, T> = &'a (dyn Fn(Kind, Tags<'_>) -> Option<T> + Sync);

/// The ids of ways, and whether their role is `inner`.
type Members = Vec<(i64, bool)>;

/// What was gathered, in the order of the file.
pub(super) struct Gathered<T> {
    pub(super) points: Vec<(i64, Coord<f64>, T)>,
    /// With their nodes in [`Gathered::nodes_of`].
    pub(super) ways: Vec<(i64, Nodes, T)>,
    /// With the ids of those members that are ways, and whether their role is `inner`.
    pub(super) relations: Vec<(i64, Members, T)>,
    /// The ways that the relations name and the file holds.
    members: HashMap<i64, Nodes>,
    refs: Vec<i64>,
    ids: Vec<i64>,
    places: Vec<Option<Fixed>>,
    /// The box around all nodes of the file, wanted or not: west, south, east, north.
    around: Option<[i32; 4]>,
    /// Wanted nodes whose coordinates are nowhere on earth.
    pub(super) n_nowhere: usize,
}

/// Why an element has no polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A part of it is not in the file.
    Incomplete,
    /// Its ways do not close, or enclose nothing.
    Open,
}

/// A part of all nodes of all ways.
pub(super) type Nodes = Range<usize>;

const BOMB: Damaged =
    Damaged("the file unpacks to far more than its size allows", "文件解压后远超其大小所允许的数据量");

/// How much may be kept of a file of so many bytes: a node in a way or a tag takes a byte and more of it.
struct Budget(u64);

impl Budget {
    fn of(pbf: &Pbf<'_>) -> Self {
        Self(8 * pbf.n_bytes() + (1 << 20))
    }

    fn spend(&mut self, n: usize) -> Result<(), Damaged> {
        self.0 = self.0.checked_sub(n as u64).ok_or(BOMB)?;
        Ok(())
    }
}

impl<T: Send> Gathered<T> {
    /// Reads the file as often as needed.
    pub(super) fn read(pbf: &Pbf<'_>, look: Look<'_, T>) -> Result<Self, Stop> {
        let mut gathered = Self {
            points: Vec::new(),
            ways: Vec::new(),
            relations: Vec::new(),
            members: HashMap::new(),
            refs: Vec::new(),
            ids: Vec::new(),
            places: Vec::new(),
            around: None,
            n_nowhere: 0,
        };
        let ranges = pbf.ranges()?;
        let mut budget = Budget::of(pbf);
        gathered.read_relations(pbf, &ranges, look, &mut budget)?;
        gathered.read_ways(pbf, &ranges, look, &mut budget)?;
        gathered.ids = gathered.refs.clone();
        gathered.ids.sort_unstable();
        gathered.ids.dedup();
        gathered.read_nodes(pbf, &ranges, look, &mut budget)?;
        Ok(gathered)
    }

    fn read_relations(
        &mut self,
        pbf: &Pbf<'_>,
        ranges: &[Range<usize>; 3],
        look: Look<'_, T>,
        budget: &mut Budget,
    ) -> Result<(), Stop> {
        let find = |index: usize, block: &Block<'_>| {
            block.check_order(index, ranges)?;
            let mut found = Vec::new();
            block.visit(Kind::Relation, |element| {
                if let Element::Relation { id, members, tags } = element
                    && let Some(wanted) = look(Kind::Relation, tags)
                {
                    found.push((id, members.collect::<Vec<(i64, bool)>>(), wanted));
                }
                Ok(())
            })?;
            Ok(found)
        };
        pbf.each(ranges[Kind::Relation as usize].clone(), find, |found| {
            for (_, members, _) in &found {
                budget.spend(16 + members.len())?;
            }
            self.relations.extend(found);
            Ok(())
        })?;
        let members = self.relations.iter().flat_map(|(_, members, _)| members);
        self.members = members.map(|&(id, _)| (id, 0..0)).collect();
        Ok(())
    }

    fn read_ways(
        &mut self,
        pbf: &Pbf<'_>,
        ranges: &[Range<usize>; 3],
        look: Look<'_, T>,
        budget: &mut Budget,
    ) -> Result<(), Stop> {
        let members = std::mem::take(&mut self.members);
        let find = |index: usize, block: &Block<'_>| {
            block.check_order(index, ranges)?;
            let mut found = Vec::new();
            let mut refs = Vec::new();
            block.visit(Kind::Way, |element| {
                let Element::Way { id, nodes, tags } = element else { return Ok(()) };
                let (wanted, is_member) = (look(Kind::Way, tags), members.contains_key(&id));
                if wanted.is_some() || is_member {
                    let start = refs.len();
                    refs.extend(nodes);
                    found.push((id, start..refs.len(), wanted, is_member));
                }
                Ok(())
            })?;
            Ok((found, refs))
        };
        let (mut ways, mut all_refs, mut there) = (Vec::new(), Vec::new(), HashMap::new());
        pbf.each(ranges[Kind::Way as usize].clone(), find, |(found, refs)| {
            budget.spend(16 * found.len() + refs.len())?;
            let base = all_refs.len();
            for (id, nodes, wanted, is_member) in found {
                let nodes = base + nodes.start..base + nodes.end;
                if is_member {
                    there.insert(id, nodes.clone());
                }
                ways.extend(wanted.map(|wanted| (id, nodes, wanted)));
            }
            all_refs.extend(refs);
            Ok(())
        })?;
        (self.ways, self.refs, self.members) = (ways, all_refs, there);
        Ok(())
    }

    fn read_nodes(
        &mut self,
        pbf: &Pbf<'_>,
        ranges: &[Range<usize>; 3],
        look: Look<'_, T>,
        budget: &mut Budget,
    ) -> Result<(), Stop> {
        let ids = std::mem::take(&mut self.ids);
        let find = |index: usize, block: &Block<'_>| {
            block.check_order(index, ranges)?;
            let mut nodes =
                Found { ids: &ids, next: 0, places: Vec::new(), points: Vec::new(), around: None, n_nowhere: 0 };
            block.visit(Kind::Node, |element| {
                if let Element::Node { id, place, tags } = element {
                    let wanted = if tags.is_empty() { None } else { look(Kind::Node, tags) };
                    nodes.see(id, place, wanted);
                }
                Ok(())
            })?;
            Ok((nodes.places, nodes.points, nodes.around, nodes.n_nowhere))
        };
        let mut places = vec![None; ids.len()];
        pbf.each(ranges[Kind::Node as usize].clone(), find, |(found, points, around, n_nowhere)| {
            budget.spend(16 * points.len())?;
            found.into_iter().for_each(|(index, place)| places[index as usize] = Some(place));
            self.points.extend(points);
            self.around = joined(self.around, around);
            self.n_nowhere += n_nowhere;
            Ok(())
        })?;
        (self.ids, self.places) = (ids, places);
        Ok(())
    }

    /// The polygon of a closed way, or why there is none.
    pub(super) fn polygon_of_way(&self, nodes: &Nodes) -> Result<MultiPolygon<f64>, Flaw> {
        self.polygon(&[self.nodes_of(nodes)])
    }

    /// The polygon of a relation, or why there is none.
    pub(super) fn polygon_of_relation(&self, members: &[(i64, bool)]) -> Result<MultiPolygon<f64>, Flaw> {
        let mut ids: Vec<i64> = members.iter().map(|&(id, _)| id).collect();
        let mut seen = HashSet::new();
        // A way that is named twice is there once.
        ids.retain(|id| seen.insert(*id));
        let ways: Option<Vec<&[i64]>> = ids.iter().map(|&id| Some(self.nodes_of(self.members.get(&id)?))).collect();
        self.polygon(&ways.filter(|ways| !ways.is_empty()).ok_or(Flaw::Incomplete)?)
    }

    fn polygon(&self, ways: &[&[i64]]) -> Result<MultiPolygon<f64>, Flaw> {
        let (rings, n_open) = rings::join(ways);
        let place = |&id: &i64| self.place(id).ok_or(Flaw::Incomplete);
        let lines: Result<Vec<Vec<Coord<f64>>>, Flaw> =
            rings.iter().map(|ring| ring.iter().map(place).collect()).collect();
        if 0 < n_open {
            // What is open for want of a node is incomplete.
            let is_whole = ways.iter().all(|way| way.iter().all(|&id| self.place(id).is_some()));
            return Err(if is_whole { Flaw::Open } else { Flaw::Incomplete });
        }
        rings::polygons(lines?).filter(|polygon| !polygon.0.is_empty()).ok_or(Flaw::Open)
    }

    /// What is there of a relation's ways: nodes that follow each other.
    pub(super) fn runs(&self, members: &[(i64, bool)]) -> Vec<Vec<(i64, Coord<f64>)>> {
        let mut seen = HashSet::new();
        let mut runs = Vec::new();
        for (id, _) in members.iter().filter(|(id, _)| seen.insert(*id)) {
            let Some(way) = self.members.get(id) else { continue };
            let mut run = Vec::new();
            for &node in self.nodes_of(way) {
                match self.place(node) {
                    Some(place) => run.push((node, place)),
                    None => runs.push(std::mem::take(&mut run)),
                }
            }
            runs.push(run);
        }
        runs.retain(|run| 2 <= run.len());
        runs
    }

    /// Where those nodes of a relation's ways are that the file holds.
    pub(super) fn there(&self, members: &[(i64, bool)]) -> Vec<Coord<f64>> {
        let ways = members.iter().filter_map(|(id, _)| self.members.get(id));
        ways.flat_map(|way| self.nodes_of(way)).filter_map(|&id| self.place(id)).collect()
    }

    /// The box around all nodes of the file.
    pub(super) fn around(&self) -> Option<Rect<f64>> {
        let [west, south, east, north] = self.around?;
        (west < east && south < north).then(|| Rect::new(degrees([west, south]), degrees([east, north])))
    }

    /// The ids of nodes of a way.
    pub(super) fn nodes_of(&self, nodes: &Nodes) -> &[i64] {
        &self.refs[nodes.clone()]
    }

    /// Where a node is, if the file holds it.
    pub(super) fn place(&self, id: i64) -> Option<Coord<f64>> {
        self.ids.binary_search(&id).ok().and_then(|index| self.places[index]).map(degrees)
    }
}

/// The wanted nodes of one block.
struct Found<'a, T> {
    ids: &'a [i64],
    /// The place among the ids from where the next is looked for, since nodes come in the order of their ids.
    next: usize,
    places: Vec<(u32, Fixed)>,
    points: Vec<(i64, Coord<f64>, T)>,
    around: Option<[i32; 4]>,
    n_nowhere: usize,
}

impl<T> Found<'_, T> {
    fn see(&mut self, id: i64, place: Option<Fixed>, wanted: Option<T>) {
        if self.next == 0 || self.ids[self.next - 1] >= id {
            self.next = self.ids.partition_point(|&other| other < id);
        } else {
            // The next is near, if ids ascend.
            let mut step = 1;
            while self.ids.get(self.next + step).is_some_and(|&other| other < id) {
                self.next += step;
                step *= 2;
            }
            let end = (self.next + step + 1).min(self.ids.len());
            self.next += self.ids[self.next..end].partition_point(|&other| other < id);
        }
        let is_needed = self.ids.get(self.next) == Some(&id);
        let Some(place) = place else {
            self.n_nowhere += usize::from(is_needed || wanted.is_some());
            return;
        };
        let [lon, lat] = place;
        self.around = joined(self.around, Some([lon, lat, lon, lat]));
        if is_needed {
            self.places.push((self.next as u32, place));
        }
        self.points.extend(wanted.map(|wanted| (id, degrees(place), wanted)));
    }
}

/// The box around both.
fn joined(one: Option<[i32; 4]>, other: Option<[i32; 4]>) -> Option<[i32; 4]> {
    let (Some(one), Some(other)) = (one, other) else { return one.or(other) };
    Some([one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])])
}

fn degrees([lon, lat]: Fixed) -> Coord<f64> {
    Coord { x: f64::from(lon) / 1e7, y: f64::from(lat) / 1e7 }
}
