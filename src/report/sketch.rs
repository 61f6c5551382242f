//! An assessment small enough to draw, with every output's cases in it, for tests.
//!
//! district 金州区: streets 光明街道 (kindergartens), 登沙河街道 (none), 华家街道 (one of unknown ownership, no place);
//! the places of the first two have estimated square boundaries, wound the wrong way round, with a hole.

use std::io::{self, Write};
use std::sync::Arc;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::assess::{Findings, Only, assess};
use crate::model::sketch::Sketch;
use crate::model::{Areas, Boundary, CrsFrom, FacilityId, Id, Layer, Source, Text, World};
use crate::rules::Pack;
use crate::rules::finding::{
    Evidence, Finding, LedgerEntry, Of, Quantity, Remark, Required, Subject, Threshold, Unit, Verdict,
};
use crate::space::TravelMatrix;

const PACK: &str = include_str!("sketch.toml");

/// What is written.
pub(super) fn bytes(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory can be written to");
    bytes
}

pub(super) fn pack() -> Arc<Pack> {
    Arc::new(Pack::from_toml("seeds/sketch.toml", PACK).expect("the test's pack is well formed"))
}

/// The study; names are as given, so that a test can put in anything.
pub(super) fn world_named(names: [&str; 4], facility: &str) -> World {
    let world = Sketch::new(&["district", "street"])
        .area("district", "210213", None, None, &[])
        .area("street", "210213001", Some("210213"), Some((0.0, 0.0)), &[("kind", "urban")])
        .area("street", "210213002", Some("210213"), Some((6.0, 0.0)), &[("kind", "rural")])
        .area("street", "210213003", Some("210213"), None, &[])
        .facility(
            "kindergarten",
            "K1",
            Some("210213001"),
            Some((0.0, 0.0)),
            &[("ownership", "public"), ("beds", "3.5")],
        )
        .facility("kindergarten", "K2", Some("210213003"), None, &[])
        .facility("school", "S1", Some("210213001"), Some((0.5, 0.0)), &[("opened", "2019-09-01")])
        .facility("school", "S2", Some("210213002"), Some((6.5, 0.0)), &[])
        .people(Some("210213001"), None, &[("residents", 9000.0)])
        .people(Some("210213002"), None, &[("residents", 3400.0)])
        .people(Some("210213003"), None, &[])
        .world();
    let areas = world.areas.iter().map(|(id, area)| {
        let mut area = area.clone();
        area.name = names[id.index()].to_owned();
        area.boundary = match area.place {
            Some(place) => Boundary::Estimated(clockwise_with_hole(place)),
            None => Boundary::None,
        };
        area
    });
    let areas = Areas::new(world.areas.levels().clone(), areas.collect(), world.areas.attributes().clone());
    let rows = world.facilities.iter().map(|(_, row)| {
        let mut row = row.clone();
        row.name = format!("{facility}{}", row.code);
        row
    });
    let services = world.facilities.services().values().iter().map(|service| service.key.clone()).collect();
    let facilities = crate::model::Facilities::new(
        rows.collect(),
        services,
        world.facilities.attributes().clone(),
        std::collections::BTreeMap::new(),
    );
    let source = Source {
        file: "illustrative/facilities.csv".to_owned(),
        layer: Layer::Facilities,
        sha256: "00".repeat(32),
        sidecars: Vec::new(),
        features: false,
        rows: 4,
        illustrative: true,
        proxy: None,
        crs: "EPSG:4326".to_owned(),
        crs_from: Some(CrsFrom::Study),
    };
    World {
        name: Text { en: "Jinzhou, a sketch".to_owned(), zh: "金州区（示意）".to_owned() },
        areas: Arc::new(areas),
        facilities: Arc::new(facilities),
        sources: Arc::new(vec![source].into()),
        ..world
    }
}

fn clockwise_with_hole(at: Coord<f64>) -> MultiPolygon<f64> {
    let square = |half: f64| {
        let corners = [(-half, -half), (-half, half), (half, half), (half, -half), (-half, -half)];
        LineString::from_iter(corners.map(|(x, y)| Coord { x: at.x + x / 3.0, y: at.y + y / 3.0 }))
    };
    let mut hole = square(0.01);
    hole.0.reverse();
    MultiPolygon::new(vec![Polygon::new(square(0.05), vec![hole])])
}

pub(super) fn world() -> World {
    world_named(["金州区", "光明街道", "登沙河街道", "华家街道"], "")
}

/// The findings: presence and notes as they are judged, the others put in by hand.
pub(super) fn findings(world: &World) -> Findings {
    let travel = TravelMatrix::compute(world, &Default::default());
    let mut findings = assess(world, &travel, &[pack()], &Only::default());
    for assessed in &mut findings.findings {
        let pack = &findings.packs[assessed.pack];
        match pack.obligations[assessed.obligation].id.get_ref().as_str() {
            "edu.inclusive-share" => assessed.finding = share(),
            "edu.no-large-classes" => assessed.finding = ceiling(),
            _ => {}
        }
    }
    findings
}

fn share() -> Finding {
    let why = crate::rules::finding::Reason::Undecided { low: 0.3, high: f64::INFINITY };
    Finding {
        observed: Some(Quantity { value: 0.3, unit: Unit::Share }),
        required: Some(Required { threshold: Threshold::AtLeast(0.8), unit: Unit::Share }),
        remarks: vec![Remark::ShareOf { part: "ownership = public".to_owned(), low: 0.25, high: 0.5 }],
        ..Finding::bare(Verdict::unknown(why))
    }
}

fn ceiling() -> Finding {
    let facility = |index, verdict, observed, shortfall| Subject {
        of: Of::Facility(FacilityId::new(index)),
        verdict,
        observed: Some(observed),
        shortfall,
        evidence: Evidence::default(),
    };
    let entry = LedgerEntry {
        facility: FacilityId::new(2),
        value: Some(66.0),
        over: Some(11.0),
        grade: Some("super-large".to_owned()),
        since: Some(2018),
        struck_off: None,
    };
    let solved = LedgerEntry {
        facility: FacilityId::new(3),
        value: Some(50.0),
        over: None,
        grade: None,
        since: Some(2015),
        struck_off: Some(2019),
    };
    let schools = Unit::Facilities { service: "school".to_owned() };
    Finding {
        observed: Some(Quantity { value: 1.0, unit: schools.clone() }),
        required: Some(Required { threshold: Threshold::AtMost(0.0), unit: schools.clone() }),
        margin: Some(Quantity { value: -1.0, unit: schools }),
        subject_unit: Some(Unit::Attribute("largest-class".to_owned())),
        shortfall_unit: Some(Unit::Attribute("largest-class".to_owned())),
        shortfall: Some(11.0),
        subjects: vec![facility(2, Verdict::Unmet, 66.0, Some(11.0)), facility(3, Verdict::Met, 50.0, None)],
        ledger: vec![entry, solved],
        ..Finding::bare(Verdict::Unmet)
    }
}
