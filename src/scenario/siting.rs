//! Candidate sites of a study as a siting problem: who is served where today, and what each candidate offers.
//!
//! All facilities that stand today are one site that stays open, with the nearest of them as its offer: however many they
//! are, they cost the search no more than one candidate.

use crate::model::{AreaId, FacilityId, GroupId, Id, LevelId, PointId, ServiceId};
use crate::rules::finding::{Finding, Of};
use crate::rules::select::Where;
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

/// A siting problem over the candidates of a stage: site 0 is all that stands today, site `n + 1` is scenario `n`.
#[derive(Debug)]
pub struct Task {
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
    /// Areas that lack more than one facility, which no single site mends.
    pub n_lacking_more: usize,
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
        }),
        Check::Presence(presence) => Some(Need {
            service: service(presence.service.get_ref())?,
            conditions: &presence.r#where,
            group,
            serves: Serves::Areas(stage.world().areas.level(presence.in_each.get_ref())?),
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
        let is_sure = |facility| selection.as_ref().is_some_and(|selection| selection.is_sure(facility));
        let mut points: Vec<(PointId, f64)> = Vec::new();
        let mut without = 0.0;
        for point in people.places.ids() {
            let persons = people.persons(need.group, point).unwrap_or(0.0);
            match self.travel().knows_point(point) {
                true if 0.0 < persons => points.push((point, persons)),
                _ => without += persons,
            }
        }
        if points.is_empty() {
            return Err(NoTask::NoDemand);
        }
        let limit = match need.serves {
            Serves::Within(limit) => limit.get(),
            _ => f64::INFINITY,
        };
        let today: Vec<f64> = points
            .iter()
            .map(|&(point, _)| {
                let nearest = self.travel().nearest_to_point(point, need.service, is_sure);
                nearest.map_or(f64::INFINITY, |(_, cost)| cost.get())
            })
            .collect();
        let mut offers: Vec<Offer> = Vec::new();
        let offer = |demand: usize, site: usize, cost: f64| Offer { demand: demand as u32, site: site as u32, cost };
        let now = today.iter().enumerate().filter(|&(_, &cost)| cost <= limit && cost.is_finite());
        offers.extend(now.map(|(demand, &cost)| offer(demand, 0, cost)));
        for scenario in 0..self.scenarios().len() {
            let Some(facility) = self.candidate(scenario) else { continue };
            let cost = self.travel().to_facility(facility);
            for (demand, &(point, _)) in points.iter().enumerate() {
                // Who is served as near today gains nothing there.
                let better = cost(point).map(Cost::get).filter(|&cost| cost <= limit && cost < today[demand]);
                offers.extend(better.map(|cost| offer(demand, scenario + 1, cost)));
            }
            if MOST_OFFERS < offers.len() {
                return Err(NoTask::TooManyOffers);
            }
        }
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
        Ok(Task {
            offers: Offers::new(points.len(), self.scenarios().len() + 1, &offers),
            persons: points.iter().map(|&(_, persons)| persons).collect(),
            names: points.iter().map(name).collect(),
            without,
            cut_off,
            n_unsure: selection.map_or(0, |selection| selection.maybe.len()),
            n_lacking_more: 0,
        })
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
            n_lacking_more: more.len(),
        })
    }

    fn label(&self, area: AreaId) -> String {
        let area = &self.world().areas[area];
        format!("{} {}", area.code, area.name)
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
