//! A file of scenarios to edits of a world: a layer drawn in QGIS, a sheet, or TOML.
//!
//! Each row is one edit. Rows of one `scenario` belong together; where no column says which, each row is a scenario of its
//! own. All mistakes of all rows are gathered before anything is judged.

mod document;
mod edits;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::columns::{Columns, level_reference, structural};
use super::document::nearest;
use super::input::{self, Input};
use super::membership::Ground;
use super::problem::{At, Problems, say};
use super::study::{Membership, Values};
use super::system::{self, Stated};
use super::table::{Table, Wish};
use super::vocabulary::{normalise, vocabulary};
use super::world::split;
use super::{ReadStudy, attributes, read_table, reader_of};
use crate::model::{ServiceId, World};
use crate::rules::{Noun, Pack};
use crate::scenario::{Change, Edit, Scenario};

/// What is known of the study that the scenarios edit.
pub(super) struct Study<'a> {
    ground: Ground<'a>,
    world: &'a World,
    packs: &'a [Arc<Pack>],
    /// The service that rows open unless they say something else, where the file is one of candidates.
    candidates: Option<ServiceId>,
    /// Words of the study's files for words of the packs, by attribute.
    words: &'a Values,
    /// What the study's files of facilities call their columns.
    headers: &'a BTreeMap<String, String>,
    /// By file of facilities.
    memberships: &'a BTreeMap<String, Membership>,
}

/// Columns that are no attributes.
const STRUCTURAL: [&str; 9] = ["code", "name", "lon", "lat", "area-code", "area-name", "service", "serves", "group"];

/// The scenarios that the file at `path` holds, for this study; `None` where a problem stops it. `crs` is the system of
/// its coordinates where the file does not state one and the study states another or none.
pub fn read_scenarios(
    path: &Path,
    study: &ReadStudy,
    crs: Option<&str>,
    problems: &mut Problems,
) -> Option<(Vec<Scenario>, String)> {
    read(path, study, crs, None, problems)
}

/// The candidate sites that the file at `path` holds for a service, each a scenario of one new facility. The file is one of
/// scenarios; without the column `edit` each row opens, and without the column `service` it is the one given.
pub fn read_candidates(
    path: &Path,
    study: &ReadStudy,
    crs: Option<&str>,
    service: ServiceId,
    problems: &mut Problems,
) -> Option<(Vec<Scenario>, String)> {
    let (scenarios, sha256) = read(path, study, crs, Some(service), problems)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for scenario in &scenarios {
        let opens = |edit: &Edit| matches!(&edit.change, Change::Open { facility, .. } if facility.service == service);
        if let Some(edit) = scenario.edits.iter().find(|edit| !opens(edit)).or(scenario.edits.get(1)) {
            problems.error(
                "no-candidate",
                &name,
                At::Row(edit.row),
                say(
                    format!("`{}` is no candidate: a candidate opens one facility of the service", scenario.name),
                    format!("“{}”不是候选点：每个候选点只新建一个该类设施", scenario.name),
                ),
                say("leave the other rows out, or try them with `whatif`", "请删除其他行，或改用 whatif 评估"),
            );
        }
    }
    (!problems.has_errors()).then_some((scenarios, sha256))
}

fn read(
    path: &Path,
    study: &ReadStudy,
    crs: Option<&str>,
    candidates: Option<ServiceId>,
    problems: &mut Problems,
) -> Option<(Vec<Scenario>, String)> {
    let (file, part) = split(Path::new(""), path.to_str()?);
    let file = Path::new(file);
    let input = input::read_given(file, problems)?;
    let sha256 = input.sha256().map_err(|error| input.unreadable(&error, problems)).ok()?;
    let of_study = study.crs.as_ref().map(|crs| crs.name().to_owned());
    let mut table = match file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        true => document::table(&input, problems)?,
        false => {
            let wish = Wish {
                layer: part.map(str::to_owned),
                crs: crs.map(str::to_owned),
                otherwise: of_study.clone(),
                ..Wish::default()
            };
            read_table(&input, &wish, problems)?
        }
    };
    let format = format_of(&input);
    system::settle(&mut table, Stated { layer: crs, study: of_study.as_deref(), format }, problems)?;
    let known = Study {
        ground: Ground::new(&study.world.areas).stated(of_study.iter().map(String::as_str)),
        world: &study.world,
        packs: &study.packs,
        words: &study.words,
        memberships: &study.memberships,
        headers: &study.headers,
        candidates,
    };
    let scenarios = known.scenarios(&table, problems);
    if 0 < problems.n_of("no-crs") {
        problems.note(
            "crs-of-scenarios",
            &table.file,
            say("a file of scenarios is not named in study.toml", "方案文件不在 study.toml 中"),
            say("give its system on the command line: --crs EPSG:4326", "请在命令行指定坐标系：--crs EPSG:4326"),
        );
    }
    (!problems.has_errors()).then_some((scenarios, sha256))
}

fn format_of(input: &Input) -> Option<&'static str> {
    reader_of(input).and_then(|reader| reader.lays_down())
}

impl Study<'_> {
    /// Which area holds a facility that contradicts itself: as in the file of the others of its service.
    fn membership(&self, service: ServiceId) -> Membership {
        let facilities = &self.world.facilities;
        let first = facilities.services()[service].facilities.first();
        let file = first.map(|&facility| &self.world.sources[facilities[facility].origin.0].file);
        file.and_then(|file| self.memberships.get(file)).copied().unwrap_or_default()
    }

    fn scenarios(&self, table: &Table, problems: &mut Problems) -> Vec<Scenario> {
        let levels = self.world.areas.levels();
        let role = |header: &str| {
            let own = vocabulary().scenario_column(header).map(str::to_owned);
            let own = own.or_else(|| self.headers.get(&normalise(header)).cloned());
            let known = own.or_else(|| structural(header).filter(|key| STRUCTURAL.contains(&key.as_str())));
            known
                .or_else(|| level_reference(levels, header))
                .or_else(|| vocabulary().attribute(header).map(|key| format!("={key}")))
                .or_else(|| vocabulary().group(header).map(|key| format!("={key}")))
                .or_else(|| attributes::plain(header).map(|key| format!("={key}")))
        };
        let columns = Columns::new(table, &Default::default(), &role, problems);
        if self.candidates.is_none() && columns.get("edit").is_none() {
            let headers: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
            let headers = headers.join(", ");
            problems.error(
                "missing-column",
                &table.file,
                At::Column("edit".to_owned()),
                say(
                    format!("no column is recognised as `edit`; the file has: {headers}"),
                    format!("没有识别出 `edit`（操作）列；文件中的列：{headers}"),
                ),
                say(
                    "name it `edit`, with open, close, resize, move, convert, settle, grow or area in each row",
                    "请将该列命名为“操作”，每行填写新建、关闭、扩建、迁建、转制、入住、增长或区域",
                ),
            );
            return Vec::new();
        }
        if table.n_rows == 0 {
            problems.error(
                "no-rows",
                &table.file,
                At::File,
                say("the file holds no edit: it has no row", "文件没有任何数据行"),
                say("write one row for each edit", "请为每项措施填写一行"),
            );
        }
        self.foreign_columns(&columns, problems);
        let rows = edits::Rows::new(self, &columns, problems);
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        let named = columns.get("scenario").is_some();
        for row in 0..table.n_rows {
            let edit = rows.edit(row, problems);
            let name = match named {
                true => columns.cell("scenario", row).to_owned(),
                false => alone(&columns, row),
            };
            if name.is_empty() {
                problems.error(
                    "no-scenario",
                    &table.file,
                    table.at(row),
                    say("the row does not say which scenario it belongs to", "该行未填写所属方案"),
                    say("fill in the column of scenarios", "请填写方案名称"),
                );
            }
            let Some(edit) = edit else { continue };
            let at = *by_name.entry(name.clone()).or_insert_with(|| {
                scenarios.push(Scenario { name, edits: Vec::new() });
                scenarios.len() - 1
            });
            rows.clashes(&scenarios[at], &edit, row, problems);
            scenarios[at].edits.push(edit);
        }
        scenarios
    }
}

impl Study<'_> {
    /// Says which columns nobody knows: a slip of the pen would else change nothing, and nobody would see it.
    fn foreign_columns(&self, columns: &Columns<'_>, problems: &mut Problems) {
        let (facilities, areas) = (self.world.facilities.attributes(), self.world.areas.attributes());
        let checks = self.packs.iter().flat_map(|pack| &pack.obligations);
        let asked = checks.flat_map(|obligation| obligation.check.kind().names());
        let asked = asked.filter(|name| matches!(name.noun, Noun::Attribute | Noun::AreaAttribute | Noun::Group));
        let mut known: BTreeSet<&str> = asked.map(|name| name.word.get_ref().as_str()).collect();
        known
            .extend(facilities.keys().chain(areas.keys()).chain(self.world.people.groups.values()).map(String::as_str));
        // What kinds read without a pack naming it.
        known.extend(["form", "level", "one-stop"]);
        let headers: BTreeSet<&str> =
            vocabulary().attribute_headers().filter(|(_, key)| known.contains(key)).map(|(header, _)| header).collect();
        // What a remark says is for people.
        let is_remark = |key: &str| ["remark", "remarks", "note", "notes", "备注", "说明"].contains(&key);
        for (key, cells) in columns.iter() {
            let Some(key) = key.strip_prefix('=') else { continue };
            if known.contains(key) || is_remark(key) || cells.iter().all(str::is_empty) {
                continue;
            }
            let structural =
                STRUCTURAL.into_iter().chain(["scenario", "edit", "cost", "factor", "series", "year", "to", "from"]);
            let (en, zh) = match nearest(key, known.iter().copied().chain(structural).chain(headers.iter().copied())) {
                Some(like) => (format!("did you mean `{like}`? else "), format!("是否应为 {like}？否则")),
                None => Default::default(),
            };
            let table = columns.table();
            problems.warning(
                "unknown-column",
                &table.file,
                At::Column(cells.header.clone()),
                say(
                    "nothing in the study or its packs has an attribute of this name: no check looks at it",
                    "研究与规则包中都没有这个属性，任何条款都不会用到",
                ),
                say(format!("{en}leave the column out"), format!("{zh}请删除该列")),
            );
        }
    }
}

/// The name of a scenario of one row; its row tells it from others.
fn alone(columns: &Columns<'_>, row: usize) -> String {
    let [edit, name, code] = ["edit", "name", "code"].map(|key| columns.cell(key, row));
    let what = [edit, if name.is_empty() { code } else { name }].into_iter().filter(|part| !part.is_empty());
    let what: Vec<&str> = what.collect();
    format!("{} #{}", what.join(" "), row + 1).trim_start().to_owned()
}

/// Whether two edits of one scenario are of the same thing.
fn same_facility(a: &Edit, b: &Edit) -> bool {
    use crate::scenario::Change::{Alter, Close};
    let of = |edit: &Edit| match &edit.change {
        Alter { facility, .. } | Close { facility } => Some(*facility),
        _ => None,
    };
    of(a).is_some() && of(a) == of(b)
}
