//! A list of prices to what edits cost: one row a price, for an edit, a service, or both.

use std::path::Path;

use super::columns::{Columns, pieces, structural};
use super::document::nearest;
use super::problem::{At, Problems, say};
use super::table::{Table, Wish};
use super::vocabulary::{normalise, vocabulary};
use super::{ReadStudy, input, number, read_table, split};
use crate::model::{FacilityId, Id, ServiceId, Text, World};
use crate::scenario::{Change, Edit, Given, Scenario};

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
    /// A word that prices are per and that is no attribute of the study, of the scenarios, or known otherwise: by it what
    /// changes would cost nothing.
    pub fn foreign_per(&self, world: &World, scenarios: &[Scenario]) -> Option<&str> {
        let edits = || scenarios.iter().flat_map(|scenario| &scenario.edits);
        let is_given = |key: &str| edits().any(|edit| edit.change.given().iter().any(|(own, _)| own == key));
        let is_known = |key: &str| {
            vocabulary().attribute_type(key).is_some() || world.facilities.attribute(key).is_some() || is_given(key)
        };
        self.rows.iter().filter_map(|price| price.per.as_deref()).find(|key| !is_known(key))
    }

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
    let amount = change.given().iter().find_map(|(own, given)| match given {
        Given::Number(number) if own == key => Some(*number),
        _ => None,
    });
    let now = |facility: FacilityId| world.facilities.attribute(key).and_then(|column| column.number(facility.index()));
    match change {
        Change::Open { .. } => amount,
        Change::Alter { facility, .. } => match amount {
            Some(after) => Some((after - now(*facility)?).max(0.0)),
            None => Some(0.0),
        },
        _ => Some(0.0),
    }
}

/// The columns of a list of prices: each by its key, by its Chinese header, and by other headers that no other file has.
const COLUMNS: [(&str, &str, &[&str]); 5] = [
    ("edit", "操作", &[]),
    ("service", "服务", &[]),
    ("per", "计价单位", &["unit", "单位", "按"]),
    ("cost", "费用", &[]),
    // What a remark says is for people.
    ("remark", "备注", &["remarks", "note", "notes", "说明"]),
];

/// What a header stands for in a list of prices.
fn role(header: &str) -> Option<String> {
    let is_own = |key: &str, zh: &str, others: &[&str]| {
        let mut pieces = pieces(header).map(normalise);
        pieces.any(|piece| piece == key || piece == zh || others.contains(&piece.as_str()))
    };
    let own = COLUMNS.iter().find(|(key, zh, others)| is_own(key, zh, others)).map(|(key, ..)| (*key).to_owned());
    let known = vocabulary().scenario_column(header).map(str::to_owned).or_else(|| structural(header));
    own.or(known).filter(|key| COLUMNS.iter().any(|(own, ..)| own == key))
}

/// The headers that a list of prices may have.
fn headers() -> Text {
    say(
        "a list of prices has the columns cost, edit, service, per (an attribute, for each unit that the edit adds) and \
         remark; in Chinese 费用, 操作, 服务, 计价单位 (or 按), 备注",
        "价格表可用的列：费用、操作、服务、计价单位（或“按”，即按某属性的新增量计价）、备注；英文为 cost、edit、service、per、remark",
    )
}

/// Notes the columns that nobody knows: without one of them the prices would be others, and nobody would see it.
fn foreign_columns(table: &Table, columns: &Columns<'_>, problems: &mut Problems) {
    let is_taken = |header: &str| columns.iter().any(|(_, cells)| cells.header == header);
    let free: Vec<(&str, &str)> = COLUMNS
        .iter()
        .filter(|(key, ..)| *key != "remark" && columns.get(key).is_none())
        .map(|&(key, zh, _)| (key, zh))
        .collect();
    for (index, column) in table.columns.iter().enumerate() {
        let header = &column.header;
        let is_blank = header.is_empty() && column.iter().all(str::is_empty);
        if is_blank || is_taken(header) || role(header).is_some() {
            continue;
        }
        let like = nearest(&normalise(header), free.iter().flat_map(|&(key, zh)| [key, zh]));
        let like = like.and_then(|word| free.iter().find(|&&(key, zh)| key == word || zh == word));
        // A word of one letter is like no other: the one column that is not there may be meant.
        let like = like.or(if let [one] = free.as_slice() { Some(one) } else { None });
        let (en, zh) = match like {
            Some((en, zh)) => (format!("did you mean `{en}`? "), format!("是否应为“{zh}”？")),
            None => Default::default(),
        };
        let (n, all) = (index + 1, headers());
        problems.error(
            "unknown-column",
            &table.file,
            At::Column(header.clone()),
            say(
                format!("column {n} of the header is none of a list of prices"),
                format!("表头第 {n} 列不是价格表可用的列"),
            ),
            say(format!("{en}{}", all.en), format!("{zh}{}", all.zh)),
        );
    }
}

/// Reads a list of prices; all problems are noted, and none is given back then.
pub fn read_prices(path: &Path, study: &ReadStudy, problems: &mut Problems) -> Option<Prices> {
    let (file, layer) = split(Path::new(""), path.to_str()?);
    let file = Path::new(file);
    let input = input::read_given(file, problems)?;
    let sha256 = input.sha256().map_err(|error| input.unreadable(&error, problems)).ok()?;
    let table = read_table(&input, &Wish { layer: layer.map(str::to_owned), ..Wish::default() }, problems)?;
    let columns = Columns::new(&table, &Default::default(), &role, problems);
    foreign_columns(&table, &columns, problems);
    if columns.get("cost").is_none() {
        let what = say("no column holds the costs", "没有费用列");
        problems.error("missing-column", &table.file, At::File, what, headers());
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
