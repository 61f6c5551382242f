//! Candidate sites of a study as a siting problem: who is served where today, and what each candidate offers.
//!
//! Where sites serve all who come, all facilities that stand today are one site that stays open, with the nearest of them as
//! its offer: however many they are, they cost the search no more than one candidate. Where each serves only so many, each
//! is a site of its own.

use std::collections::HashMap;

use crate::access::assignment::{ones, thousandths};
use crate::assess::limits;
use crate::model::{AreaId, FacilityId, GroupId, Id, LevelId, PointId, ServiceId};
use crate::rules::finding::{Finding, Of};
use crate::rules::select::{Selection, Where};
use crate::rules::{Case, Check, Detail, Verdict};
use crate::siting::{Offer, Offers};
use crate::units::Cost;

use super::stage::Stage;

/// What new sites are for.
#[derive(Clone, Debug)]
pub struct Need<'a> {
    /// The service.
    pub service: ServiceId,
    /// What a facility must be to count, by its attributes.
    pub conditions: &'a Where,
    /// Whom it is for; those whose persons weigh.
    pub group: GroupId,
    /// Whom a site serves.
    pub serves: Serves,
    /// The attribute that says how many persons a facility can serve; without one each serves all who come.
    pub capacity: Option<&'a str>,
}

/// Whom a site serves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Serves {
    /// Anyone, at the cost of getting there.
    Anyone,
    /// Those within a distance or a time, in the unit of the study's costs.
    Within(Cost),
    /// The area of a level that holds it, if it lacks just one facility.
    Areas(LevelId),
}

impl Serves {
    /// The dearest cost at which a site serves; infinite where that is not limited.
    pub fn limit(self) -> f64 {
        match self {
            Self::Within(limit) => limit.get(),
            Self::Anyone => f64::INFINITY,
            // A site costs nothing to those whom it serves.
            Self::Areas(_) => 0.0,
        }
    }
}

/// A siting problem over the candidates of a stage: first what stands today, then the scenarios in their order.
#[derive(Debug)]
pub struct Task {
    /// The facilities that stand, each a site; none where one site stands for all of them.
    pub standing: Option<Vec<FacilityId>>,
    /// Persons whom each site can serve, where that is limited.
    pub capacity: Option<Vec<f64>>,
    /// What each site offers to each demand; costs are in the unit of the study, or 0 where a site serves areas.
    pub offers: Offers,
    /// Persons at each demand.
    pub persons: Vec<f64>,
    /// What each demand is, to show.
    pub names: Vec<String>,
    /// Persons who are left out: nobody knows what it costs from where they are.
    pub without: f64,
    /// Persons who are left out since they reach neither what stands today nor any candidate.
    pub cut_off: f64,
    /// Facilities of which it is not known whether they count: they are taken not to.
    pub n_unsure: usize,
    /// Facilities that stand and do not say how many they can serve: they are taken to serve nobody.
    pub n_unmeasured: usize,
    /// Areas that lack more than one facility, which no single site mends.
    pub n_lacking_more: usize,
}

impl Task {
    /// How many of the first sites stand today.
    pub fn n_standing(&self) -> usize {
        self.standing.as_ref().map_or(1, Vec::len)
    }

    /// The scenario that a site is; none for one that stands today.
    pub fn scenario(&self, site: u32) -> Option<usize> {
        (site as usize).checked_sub(self.n_standing())
    }
}

/// More offers than this are not held in memory: 32 bytes each while they are put in order.
pub const MOST_OFFERS: usize = 100_000_000;

/// Why candidates are no siting problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoTask {
    /// There would be more than [`MOST_OFFERS`].
    TooManyOffers,
    /// No demand has a person and a place, or none reaches any site.
    NoDemand,
}

/// What a check asks of new sites; `None` for one that sites cannot mend.
pub fn need<'a>(stage: &Stage, check: &'a Check, group: GroupId) -> Option<Need<'a>> {
    let service = |key: &str| stage.world().facilities.service(key);
    match check {
        Check::Reach(reach) => Some(Need {
            service: service(reach.service.get_ref())?,
            conditions: &reach.r#where,
            group,
            serves: Serves::Within(reach.within),
            capacity: None,
        }),
        Check::Seats(seats) => Some(Need {
            service: service(seats.service.get_ref())?,
            conditions: &seats.r#where,
            group,
            serves: Serves::Within(seats.within?),
            capacity: Some(seats.capacity.get_ref()),
        }),
        Check::Presence(presence) => Some(Need {
            service: service(presence.service.get_ref())?,
            conditions: &presence.r#where,
            group,
            serves: Serves::Areas(stage.world().areas.level(presence.in_each.get_ref())?),
            capacity: None,
        }),
        _ => None,
    }
}

impl Stage {
    /// The candidates, each a scenario of one new facility, as a siting problem; `found` is what the obligation that they
    /// are for is found to be today, if there is one.
    ///
    /// # Errors
    /// [`NoTask`] says why there is none.
    pub fn task(&self, need: &Need<'_>, found: Option<&Finding>) -> Result<Task, NoTask> {
        match need.serves {
            Serves::Areas(level) => self.of_areas(level, found),
            Serves::Anyone | Serves::Within(_) => self.of_people(need),
        }
    }

    fn candidate(&self, scenario: usize) -> Option<FacilityId> {
        self.facilities_of(scenario).1.first().copied()
    }

    fn of_people(&self, need: &Need<'_>) -> Result<Task, NoTask> {
        let people = &self.world().people;
        let case = Case { world: self.world(), travel: self.travel(), detail: Detail::Figures };
        let key = &self.world().facilities.services()[need.service].key;
        let selection = case.select(key, need.conditions).ok();
        // Places are given out by the thousandth, as the check of them does.
        let counted = |persons: f64| if need.capacity.is_some() { ones(thousandths(persons)) } else { persons };
        let mut points: Vec<(PointId, f64)> = Vec::new();
        let mut without = 0.0;
        for point in people.places.ids() {
            let persons = counted(people.persons(need.group, point).unwrap_or(0.0));
            match self.travel().knows_point(point) {
                true if 0.0 < persons => points.push((point, persons)),
                _ => without += persons,
            }
        }
        if points.is_empty() {
            return Err(NoTask::NoDemand);
        }
        let amounts = need.capacity.map(|key| case.amounts(key));
        let standing = amounts.is_some().then(|| selection.as_ref().map_or_else(Vec::new, |found| found.yes.clone()));
        let n_standing = standing.as_ref().map_or(1, Vec::len);
        let candidates = (0..self.scenarios().len()).map(|scenario| self.candidate(scenario));
        let sites: Vec<Option<FacilityId>> = standing.iter().flatten().copied().map(Some).chain(candidates).collect();
        let room = |site: &Option<FacilityId>| site.and_then(|id| amounts.as_ref()?.of(id));
        let capacity: Option<Vec<f64>> =
            amounts.is_some().then(|| sites.iter().map(|site| room(site).map_or(0.0, counted)).collect());
        let mut offers = match (&capacity, selection.as_ref()) {
            (Some(capacity), _) => self.of_each(need, &points, &sites, capacity)?,
            (None, selection) => self.of_nearest(need, &points, selection)?,
        };
        // Where there is no limit everyone is to be served: whom no site can serve would leave no answer.
        let cut_off = match need.serves {
            Serves::Within(_) => 0.0,
            _ => leave_out_cut_off(&mut points, &mut offers),
        };
        if points.is_empty() {
            return Err(NoTask::NoDemand);
        }
        let name = |&(point, _): &(PointId, f64)| {
            let n = point.index() + 1;
            people.areas[point].map_or_else(|| format!("#{n}"), |area| format!("{} #{n}", self.label(area)))
        };
        let lacks_capacity = |id: &&FacilityId| room(&Some(**id)).is_none();
        Ok(Task {
            offers: Offers::new(points.len(), n_standing + self.scenarios().len(), &offers),
            persons: points.iter().map(|&(_, persons)| persons).collect(),
            names: points.iter().map(name).collect(),
            without,
            cut_off,
            n_unsure: selection.map_or(0, |selection| selection.maybe.len()),
            n_unmeasured: standing.iter().flatten().filter(lacks_capacity).count(),
            n_lacking_more: 0,
            standing,
            capacity,
        })
    }

    /// What sites that serve all who come offer: of those that stand the nearest alone, of others what is nearer.
    fn of_nearest(
        &self,
        need: &Need<'_>,
        points: &[(PointId, f64)],
        selection: Option<&Selection>,
    ) -> Result<Vec<Offer>, NoTask> {
        let limit = need.serves.limit();
        let is_sure = |facility| selection.is_some_and(|selection| selection.is_sure(facility));
        let today: Vec<f64> = points
            .iter()
            .map(|&(point, _)| {
                let nearest = self.travel().nearest_to_point(point, need.service, is_sure);
                nearest.map_or(f64::INFINITY, |(_, cost)| cost.get())
            })
            .collect();
        let now = (0..).zip(&today).filter(|&(_, &cost)| cost <= limit && cost.is_finite());
        let mut offers: Vec<Offer> = now.map(|(demand, &cost)| Offer { demand, site: 0, cost }).collect();
        let near = Near::new(self, need, points);
        for scenario in 0..self.scenarios().len() {
            let Some(facility) = self.candidate(scenario) else { continue };
            // Who is served as near today gains nothing there.
            let nearer = |demand: usize, cost: f64| cost <= limit && cost < today[demand];
            near.offer(&mut offers, (scenario + 1, facility), nearer)?;
        }
        Ok(offers)
    }

    /// What sites that serve only so many offer; nothing where they serve nobody.
    fn of_each(
        &self,
        need: &Need<'_>,
        points: &[(PointId, f64)],
        sites: &[Option<FacilityId>],
        capacity: &[f64],
    ) -> Result<Vec<Offer>, NoTask> {
        let limit = need.serves.limit();
        let near = Near::new(self, need, points);
        let mut offers = Vec::new();
        for (site, facility) in sites.iter().enumerate().filter(|&(site, _)| 0.0 < capacity[site]) {
            let Some(facility) = *facility else { continue };
            near.offer(&mut offers, (site, facility), |_, cost| cost <= limit)?;
        }
        Ok(offers)
    }

    fn of_areas(&self, level: LevelId, found: Option<&Finding>) -> Result<Task, NoTask> {
        let areas = &self.world().areas;
        let subjects = found.map(|finding| &finding.subjects[..]).unwrap_or_default();
        let lacking = subjects.iter().filter(|subject| subject.verdict == Verdict::Unmet);
        let lacking = lacking.filter_map(|subject| match subject.of {
            Of::Area(area) => Some((area, subject.shortfall?)),
            _ => None,
        });
        let (ones, more): (Vec<_>, Vec<_>) = lacking.partition(|&(_, shortfall)| shortfall <= 1.0);
        let ones: Vec<AreaId> = ones.into_iter().map(|(area, _)| area).collect();
        if ones.is_empty() {
            return Err(NoTask::NoDemand);
        }
        let mut offers = Vec::new();
        for scenario in 0..self.scenarios().len() {
            let Some(facility) = self.candidate(scenario) else { continue };
            let holder = self.world().facilities[facility].area.and_then(|area| areas.ancestor(area, level));
            let demand = holder.and_then(|holder| ones.iter().position(|&area| area == holder));
            let site = scenario as u32 + 1;
            offers.extend(demand.map(|demand| Offer { demand: demand as u32, site, cost: 0.0 }));
        }
        // An area of which nobody has counted the people weighs as if one lived there: it is to be served, but last.
        let persons = |&area: &AreaId| self.residents(area).filter(|&persons| 0.0 < persons).unwrap_or(1.0);
        Ok(Task {
            offers: Offers::new(ones.len(), self.scenarios().len() + 1, &offers),
            persons: ones.iter().map(persons).collect(),
            names: ones.iter().map(|&area| self.label(area)).collect(),
            without: 0.0,
            cut_off: 0.0,
            n_unsure: 0,
            n_unmeasured: 0,
            n_lacking_more: more.len(),
            standing: None,
            capacity: None,
        })
    }

    fn label(&self, area: AreaId) -> String {
        let area = &self.world().areas[area];
        format!("{} {}", area.code, area.name)
    }
}

/// Who is near a facility, at what cost.
struct Near<'a> {
    stage: &'a Stage,
    points: &'a [(PointId, f64)],
    /// The demand of each point; `None` where a site may serve those who are beyond its catchment, so that all are asked.
    demands: Option<HashMap<PointId, u32>>,
}

impl<'a> Near<'a> {
    fn new(stage: &'a Stage, need: &Need<'_>, points: &'a [(PointId, f64)]) -> Self {
        let measured = limits(stage.world(), stage.packs()).get(&need.service).copied();
        let is_measured = measured.is_some_and(|measured| need.serves.limit() <= measured.get());
        let demands = is_measured.then(|| points.iter().map(|&(point, _)| point).zip(0..).collect());
        Self { stage, points, demands }
    }

    /// Adds what a site offers to those to whom it does.
    fn offer(
        &self,
        offers: &mut Vec<Offer>,
        (site, facility): (usize, FacilityId),
        is_offered: impl Fn(usize, f64) -> bool,
    ) -> Result<(), NoTask> {
        let travel = self.stage.travel();
        let offer = |demand: u32, cost: f64| {
            is_offered(demand as usize, cost).then_some(Offer { demand, site: site as u32, cost })
        };
        match &self.demands {
            Some(demands) => {
                let near = travel.catchment(facility).iter();
                offers.extend(near.filter_map(|(point, cost)| offer(*demands.get(&point)?, cost)));
            }
            None => {
                let cost = travel.to_facility(facility);
                let all = (0..).zip(self.points);
                offers.extend(all.filter_map(|(demand, &(point, _))| offer(demand, cost(point)?.get())));
            }
        }
        if MOST_OFFERS < offers.len() { Err(NoTask::TooManyOffers) } else { Ok(()) }
    }
}

/// Takes out the demands to which no site offers anything; how many persons they are.
fn leave_out_cut_off(points: &mut Vec<(PointId, f64)>, offers: &mut [Offer]) -> f64 {
    let mut is_reached = vec![false; points.len()];
    offers.iter().for_each(|offer| is_reached[offer.demand as usize] = true);
    // What each keeps its place as among those that stay.
    let mut stay = 0;
    let position: Vec<u32> = is_reached
        .iter()
        .map(|&is_reached| {
            stay += u32::from(is_reached);
            stay.saturating_sub(1)
        })
        .collect();
    offers.iter_mut().for_each(|offer| offer.demand = position[offer.demand as usize]);
    let all = points.iter().zip(&is_reached);
    let cut_off = all.filter(|&(_, &is_reached)| !is_reached).map(|(&(_, persons), _)| persons).sum::<f64>();
    let mut reached = is_reached.iter();
    points.retain(|_| *reached.next().unwrap_or(&true));
    // The sum of nothing is -0.
    cut_off + 0.0
}

#[cfg(test)]
mod tests;
