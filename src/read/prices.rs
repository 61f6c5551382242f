//! A list of prices to what edits cost: one row a price, for an edit, a service, or both.

use std::path::Path;

use super::columns::{Columns, structural};
use super::problem::{Problems, say};
use super::table::Wish;
use super::vocabulary::{normalise, vocabulary};
use super::{ReadStudy, input, number, read_table, split};
use crate::model::{FacilityId, Id, ServiceId, World};
use crate::scenario::{Change, Edit, Given};

/// Prices of edits, in the unit of the file.
#[derive(Clone, Debug)]
pub struct Prices {
    rows: Vec<Price>,
    /// The file, with SHA-256 in hexadecimal.
    pub file: (String, String),
}

#[derive(Clone, Debug, PartialEq)]
struct Price {
    /// For this edit; for any if there is none.
    verb: Option<String>,
    /// For this service; for any if there is none.
    service: Option<ServiceId>,
    /// For each unit of this attribute that the edit adds; for the edit if there is none.
    per: Option<String>,
    cost: f64,
}

impl Price {
    /// How closely it names an edit; `None` where it is not for it.
    fn fits(&self, verb: &str, service: ServiceId) -> Option<u8> {
        let verb = self.verb.as_ref().map(|own| own == verb);
        let service = self.service.map(|own| own == service);
        let fits = verb != Some(false) && service != Some(false);
        fits.then(|| u8::from(verb.is_some()) + 2 * u8::from(service.is_some()))
    }
}

/// Why an edit has no price.
#[derive(Clone, Debug, PartialEq)]
pub enum NoPrice {
    /// No row is for it.
    NotListed,
    /// The price is for each unit of an attribute, and the edit does not say how much of it there is.
    NoAmount(String),
}

impl Prices {
    /// What an edit of a facility costs: the rows that name it most closely, added up.
    ///
    /// # Errors
    /// [`NoPrice`] where no row is for it, or the amount is missing that a row is per.
    pub fn of(&self, world: &World, edit: &Edit) -> Result<f64, NoPrice> {
        let service = match &edit.change {
            Change::Open { facility, .. } => Some(facility.service),
            Change::Close { facility } | Change::Alter { facility, .. } => Some(world.facilities[*facility].service),
            _ => None,
        };
        let service = service.ok_or(NoPrice::NotListed)?;
        let verb = edit.change.verb();
        let closest = self.rows.iter().filter_map(|price| price.fits(verb, service)).max().ok_or(NoPrice::NotListed)?;
        let rows = self.rows.iter().filter(|price| price.fits(verb, service) == Some(closest));
        rows.map(|price| match &price.per {
            None => Ok(price.cost),
            Some(key) => added(world, &edit.change, key)
                .map(|amount| price.cost * amount)
                .ok_or_else(|| NoPrice::NoAmount(key.clone())),
        })
        .sum()
    }
}

/// How much of an attribute an edit adds; what it takes away is no less to pay.
fn added(world: &World, change: &Change, key: &str) -> Option<f64> {
    let given = |attributes: &[(String, Given)]| {
        attributes.iter().find_map(|(own, given)| match given {
            Given::Number(number) if own == key => Some(*number),
            _ => None,
        })
    };
    let now = |facility: FacilityId| world.facilities.attribute(key).and_then(|column| column.number(facility.index()));
    match change {
        Change::Open { attributes, .. } => given(attributes),
        Change::Alter { facility, attributes, .. } => match given(attributes) {
            Some(after) => Some((after - now(*facility)?).max(0.0)),
            None => Some(0.0),
        },
        _ => Some(0.0),
    }
}

const PER: [&str; 5] = ["per", "unit", "计价单位", "单位", "按"];

/// Reads a list of prices; all problems are noted, and none is given back then.
pub fn read_prices(path: &Path, study: &ReadStudy, problems: &mut Problems) -> Option<Prices> {
    let (file, layer) = split(Path::new(""), path.to_str()?);
    let file = Path::new(file);
    let input = input::read_given(file, problems)?;
    let sha256 = input.sha256().map_err(|error| input.unreadable(&error, problems)).ok()?;
    let table = read_table(&input, &Wish { layer: layer.map(str::to_owned), ..Wish::default() }, problems)?;
    let role = |header: &str| {
        let per = PER.contains(&normalise(header).as_str()).then(|| "per".to_owned());
        let own = vocabulary().scenario_column(header).map(str::to_owned);
        own.or(per).or_else(|| structural(header).filter(|key| key == "service"))
    };
    let columns = Columns::new(&table, &Default::default(), &role, problems);
    if !columns.require("cost", problems) {
        return None;
    }
    let mut rows: Vec<(Price, u32)> = Vec::new();
    for row in 0..table.n_rows {
        let mut wrong = |code, what, help| problems.error(code, &table.file, table.at(row), what, help);
        let cell = |key: &str| columns.cell(key, row);
        let cost = number(cell("cost")).filter(|cost| 0.0 <= *cost);
        if cost.is_none() {
            let cell = cell("cost");
            wrong(
                "bad-cost",
                say(format!("`{cell}` is no cost"), format!("“{cell}”不是有效费用")),
                say("give a number, 0 or more", "请填写不小于 0 的数字"),
            );
        }
        let verb = vocabulary().edit(cell("edit")).map(str::to_owned);
        if verb.is_none() && !cell("edit").is_empty() {
            let cell = cell("edit");
            wrong(
                "unknown-edit",
                say(format!("`{cell}` is no edit that is known"), format!("无法识别的操作“{cell}”")),
                say("edits: open, close, resize, move, convert", "可用的操作：新建、关闭、扩建、迁建、转制"),
            );
            continue;
        }
        let service = service(study, cell("service"));
        if service.is_none() && !cell("service").is_empty() {
            let (cell, known) = (cell("service"), services(study));
            wrong(
                "unknown-service",
                say(format!("the study holds no data on the service `{cell}`"), format!("研究中没有“{cell}”的数据")),
                say(format!("services of the study: {known}"), format!("研究中的服务：{known}")),
            );
            continue;
        }
        let per = Some(cell("per")).filter(|per| !per.is_empty());
        let per = per.map(|per| vocabulary().attribute(per).unwrap_or(per).to_owned());
        let Some(cost) = cost else { continue };
        let price = Price { verb, service, per, cost };
        let same = |(other, _): &&(Price, u32)| Price { cost, ..other.clone() } == price;
        if let Some((_, first)) = rows.iter().find(same) {
            wrong(
                "duplicate-price",
                say(format!("row {first} gives this price already"), format!("第 {first} 行已给出同一价格")),
                say("leave one of the two", "请只保留一行"),
            );
        }
        rows.push((price, table.number(row)));
    }
    let rows = rows.into_iter().map(|(price, _)| price).collect();
    (!problems.has_errors()).then_some(Prices { rows, file: (input.name, sha256) })
}

fn service(study: &ReadStudy, cell: &str) -> Option<ServiceId> {
    let facilities = &study.world.facilities;
    let labels = || study.packs.iter().flat_map(|pack| &pack.services);
    let called = labels().find(|(_, label)| label.zh == cell || label.en.eq_ignore_ascii_case(cell));
    let by_label = || called.and_then(|(key, _)| facilities.service(key));
    facilities.service(cell).or_else(|| facilities.service(vocabulary().service(cell))).or_else(by_label)
}

fn services(study: &ReadStudy) -> String {
    let keys: Vec<&str> =
        study.world.facilities.services().values().iter().map(|service| service.key.as_str()).collect();
    keys.join(", ")
}
