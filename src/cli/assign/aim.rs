//! Whom `assign` gives a place, where, how far away, and by which level: what the options say, else the study.

use toml::Spanned;

use super::Arguments;
use crate::assess::RESIDENTS;
use crate::model::{Column, GroupId, Id, LevelId, ServiceId, Text, World};
use crate::read::ReadStudy;
use crate::read::problem::say;
use crate::rules::select::{Condition, SpannedKey, Where};
use crate::rules::{Check, Noun, Obligation};
use crate::units::{Cost, CostUnit};

/// Whom, where, and what counts as capacity.
pub(super) struct Aim<'a> {
    pub(super) service: ServiceId,
    pub(super) conditions: Where,
    pub(super) group: GroupId,
    pub(super) capacity: String,
    /// The obligation that says so, if any does.
    pub(super) after: Option<&'a Obligation>,
}

/// What an obligation says of an assignment.
struct Said<'a> {
    obligation: &'a Obligation,
    group: Option<&'a str>,
    capacity: Option<&'a str>,
    conditions: Option<&'a Where>,
}

impl<'a> Said<'a> {
    fn of(obligation: &'a Obligation) -> Self {
        let (capacity, conditions) = match &obligation.check {
            Check::Seats(seats) => (Some(seats.capacity.get_ref().as_str()), Some(&seats.r#where)),
            Check::PerCapita(check) => (check.amount.as_ref().map(|amount| amount.get_ref().as_str()), None),
            _ => (None, None),
        };
        Self { obligation, group: obligation.check.kind().group(), capacity, conditions }
    }

    /// How much it says: one with places for each person says most.
    fn rank(&self) -> u8 {
        match (&self.obligation.check, self.capacity) {
            (Check::Seats(_), _) => 0,
            (_, Some(_)) => 1,
            _ => 2,
        }
    }
}

impl<'a> Aim<'a> {
    pub(super) fn of(arguments: &Arguments, read: &'a ReadStudy) -> Result<Self, Text> {
        let (world, wanted) = (&read.world, arguments.service.as_str());
        let service = world.facilities.service(wanted).ok_or_else(|| {
            let services: Vec<&str> =
                world.facilities.services().values().iter().map(|service| service.key.as_str()).collect();
            let services = services.join(", ");
            say(
                format!("the study holds no data on the service `{wanted}`; services: {services}"),
                format!("研究中没有“{wanted}”的设施数据；现有服务：{services}"),
            )
        })?;
        if let Some(proxy) = world.people.proxy {
            let key = proxy.key();
            return Err(say(
                format!("demand is `{key}`, not persons: it cannot be given places; add a layer that counts people"),
                format!("需求为代替指标 {key}，不是人数，无法分配学位：请补充人口数据"),
            ));
        }
        let on_service = |obligation: &&Obligation| {
            let names = obligation.check.kind().names();
            names.iter().any(|name| name.noun == Noun::Service && name.word.get_ref() == wanted)
        };
        // It must be for the group asked for, and the study must count whom it names. What is asked for all residents does
        // not say that all of them need a place: near or enough for all, few of whom are children.
        let fits = |said: &Said<'_>| {
            let is_asked = |group: &str| match arguments.group.as_deref() {
                Some(asked) => asked == group,
                None => group != RESIDENTS || said.rank() == 0,
            };
            said.group.is_some_and(|group| is_asked(group) && world.people.group(group).is_some())
        };
        let obligations = read.packs.iter().flat_map(|pack| &pack.obligations).filter(on_service);
        let said = obligations.map(Said::of).filter(fits).min_by_key(Said::rank);
        let only = match world.people.groups.values() {
            [only] => Some(only.as_str()),
            _ => None,
        };
        let name = arguments.group.as_deref().or(said.as_ref().and_then(|said| said.group)).or(only);
        let name = name.ok_or_else(|| {
            let groups = world.people.groups.values().join(", ");
            say(
                format!("no obligation of the study says who needs a place at `{wanted}`: choose by --group: {groups}"),
                format!("研究的条款均未说明“{wanted}”的服务人群：请用 --group 选择：{groups}"),
            )
        })?;
        let group = world.people.group(name).ok_or_else(|| {
            let groups = world.people.groups.values().join(", ");
            say(
                format!("the study does not count `{name}`; groups: {groups}; choose one by --group"),
                format!("研究未统计“{name}”；现有人群：{groups}；请用 --group 选择"),
            )
        })?;
        let own = match &arguments.conditions[..] {
            [] => said.as_ref().and_then(|said| said.conditions).cloned().unwrap_or_default(),
            [all] if all == "all" => Where::new(),
            given => given.iter().map(|text| condition(text, world, service)).collect::<Result<_, _>>()?,
        };
        let capacity = arguments.capacity.as_deref().or(said.as_ref().and_then(|said| said.capacity));
        Ok(Self {
            service,
            conditions: own,
            group,
            capacity: capacity.map_or_else(|| usual_capacity(world, service), str::to_owned),
            after: said.map(|said| said.obligation),
        })
    }
}

/// What capacities are usually called.
fn usual_capacity(world: &World, service: ServiceId) -> String {
    let usual = ["capacity", "places", "seats", "beds"];
    let facilities = &world.facilities.services()[service].facilities;
    let is_known = |key: &&&str| {
        let column = world.facilities.attribute(key);
        column.is_some_and(|column| facilities.iter().any(|facility| column.number(facility.index()).is_some()))
    };
    (*usual.iter().find(is_known).unwrap_or(&usual[0])).to_owned()
}

/// A condition written `KEY=VALUE`; several values are parted by `|`.
fn condition(text: &str, world: &World, service: ServiceId) -> Result<(SpannedKey, Condition), Text> {
    let known = || {
        let facilities = &world.facilities.services()[service].facilities;
        let all = world.facilities.attributes().iter();
        let own = all.filter(|(_, column)| facilities.iter().any(|facility| column.get(facility.index()).is_some()));
        own.map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (key, value) = text.split_once('=').map(|(key, value)| (key.trim(), value.trim())).ok_or_else(|| {
        say(
            format!("--where `{text}` is no condition: write KEY=VALUE, such as stage=primary"),
            format!("--where “{text}”不是条件：请写 属性=值，如 stage=primary"),
        )
    })?;
    let Some(column) = world.facilities.attribute(key) else {
        let known = known();
        return Err(say(
            format!("no facility has the attribute `{key}`; attributes: {known}"),
            format!("设施没有属性“{key}”；现有属性：{known}"),
        ));
    };
    let condition = match (column, value) {
        (Column::Flag(_), "true" | "yes" | "是") => Condition::Flag(true),
        (Column::Flag(_), "false" | "no" | "否") => Condition::Flag(false),
        (Column::Number(_), value) if crate::read::number(value).is_some() => {
            Condition::Number(crate::read::number(value).unwrap_or_default())
        }
        (_, value) if value.contains('|') => {
            Condition::AnyOf(value.split('|').map(|word| word.trim().to_owned()).collect())
        }
        (_, value) => Condition::Word(value.to_owned()),
    };
    Ok((SpannedKey(Spanned::new(0..0, key.to_owned())), condition))
}

/// The level whose areas are given out as a whole: the one asked for, else the lowest that holds people.
pub(super) fn level(asked: Option<&str>, world: &World, group: GroupId) -> Result<LevelId, Text> {
    let areas = &world.areas;
    if let Some(key) = asked {
        let known = areas.level_keys().join(", ");
        return areas.level(key).filter(|&level| !areas.at_level(level).is_empty()).ok_or_else(|| {
            say(
                format!("the study has no areas of the level `{key}`; levels: {known}"),
                format!("研究中没有“{key}”级区域；现有级别：{known}"),
            )
        });
    }
    let people = &world.people;
    let lived_in = people.places.ids().filter(|&point| people.persons(group, point).is_some_and(|n| 0.0 < n));
    lived_in.filter_map(|point| Some(areas[people.areas[point]?].level)).max_by_key(|level| level.index()).ok_or_else(
        || say("no area is known to hold any people: districts are made of areas", "没有区域有人口数据，无法划分学区"),
    )
}

/// A limit as it is given: a number in the unit of the study's costs, or a number with that unit.
pub(super) fn limit(text: &str, unit: CostUnit) -> Result<Cost, Text> {
    let bare = crate::read::number(text).and_then(|number| Cost::new(number, unit));
    let limit = bare.or_else(|| Cost::try_from(text.to_owned()).ok());
    let (en, zh, such) = match unit {
        CostUnit::Metres => ("metres", "米", "3 km"),
        CostUnit::Minutes => ("minutes", "分钟", "15 min"),
    };
    match limit {
        Some(limit) if limit.unit() == unit => Ok(limit),
        // Costs in one unit say nothing about a limit in another.
        Some(limit) => Err(say(
            format!("--limit is {limit}, and the costs of the study are in {en}: write \"{such}\""),
            format!("--limit 为 {limit}，而研究的出行费用以{zh}为单位：请写 \"{such}\""),
        )),
        None => Err(say(
            format!("--limit `{text}` is no limit: write \"{such}\", or {en}, 0 or more"),
            format!("--limit “{text}”无效：请写 \"{such}\" 或不小于 0 的数（{zh}）"),
        )),
    }
}
