//! An edit to a world, and a scenario: a named list of them. Plain values, resolved against the world they edit.

use jiff::civil::Date;

use geo::Coord;

use crate::model::{AreaId, DestinationId, FacilityId, FacilityRow, OriginId, Value};

/// A named list of edits.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called; unique in a file.
    pub name: String,
    /// Its edits, in the order of the file.
    pub edits: Vec<Edit>,
}

impl Scenario {
    /// What all edits cost; `None` where one of them does not say.
    pub fn cost(&self) -> Option<f64> {
        self.edits.iter().map(|edit| edit.cost).sum()
    }
}

/// One thing that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What changes.
    pub change: Change,
    /// What it costs, in the unit of the file.
    pub cost: Option<f64>,
    /// The row of the file it comes from, as messages count.
    pub row: u32,
}

/// What an edit changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A facility opens.
    Open {
        /// The facility.
        facility: FacilityRow,
        /// Its attributes, by key.
        attributes: Vec<(String, Given)>,
        /// The areas that it serves beyond its own.
        serves: Vec<AreaId>,
    },
    /// A facility closes.
    Close {
        /// Which.
        facility: FacilityId,
    },
    /// A facility gets other attributes (more places, another owner) or another place; what is not named stays.
    Alter {
        /// Which.
        facility: FacilityId,
        /// The attributes that change, by key.
        attributes: Vec<(String, Given)>,
        /// Where it moves.
        moved: Option<Moved>,
    },
    /// People move in where nobody was counted: a new estate.
    Settle {
        /// Where they live.
        place: Option<Coord<f64>>,
        /// The lowest area that holds it.
        area: Option<AreaId>,
        /// The name by which the study's table of costs knows where they live, if there is one.
        origin: Option<OriginId>,
        /// How many, by group. Groups that are not named are not known.
        persons: Vec<(String, f64)>,
    },
    /// There are so many times as many people.
    Grow {
        /// Those of this area; of the whole study if there is none.
        area: Option<AreaId>,
        /// Of this group; of all groups if there is none.
        group: Option<String>,
        /// Times as many, not negative.
        factor: f64,
    },
    /// An area gets other attributes.
    Mark {
        /// Which.
        area: AreaId,
        /// The attributes that change, by key.
        attributes: Vec<(String, Given)>,
    },
}

impl Change {
    /// The attributes that a facility which opens or changes is given.
    pub fn given(&self) -> &[(String, Given)] {
        match self {
            Self::Open { attributes, .. } | Self::Alter { attributes, .. } => attributes,
            _ => &[],
        }
    }

    /// What is done, by the word that files of scenarios use.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Close { .. } => "close",
            Self::Alter { moved: Some(_), .. } => "move",
            Self::Alter { attributes, .. } => {
                let is_size = |(_, given): &(String, Given)| matches!(given, Given::Number(_));
                if attributes.iter().all(is_size) { "resize" } else { "convert" }
            }
            Self::Settle { .. } => "settle",
            Self::Grow { .. } => "grow",
            Self::Mark { .. } => "area",
        }
    }
}

/// Where a facility stands after a move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Its new place.
    pub place: Coord<f64>,
    /// The area that holds it then.
    pub area: Option<AreaId>,
    /// The name by which the study's table of costs knows the new place, if there is one.
    pub destination: Option<DestinationId>,
}

/// A value that an edit gives an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A day.
    Date(Date),
    /// A word.
    Text(String),
}

impl Given {
    /// The value as a cell of a column.
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Flag(flag) => Value::Flag(*flag),
            Self::Number(number) => Value::Number(*number),
            Self::Date(date) => Value::Date(*date),
            Self::Text(word) => Value::Text(word),
        }
    }
}

impl From<Value<'_>> for Given {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Flag(flag) => Self::Flag(flag),
            Value::Number(number) => Self::Number(number),
            Value::Date(date) => Self::Date(date),
            Value::Text(word) => Self::Text(word.to_owned()),
        }
    }
}
