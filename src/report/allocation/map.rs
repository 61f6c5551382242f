//! The answer as a map: every place with its facility, the districts, the facilities.

use std::sync::Arc;

use geo::{Geometry, MultiPolygon, Point, unary_union};

use super::Allocation;
use crate::assess::allocation::persons;
use crate::model::{Boundary, Id, Proxy};
use crate::report::layers::{column, made, number, shapes, table, word};
use crate::write::{Holds, geojson};

enum Kind {
    /// A place: its position.
    Place(usize),
    /// The places of a facility, as one: its position.
    District(u32),
    /// A facility: its position.
    Facility(u32),
}

struct Feature {
    kind: Kind,
    /// The facility, and the others of a place that is parted, most persons first.
    sites: Vec<(u32, u64)>,
    persons: u64,
    /// The mean for a person.
    cost: Option<f64>,
    shape: Option<Geometry<f64>>,
}

/// The file.
pub(super) fn write(of: &Allocation<'_>) -> Vec<u8> {
    let world = of.asked.world;
    let features = Arc::new(features(of));
    let text = |value: fn(&Feature, &Allocation<'_>) -> String| {
        let features = Arc::clone(&features);
        move |row: usize| made(value(&features[row], of))
    };
    let figure = |value: fn(&Feature, &Allocation<'_>) -> Option<f64>| {
        let features = Arc::clone(&features);
        move |row: usize| number(value(&features[row], of))
    };
    let columns = vec![
        column("kind", Holds::Text, {
            let features = Arc::clone(&features);
            move |row| {
                word(Some(match features[row].kind {
                    Kind::Place(_) => "place",
                    Kind::District(_) => "district",
                    Kind::Facility(_) => "facility",
                }))
            }
        }),
        column(
            "code",
            Holds::Text,
            text(|feature, of| match feature.kind {
                Kind::Place(place) => of.task.places[place].label.clone(),
                Kind::District(site) | Kind::Facility(site) => of.code(site).to_owned(),
            }),
        ),
        column(
            "name",
            Holds::Text,
            text(|feature, of| match feature.kind {
                Kind::Place(place) => {
                    of.task.places[place].area.map_or_else(String::new, |area| of.asked.world.areas[area].name.clone())
                }
                Kind::District(site) | Kind::Facility(site) => of.name(site).to_owned(),
            }),
        ),
        column(
            "facility",
            Holds::Text,
            text(|feature, of| feature.sites.first().map_or_else(String::new, |&(site, _)| of.code(site).to_owned())),
        ),
        column(
            "facility_name",
            Holds::Text,
            text(|feature, of| feature.sites.first().map_or_else(String::new, |&(site, _)| of.name(site).to_owned())),
        ),
        column("parted", Holds::Text, text(parted)),
        column("persons", Holds::Number, figure(|feature, _| Some(persons(feature.persons)))),
        column("cost", Holds::Number, figure(|feature, _| feature.cost)),
        column(
            "capacity",
            Holds::Number,
            figure(|feature, of| match feature.kind {
                Kind::Place(_) => None,
                Kind::District(site) | Kind::Facility(site) => of.task.sites[site as usize].capacity,
            }),
        ),
        column(
            "nearest",
            Holds::Number,
            figure(|feature, of| match feature.kind {
                Kind::Place(_) => None,
                Kind::District(site) | Kind::Facility(site) => Some(persons(of.loads[site as usize].nearest)),
            }),
        ),
        column(
            "over_full_by",
            Holds::Number,
            figure(|feature, of| match feature.kind {
                Kind::Place(_) => None,
                Kind::District(site) | Kind::Facility(site) => of.over_full(site),
            }),
        ),
        column("boundary", Holds::Text, text(boundary)),
        column("illustrative", Holds::Flag, move |_| crate::write::Value::Flag(world.is_illustrative())),
    ];
    let shape = {
        let features = Arc::clone(&features);
        move |row: usize| features[row].shape.clone()
    };
    let layer = crate::write::Layer { shapes: shapes(shape), ..table("assign", features.len(), columns) };
    let head = serde_json::json!({
        "name": "assign",
        "study": world.name,
        "service": of.asked.service,
        "illustrative": world.is_illustrative(),
        "estimated": of.is_estimated(),
        "proxy": world.people.proxy.map(Proxy::key),
    });
    let mut bytes = Vec::new();
    let head = head.as_object().expect("it is an object");
    geojson::write(&layer, head, &mut bytes).expect("memory can be written to");
    bytes
}

/// The facilities of a place that has several, with how many persons go to each.
fn parted(feature: &Feature, of: &Allocation<'_>) -> String {
    if feature.sites.len() < 2 {
        return String::new();
    }
    let part = |&(site, amount): &(u32, u64)| format!("{} {}", of.code(site), persons(amount));
    feature.sites.iter().map(part).collect::<Vec<_>>().join("; ")
}

/// Whether the boundary of a place is official; for a district whether that of all its places is.
fn boundary(feature: &Feature, of: &Allocation<'_>) -> String {
    if !matches!(feature.shape, Some(Geometry::MultiPolygon(_))) {
        return String::new();
    }
    let is_estimated = |place: usize| {
        let area = of.task.places[place].area;
        area.is_some_and(|area| matches!(of.asked.world.areas[area].boundary, Boundary::Estimated(_)))
    };
    let estimated = match feature.kind {
        Kind::Place(place) => is_estimated(place),
        Kind::District(_) => of.is_estimated(),
        Kind::Facility(_) => return String::new(),
    };
    if estimated { "estimated" } else { "official" }.to_owned()
}

fn features(of: &Allocation<'_>) -> Vec<Feature> {
    let (world, task) = (of.asked.world, of.task);
    let mut n_in_area = vec![0_usize; world.areas.len()];
    task.places.iter().filter_map(|place| place.area).for_each(|area| n_in_area[area.index()] += 1);
    // The polygon of an area that is one place.
    let polygon = |place: usize| -> Option<&MultiPolygon<f64>> {
        let area = task.places[place].area.filter(|area| n_in_area[area.index()] == 1)?;
        world.areas[area].boundary.polygon().filter(|polygon| polygon.iter().any(|p| 4 <= p.exterior().0.len()))
    };
    let mut sites: Vec<Vec<(u32, u64)>> = vec![Vec::new(); task.places.len()];
    let mut costs = vec![0.0; task.places.len()];
    let mut site_costs = vec![0.0; task.sites.len()];
    for flow in of.flows {
        sites[flow.demand as usize].push((flow.site, flow.amount));
        costs[flow.demand as usize] += persons(flow.amount) * flow.cost;
        site_costs[flow.site as usize] += persons(flow.amount) * flow.cost;
    }
    for (place, own) in sites.iter_mut().enumerate() {
        let as_a_whole = of.site_of.and_then(|site_of| site_of[place]).filter(|_| own.is_empty());
        own.extend(as_a_whole.map(|site| (site, 0)));
        own.sort_by_key(|&(site, amount)| (std::cmp::Reverse(amount), site));
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); task.sites.len()];
    let mut features = Vec::new();
    for (place, own) in sites.into_iter().enumerate() {
        if let Some(&(site, _)) = own.first() {
            members[site as usize].push(place);
        }
        let row = &task.places[place];
        let at = row.point.and_then(|point| world.people.places[point]);
        let at = at.or_else(|| world.areas[row.area?].place);
        let served: u64 = own.iter().map(|&(_, amount)| amount).sum();
        features.push(Feature {
            kind: Kind::Place(place),
            persons: task.demand[place],
            cost: (0 < served).then(|| costs[place] / persons(served)),
            shape: polygon(place).cloned().map(Geometry::MultiPolygon).or(at.map(|at| Geometry::Point(Point(at)))),
            sites: own,
        });
    }
    for (site, members) in (0_u32..).zip(&members) {
        let polygons: Vec<&MultiPolygon<f64>> = members.iter().filter_map(|&place| polygon(place)).collect();
        let load = &of.loads[site as usize];
        let cost = (0 < load.amount).then(|| site_costs[site as usize] / persons(load.amount));
        let feature = |kind: Kind, shape: Option<Geometry<f64>>| Feature {
            kind,
            sites: vec![(site, load.amount)],
            persons: load.amount,
            cost,
            shape,
        };
        if !polygons.is_empty() {
            features.push(feature(Kind::District(site), Some(Geometry::MultiPolygon(unary_union(polygons)))));
        }
        let place = world.facilities[task.sites[site as usize].facility].place;
        features.push(feature(Kind::Facility(site), place.map(|place| Geometry::Point(Point(place)))));
    }
    features
}
