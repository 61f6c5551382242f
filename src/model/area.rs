//! Areas: a chain of levels, each area below one parent.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::{Coord, MultiPolygon};

use super::{AreaId, Column, Id, IdVec, LevelId, PerArea, SourceId, Text};

/// One level of areas, such as streets.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The word used in packs and studies, such as `street`.
    pub key: String,
    /// What it is called.
    pub label: Text,
}

/// How far an area's boundary can be trusted.
#[derive(Clone, Debug, PartialEq)]
pub enum Boundary {
    /// Not known: the area is a code, a name and perhaps a seat.
    None,
    /// As the file gives it.
    Official(MultiPolygon<f64>),
    /// Drawn by a rule: from seat points (see `space::estimate`), or at the border of an extract.
    Estimated(MultiPolygon<f64>),
}

impl Boundary {
    /// The polygon, whatever its standing.
    pub fn polygon(&self) -> Option<&MultiPolygon<f64>> {
        match self {
            Self::None => None,
            Self::Official(polygon) | Self::Estimated(polygon) => Some(polygon),
        }
    }
}

/// One area.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its level.
    pub level: LevelId,
    /// The area one level up that holds it; `None` at the top, or where the files do not say.
    pub parent: Option<AreaId>,
    /// Its code, unique in its level.
    pub code: String,
    /// Its name; may repeat.
    pub name: String,
    /// A point that stands for it: the seat if the file gives one, else a point inside the polygon, else where most of
    /// its people are.
    pub place: Option<Coord<f64>>,
    /// Its boundary.
    pub boundary: Boundary,
    /// The file and row (from 1) it comes from.
    pub origin: (SourceId, u32),
}

/// All areas, in the order of levels from the top and of rows in their files.
///
/// All parts are shared, so that a copy with other attributes costs only these.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    levels: Arc<IdVec<LevelId, Level>>,
    areas: Arc<PerArea<Area>>,
    /// Other columns of the files, such as `kind`.
    attributes: Arc<BTreeMap<String, Column>>,
    /// `ancestors[level][area]`: the area of `level` that holds `area`, itself included.
    ancestors: Arc<IdVec<LevelId, PerArea<Option<AreaId>>>>,
    at_level: Arc<IdVec<LevelId, Vec<AreaId>>>,
}

impl Areas {
    /// Areas as read; a parent must stand one or more levels above its child.
    pub fn new(levels: IdVec<LevelId, Level>, areas: PerArea<Area>, attributes: BTreeMap<String, Column>) -> Self {
        let mut at_level = IdVec::filled(levels.len(), Vec::new());
        for (id, area) in areas.iter() {
            at_level[area.level].push(id);
        }
        let mut ancestors: IdVec<LevelId, PerArea<Option<AreaId>>> =
            IdVec::filled(levels.len(), IdVec::filled(areas.len(), None));
        for (id, area) in areas.iter() {
            let mut holder = Some(id);
            let mut below = levels.len();
            while let Some(current) = holder {
                let level = areas[current].level;
                // A parent on the same level or below would be a cycle: stop there.
                if below <= level.index() {
                    break;
                }
                below = level.index();
                ancestors[level][id] = Some(current);
                holder = areas[current].parent;
            }
            debug_assert!(ancestors[area.level][id] == Some(id));
        }
        Self {
            levels: Arc::new(levels),
            areas: Arc::new(areas),
            attributes: Arc::new(attributes),
            ancestors: Arc::new(ancestors),
            at_level: Arc::new(at_level),
        }
    }

    /// The same areas with these attributes.
    pub fn with_attributes(&self, attributes: BTreeMap<String, Column>) -> Self {
        Self { attributes: Arc::new(attributes), ..self.clone() }
    }

    /// The same areas; those that no file gives a place for stand where `place` says.
    pub fn with_places(mut self, place: impl Fn(AreaId) -> Option<Coord<f64>>) -> Self {
        let areas = Arc::make_mut(&mut self.areas);
        for id in areas.ids() {
            let area = &mut areas[id];
            area.place = area.place.or_else(|| place(id));
        }
        self
    }

    /// The areas alone, as they were given.
    pub fn into_rows(self) -> PerArea<Area> {
        Arc::unwrap_or_clone(self.areas)
    }

    /// The levels from the top down.
    pub fn levels(&self) -> &IdVec<LevelId, Level> {
        &self.levels
    }

    /// The keys of the levels from the top down.
    pub fn level_keys(&self) -> Vec<&str> {
        self.levels.values().iter().map(|level| level.key.as_str()).collect()
    }

    /// The level called `key`.
    pub fn level(&self, key: &str) -> Option<LevelId> {
        self.levels.iter().find(|(_, level)| level.key == key).map(|(id, _)| id)
    }

    /// How many areas of all levels.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// All areas with their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (AreaId, &Area)> {
        self.areas.iter()
    }

    /// The areas of one level, in the order of their ids.
    pub fn at_level(&self, level: LevelId) -> &[AreaId] {
        &self.at_level[level]
    }

    /// The area of `level` that holds `area`, itself included; `None` where the files do not say.
    pub fn ancestor(&self, area: AreaId, level: LevelId) -> Option<AreaId> {
        self.ancestors[level][area]
    }

    /// The area and all that hold it, from the top down.
    pub fn chain(&self, area: AreaId) -> impl Iterator<Item = AreaId> {
        self.ancestors.values().iter().filter_map(move |level| level[area])
    }

    /// Whether `outer` holds `inner` or is it.
    pub fn holds(&self, outer: AreaId, inner: AreaId) -> bool {
        self.ancestor(inner, self.areas[outer].level) == Some(outer)
    }

    /// An attribute of all areas.
    pub fn attribute(&self, key: &str) -> Option<&Column> {
        self.attributes.get(key)
    }

    /// All attributes, by key.
    pub fn attributes(&self) -> &BTreeMap<String, Column> {
        &self.attributes
    }

    /// Whether any boundary of the level was estimated.
    pub fn is_estimated(&self, level: LevelId) -> bool {
        self.at_level(level).iter().any(|&id| matches!(self.areas[id].boundary, Boundary::Estimated(_)))
    }
}

impl std::ops::Index<AreaId> for Areas {
    type Output = Area;

    fn index(&self, id: AreaId) -> &Area {
        &self.areas[id]
    }
}
