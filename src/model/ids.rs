//! Ids, and vectors that only their own id indexes.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A position in one kind of vector.
pub trait Id: Copy + Eq + Ord {
    /// The id of the entry at `index`.
    fn new(index: usize) -> Self;
    /// The position this id stands for.
    fn index(self) -> usize;
}

macro_rules! id {
    ($(#[$doc:meta] $name:ident;)+) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Id for $name {
            fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("readers refuse files of more than u32::MAX rows"))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

id! {
    /// A level of areas; 0 is the topmost.
    LevelId;
    /// An area of any level.
    AreaId;
    /// A demand point.
    PointId;
    /// A group of people.
    GroupId;
    /// A facility.
    FacilityId;
    /// A service that facilities offer.
    ServiceId;
    /// A new residential estate.
    EstateId;
    /// A file that the study was read from.
    SourceId;
    /// A place that a table of costs names as one to start from.
    OriginId;
    /// A place that a table of costs names as one to get to.
    DestinationId;
}

/// A vector that only `I` indexes.
#[derive(Clone, Debug, PartialEq)]
pub struct IdVec<I, T> {
    values: Vec<T>,
    id: PhantomData<fn(I)>,
}

/// One value an area.
pub type PerArea<T> = IdVec<AreaId, T>;
/// One value a demand point.
pub type PerPoint<T> = IdVec<PointId, T>;
/// One value a facility.
pub type PerFacility<T> = IdVec<FacilityId, T>;

impl<I: Id, T> IdVec<I, T> {
    /// `n` times `value`.
    pub fn filled(n: usize, value: T) -> Self
    where
        T: Clone,
    {
        Self::from(vec![value; n])
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values in the order of their ids.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All ids in order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = I> + Clone + use<I, T> {
        (0..self.values.len()).map(I::new)
    }

    /// Ids with their values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (I, &T)> {
        self.values.iter().enumerate().map(|(index, value)| (I::new(index), value))
    }

    /// Appends a value and names it.
    pub fn push(&mut self, value: T) -> I {
        self.values.push(value);
        I::new(self.values.len() - 1)
    }
}

impl<I, T> From<Vec<T>> for IdVec<I, T> {
    fn from(values: Vec<T>) -> Self {
        Self { values, id: PhantomData }
    }
}

impl<I, T> Default for IdVec<I, T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<I, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(values: It) -> Self {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.values[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.values[id.index()]
    }
}
