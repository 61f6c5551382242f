//! What the sites of a study are for: the service, whom it is for, whom a site serves, and which share is enough.

use super::{Options, Shared};
use crate::assess::RESIDENTS;
use crate::cli::site::Objective;
use crate::model::{Column, GroupId, ServiceId, Text, World};
use crate::read::ReadStudy;
use crate::read::problem::say;
use crate::rules::decide::Decide;
use crate::rules::select::{Condition, Where};
use crate::rules::{Check, Obligation};
use crate::scenario::siting::{Need, Serves, need};
use crate::scenario::{Change, Given, Scenario, Stage};
use crate::units::{Cost, CostUnit};

/// What the sites are for.
pub(super) struct Aim<'a> {
    /// The position of the obligation among all findings.
    pub(super) obligation: Option<usize>,
    check: Option<&'a Check>,
    pub(super) service: ServiceId,
    conditions: Where,
    group: GroupId,
    /// The attribute that says how many persons a facility can serve.
    pub(super) capacity: Option<String>,
    /// What is enough, where no obligation says it.
    share: f64,
}

impl<'a> Aim<'a> {
    pub(super) fn of(read: &'a ReadStudy, wanted: &str, options: &Options, shared: &Shared<'_>) -> Result<Self, Text> {
        let obligations = || read.packs.iter().flat_map(|pack| &pack.obligations);
        let position = obligations().position(|obligation| obligation.id.get_ref() == wanted);
        let check = position.and_then(|at| obligations().nth(at)).map(|obligation| &obligation.check);
        let (service, conditions) = match check {
            Some(check) => asked(check).ok_or_else(|| not_mended(wanted, check))?,
            None => (wanted, Where::new()),
        };
        let service = service_of(read, wanted, service, check.is_some())?;
        let name = options.group.as_deref().or(check.and_then(|check| check.kind().group())).unwrap_or(RESIDENTS);
        let people = &read.world.people;
        let group = people.group(name).ok_or_else(|| {
            let groups = people.groups.values().join(", ");
            say(
                format!("the study does not count `{name}`; groups: {groups}"),
                format!("研究未统计“{name}”；现有人群：{groups}"),
            )
        })?;
        let aim = Self {
            obligation: position,
            check,
            service,
            conditions,
            group,
            capacity: capacity(&read.world, check, shared)?,
            share: shared.share()?.unwrap_or(1.0),
        };
        aim.capacity_fits(options, shared)?;
        aim.limit_fits(&read.world, shared)?;
        aim.share_fits(shared)?;
        Ok(aim)
    }

    /// Of all whom the obligation is for, the share that is enough for it; all where sites serve areas.
    pub(super) fn share(&self) -> Option<f64> {
        match self.check {
            Some(Check::Reach(reach)) => reach.at_least.as_ref().map(|share| share.get_ref().get()),
            Some(Check::Seats(seats)) => Some(seats.at_least.get_ref().get()),
            Some(_) => Some(1.0),
            None => Some(self.share),
        }
    }

    /// Whether nothing more is asked for than that the obligation is kept.
    pub(super) fn is_to_keep(&self, shared: &Shared<'_>) -> bool {
        let is_all = self.capacity.is_none() || matches!(self.check, Some(Check::Seats(_)));
        self.check.is_some() && is_all && shared.keeps()
    }

    /// Whether the fewest or cheapest sites that are enough can be asked for.
    fn share_fits(&self, shared: &Shared<'_>) -> Result<(), Text> {
        let asks_least = matches!(shared.objective, Some(Objective::Fewest | Objective::Cheapest));
        if shared.share.is_some() && (self.check.is_some() || !asks_least) {
            return Err(say(
                "--share is for --objective fewest or cheapest with a service: an obligation says itself which share is enough",
                "--share 仅用于针对服务的 --objective fewest 或 cheapest；条款本身已规定达标比例",
            ));
        }
        if !asks_least {
            return Ok(());
        }
        let objective = if shared.objective == Some(Objective::Fewest) { "fewest" } else { "cheapest" };
        let is_of_each = match self.check {
            Some(Check::Reach(reach)) if reach.at_least.is_none() => {
                return Err(say(
                    format!(
                        "the obligation does not say which share is enough, so that any number of sites keeps it: leave out --objective {objective}"
                    ),
                    format!("该条款未规定达标比例，无需新增：请去掉 --objective {objective}"),
                ));
            }
            Some(Check::Reach(reach)) => *reach.decide.get_ref() == Decide::Each,
            Some(Check::Seats(seats)) => *seats.decide.get_ref() == Decide::Each,
            Some(_) => false,
            None if shared.limit.is_some() => return Ok(()),
            None => {
                return Err(say(
                    format!(
                        "--objective {objective} needs an obligation, which says how many are enough: give its id with --for; or --limit, within which all are to be served, and perhaps --share"
                    ),
                    format!(
                        "--objective {objective} 需要条款（其中规定了达标比例）：请用 --for 给出条款编号；或用 --limit 给出服务范围，可另加 --share"
                    ),
                ));
            }
        };
        if is_of_each {
            return Err(say(
                format!(
                    "the obligation asks for its share in each area, and --objective {objective} is about the whole: give --budget instead"
                ),
                format!("该条款要求每个区域分别达标，--objective {objective} 只针对整体：请改用 --budget"),
            ));
        }
        if shared.limit.is_some() {
            return Err(say(
                "the obligation says itself whom a site serves: leave out --limit",
                "条款本身已规定服务范围：请去掉 --limit",
            ));
        }
        Ok(())
    }

    /// Whether capacities can be reckoned with.
    fn capacity_fits(&self, options: &Options, shared: &Shared<'_>) -> Result<(), Text> {
        if let Some(number) = options.capacity_of_new {
            if !number.is_finite() || number <= 0.0 {
                return Err(say(
                    format!("--capacity-of-new {number} serves nobody: give a number more than 0"),
                    format!("--capacity-of-new {number} 无法服务任何人：请填写大于 0 的数"),
                ));
            }
            if self.capacity.is_none() {
                return Err(say(
                    "--capacity-of-new says how many a new site can serve, and nothing says what those that stand can: give --capacity ATTRIBUTE",
                    "--capacity-of-new 规定了新设施点的容量，而现有设施的容量未知：请用 --capacity 给出容量属性",
                ));
            }
        }
        let is_mean = match shared.objective {
            Some(objective) => objective == Objective::Mean,
            None => self.check.is_none() && shared.limit.is_none(),
        };
        if shared.is_whole && (self.capacity.is_none() || !is_mean) {
            return Err(say(
                "--whole is for --objective mean with capacities: leave it out, or give --capacity and --objective mean",
                "--whole 仅用于有容量的 --objective mean：请去掉，或给出 --capacity 与 --objective mean",
            ));
        }
        if self.capacity.is_none() {
            return Ok(());
        }
        if self.is_of_areas() && shared.keeps() {
            return Err(say(
                "a site that the obligation asks for serves its area, however many live there: leave out --capacity, or give --objective mean",
                "该条款按区域配置设施，与人数无关：请去掉 --capacity，或改用 --objective mean",
            ));
        }
        if shared.objective == Some(Objective::Ede) {
            return Err(say(
                "--objective ede takes no capacities: leave out --capacity, or ask for --objective mean",
                "--objective ede 不支持容量：请去掉 --capacity，或改用 --objective mean",
            ));
        }
        Ok(())
    }

    /// The dearest cost that the obligation itself allows.
    fn own_limit(&self) -> Option<Cost> {
        match self.check {
            Some(Check::Reach(reach)) => Some(reach.within),
            Some(Check::Seats(seats)) => seats.within,
            _ => None,
        }
    }

    /// Whether a distance is given where one is needed, and only there.
    fn limit_fits(&self, world: &World, shared: &Shared<'_>) -> Result<(), Text> {
        let unit = world.cost_unit();
        let (en, zh, such) = match unit {
            CostUnit::Metres => ("metres", "米", 1000),
            CostUnit::Minutes => ("minutes", "分钟", 15),
        };
        let uses_own = shared.keeps() || shared.objective == Some(Objective::Cover);
        match (shared.objective, shared.limit, self.own_limit()) {
            (Some(Objective::Cover), None, None) => Err(say(
                format!("--objective cover needs a limit: give --limit in {en}, such as --limit {such}"),
                format!("--objective cover 需要上限：请给出 --limit（{zh}），如 --limit {such}"),
            )),
            (None, Some(_), _) if self.check.is_some() => Err(say(
                "the obligation says itself whom a site serves: leave out --limit, or add --objective cover",
                "条款本身已规定服务范围：请去掉 --limit，或加上 --objective cover",
            )),
            (_, Some(limit), _) if Cost::new(limit, unit).is_none() => Err(say(
                format!("--limit {limit} is no limit: give {en}, 0 or more"),
                format!("--limit {limit} 无效：请填写不小于 0 的数（{zh}）"),
            )),
            // Costs in one unit say nothing about a limit in another.
            (_, None, Some(own)) if uses_own && own.unit() != unit => Err(say(
                format!(
                    "the obligation has a limit of {own}, and the costs of the study are in {en}: bring a table of costs in its unit (travel.table in study.toml)"
                ),
                format!(
                    "条款限值为 {own}，而研究的出行费用以{zh}为单位：请提供同一单位的出行费用表（study.toml 的 travel.table）"
                ),
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn need(&'a self, stage: &Stage, shared: &Shared<'_>) -> Need<'a> {
        let capacity = self.capacity.as_deref();
        if let Some(check) = self.check.filter(|_| shared.keeps())
            && let Some(need) = need(stage, check, self.group)
        {
            return Need { capacity, ..need };
        }
        let own = self.own_limit().filter(|_| shared.objective == Some(Objective::Cover));
        let unit = stage.world().cost_unit();
        let limit = shared.limit.and_then(|limit| Cost::new(limit, unit)).or(own);
        Need {
            service: self.service,
            conditions: &self.conditions,
            group: self.group,
            serves: limit.map_or(Serves::Anyone, Serves::Within),
            capacity,
        }
    }

    /// Whether a site serves the area that holds it, wherever in it.
    pub(super) fn is_of_areas(&self) -> bool {
        matches!(self.check, Some(Check::Presence(_)))
    }

    /// Gives each candidate the attributes that it must have to count, where it does not say otherwise.
    pub(super) fn suit(&self, world: &World, candidates: &mut [Scenario]) {
        let wanted: Vec<(String, Given)> = self
            .conditions
            .iter()
            .filter_map(|(key, condition)| {
                let key = key.0.get_ref();
                let given = match condition {
                    Condition::Flag(flag) => Given::Flag(*flag),
                    Condition::Number(number) => Given::Number(*number),
                    Condition::Word(word) => Given::Text(word.clone()),
                    Condition::AnyOf(words) => Given::Text(words.first()?.clone()),
                };
                // What stands in a column of another type cannot be written there.
                let mut column = world.facilities.attribute(key)?.gather(&[None]);
                column.set(0, given.value()).then(|| (key.clone(), given))
            })
            .collect();
        for edit in candidates.iter_mut().flat_map(|candidate| &mut candidate.edits) {
            let Change::Open { attributes, .. } = &mut edit.change else { continue };
            let missing = wanted.iter().filter(|(key, _)| !attributes.iter().any(|(own, _)| own == key));
            let missing: Vec<_> = missing.cloned().collect();
            attributes.extend(missing);
        }
    }
}

/// The service that an obligation asks for, and what a facility of it must be; none where sites do not mend it.
fn asked(check: &Check) -> Option<(&str, Where)> {
    let (service, conditions) = match check {
        Check::Reach(reach) => (&reach.service, &reach.r#where),
        Check::Presence(presence) => (&presence.service, &presence.r#where),
        Check::Seats(seats) if seats.within.is_some() => (&seats.service, &seats.r#where),
        _ => return None,
    };
    Some((service.get_ref().as_str(), conditions.clone()))
}

fn not_mended(wanted: &str, check: &Check) -> Text {
    let kind = check.key();
    if let Check::Seats(_) = check {
        return say(
            format!(
                "`{wanted}` counts places wherever they are (`seats` without `within`), so that no site is better than another: give an obligation of `presence` or `reach`, one of `seats` with `within`, or a service"
            ),
            format!(
                "条款 {wanted}（seats，未设 within）只统计学位总数，与选址无关：请改用 presence、reach 或设有 within 的 seats 类条款，或直接给出服务"
            ),
        );
    }
    say(
        format!(
            "`{wanted}` is checked by `{kind}`, which sites alone do not mend: give an obligation of `presence` or `reach`, one of `seats` with `within`, or a service"
        ),
        format!(
            "条款 {wanted} 的核查方式为 {kind}，无法仅靠选址解决：请改用 presence、reach 或设有 within 的 seats 类条款，或直接给出服务"
        ),
    )
}

fn service_of(read: &ReadStudy, wanted: &str, service: &str, is_obligation: bool) -> Result<ServiceId, Text> {
    let facilities = &read.world.facilities;
    match facilities.service(service) {
        Some(service) => Ok(service),
        None if is_obligation => Err(say(
            format!(
                "the study holds no data on the service `{service}` that `{wanted}` asks for: what stands today is not known"
            ),
            format!("研究中没有条款 {wanted} 所需的“{service}”数据，现状未知"),
        )),
        None => {
            let services: Vec<&str> =
                facilities.services().values().iter().map(|service| service.key.as_str()).collect();
            let services = services.join(", ");
            let mended = |obligation: &&Obligation| asked(&obligation.check).is_some();
            let obligations = read.packs.iter().flat_map(|pack| &pack.obligations).filter(mended);
            let ids: Vec<&str> = obligations.map(|obligation| obligation.id.get_ref().as_str()).collect();
            let ids = ids.join(", ");
            Err(say(
                format!(
                    "`{wanted}` is neither an obligation nor a service of the study; obligations: {ids}; services: {services}"
                ),
                format!("“{wanted}”既不是条款编号，也不是研究中的服务；条款：{ids}；服务：{services}"),
            ))
        }
    }
}

/// The attribute that says how many persons a facility can serve: that of the obligation, or the one asked for.
fn capacity(world: &World, check: Option<&Check>, shared: &Shared<'_>) -> Result<Option<String>, Text> {
    let own = match check {
        Some(Check::Seats(seats)) => Some(seats.capacity.get_ref().as_str()),
        _ => None,
    };
    if let (Some(own), Some(asked)) = (own, shared.capacity)
        && own != asked
    {
        return Err(say(
            format!("the obligation counts places by `{own}`, not by `{asked}`: leave out --capacity"),
            format!("该条款按“{own}”统计容量，而非“{asked}”：请去掉 --capacity"),
        ));
    }
    let Some(key) = own.or(shared.capacity) else { return Ok(None) };
    match world.facilities.attribute(key) {
        Some(Column::Number(_)) => Ok(Some(key.to_owned())),
        // What an obligation asks for may be known of new sites alone.
        None if own.is_some() => Ok(Some(key.to_owned())),
        found => {
            let attributes = world.facilities.attributes().iter();
            let numbers = attributes.filter(|(_, column)| matches!(column, Column::Number(_)));
            let known: Vec<&str> = numbers.map(|(key, _)| key.as_str()).collect();
            let known = known.join(", ");
            let (en, zh) = match found {
                Some(_) => ("is no number", "不是数值"),
                None => ("is no attribute of the facilities", "不是设施的属性"),
            };
            Err(say(
                format!(
                    "`{key}` {en}, and says nothing of how many a facility can serve; attributes that are numbers: {known}"
                ),
                format!("“{key}”{zh}，无法作为容量；数值属性：{known}"),
            ))
        }
    }
}
