//! One row of a file of scenarios to one edit.

use geo::Coord;

use super::super::columns::Columns;
use super::super::document::nearest;
use super::super::membership::Whereabouts;
use super::super::places;
use super::super::problem::{Problems, say};
use super::super::study::Membership;
use super::super::travel;
use super::super::values;
use super::super::vocabulary::vocabulary;
use super::{Study, same_facility};
use crate::model::{
    AreaId, Column, DestinationId, FacilityId, FacilityRow, Id, Of, OriginId, ServiceId, SourceId, Text,
};
use crate::scenario::{Change, Edit, Given, Moved, Scenario};

/// The edits that a row may name.
const VERBS: [&str; 8] = ["open", "close", "resize", "move", "convert", "settle", "grow", "area"];

/// The rows of a file, with the places and areas of all.
pub(super) struct Rows<'a> {
    study: &'a Study<'a>,
    columns: &'a Columns<'a>,
    places: Vec<Option<Coord<f64>>>,
    said: Vec<Option<AreaId>>,
    located: Vec<Option<AreaId>>,
    refused: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(study: &'a Study<'a>, columns: &'a Columns<'a>, problems: &mut Problems) -> Self {
        let mut places = places::places(columns, study.ground.extent(), problems);
        let generic = Some(["area-code", "area-name"]);
        // An edit of an area that is not there would be one of another area, or of all.
        let mut found = Problems::default();
        let said = study.ground.declared(columns, generic, &mut found);
        found.make_errors_of("unknown-area");
        problems.extend(found);
        let located = study.ground.locate(columns.table(), &mut places, &said, problems);
        Self { study, columns, places, said, located: located.areas, refused: located.refused }
    }

    /// The edit of a row; `None` where something is wrong with it, which is said.
    pub(super) fn edit(&self, row: usize, problems: &mut Problems) -> Option<Edit> {
        let cell = match self.columns.cell("edit", row) {
            "" if self.study.candidates.is_some() => "open",
            cell => cell,
        };
        let verb = vocabulary().edit(cell).or_else(|| {
            let known = VERBS.join(", ");
            let like = nearest(cell, VERBS).map(|verb| format!("did you mean `{verb}`? ")).unwrap_or_default();
            self.error(
                "unknown-edit",
                row,
                say(format!("`{cell}` is no edit that is known"), format!("无法识别的操作“{cell}”")),
                say(
                    format!("{like}edits: {known}"),
                    format!("可用的操作：{known}（新建、关闭、扩建、迁建、转制、入住、增长、区域）"),
                ),
                problems,
            );
            None
        });
        let cost = self.amount("cost", row, problems);
        let change = match verb? {
            "open" => self.open(row, problems),
            "close" => Some(Change::Close { facility: self.facility(row, problems)? }),
            "settle" => self.settle(row, problems),
            "grow" => self.grow(row, problems),
            "area" => self.mark(row, problems),
            verb => self.alter(verb, row, problems),
        };
        Some(Edit { change: change?, cost: cost?, row: self.columns.table().number(row) })
    }

    /// Says where an edit speaks of something that another edit of its scenario has changed already.
    pub(super) fn clashes(&self, scenario: &Scenario, edit: &Edit, row: usize, problems: &mut Problems) {
        let closes = |edit: &Edit| matches!(edit.change, Change::Close { .. });
        let clash = scenario.edits.iter().find(|other| match (&other.change, &edit.change) {
            (Change::Alter { attributes: a, moved: p, .. }, Change::Alter { attributes: b, moved: q, .. }) => {
                let twice = a.iter().any(|(key, _)| b.iter().any(|(other, _)| key == other));
                same_facility(other, edit) && (twice || (p.is_some() && q.is_some()))
            }
            (Change::Open { facility: a, .. }, Change::Open { facility: b, .. }) => {
                a.service == b.service && a.code == b.code
            }
            (Change::Mark { area: a, attributes: x }, Change::Mark { area: b, attributes: y }) => {
                a == b && x.iter().any(|(key, _)| y.iter().any(|(other, _)| key == other))
            }
            _ => same_facility(other, edit) && (closes(other) || closes(edit)),
        });
        if let Some(other) = clash {
            let of = other.row;
            self.error(
                "edited-twice",
                row,
                say(
                    format!("the scenario `{}` edits the same thing in row {of} already", scenario.name),
                    format!("方案“{}”在第 {of} 行已调整同一对象", scenario.name),
                ),
                say("keep one of the two rows, or make two scenarios of them", "请只保留一行，或拆分为两个方案"),
                problems,
            );
        }
    }

    fn open(&self, row: usize, problems: &mut Problems) -> Option<Change> {
        let facilities = &self.study.world.facilities;
        // All that is wrong is said before the edit is given up.
        let attributes = self.attributes(row, |key| facilities.attribute(key), problems);
        let service = self.service(row, problems)?;
        let area = self.area(row, service, &say("the new facility", "新设施"), problems);
        let serves = self.serves(row, area, problems);
        let place = self.places[row];
        let is_nowhere = place.is_none() && area.is_none() && !self.refused;
        if is_nowhere {
            self.error(
                "no-place",
                row,
                say("nothing says where the facility opens", "未说明新设施的位置"),
                say("give lon and lat, draw a point, or name its area", "请填写经纬度、绘制点位，或填写所属区域"),
                problems,
            );
        }
        let [code, name] = ["code", "name"].map(|key| self.columns.cell(key, row));
        let taken = |&id: &FacilityId| !code.is_empty() && facilities[id].code == code;
        let other = facilities.services()[service].facilities.iter().copied().find(taken);
        if let Some(other) = other {
            let other = &facilities[other].name;
            self.error(
                "duplicate-facility",
                row,
                say(
                    format!("the id `{code}` is that of {other}, which stands already"),
                    format!("编号 {code} 与现有的{other}重复"),
                ),
                say(
                    "give it an id of its own, or edit the one that stands with `resize` or `move`",
                    "请使用新的编号，或改用“扩建”“迁建”",
                ),
                problems,
            );
        }
        if is_nowhere || other.is_some() {
            return None;
        }
        let number = self.columns.table().number(row);
        let destination = self.destination(row, service, if code.is_empty() { name } else { code }, problems)?;
        let code = if code.is_empty() { format!("new-{number}") } else { code.to_owned() };
        let facility = FacilityRow {
            name: if name.is_empty() { code.clone() } else { name.to_owned() },
            code,
            service,
            place,
            area,
            destination,
            origin: (SourceId::new(0), number),
        };
        Some(Change::Open { facility, attributes: attributes?, serves: serves? })
    }

    /// `resize`, `convert` or `move`.
    fn alter(&self, verb: &str, row: usize, problems: &mut Problems) -> Option<Change> {
        let facilities = &self.study.world.facilities;
        let attributes = self.attributes(row, |key| facilities.attribute(key), problems);
        let facility = self.facility(row, problems)?;
        let now = &facilities[facility];
        let mut attributes = attributes?;
        let differs = |(key, given): &(String, Given)| {
            let old = facilities.attribute(key).and_then(|column| column.get(facility.index()));
            old.map(Given::from).as_ref() != Some(given)
        };
        attributes.retain(differs);
        let place = self.places[row].filter(|&place| now.place != Some(place));
        let area = self.area(row, now.service, &say("the facility", "设施"), problems);
        let moved = match place {
            None => None,
            Some(place) => {
                self.less_precise(now, area, row, problems);
                // Its own code stands for where it is now.
                let destination = self.destination(row, now.service, "", problems)?;
                Some(Moved { place, area, destination })
            }
        };
        let nothing = match verb {
            "move" => moved.is_none() && attributes.is_empty(),
            _ => attributes.is_empty() && moved.is_none(),
        };
        if verb == "move" && self.places[row].is_none() && !self.refused {
            self.error(
                "no-place",
                row,
                say(format!("nothing says where {} moves", now.name), format!("未说明{}迁往何处", now.name)),
                say("give lon and lat, or draw the point", "请填写经纬度，或绘制点位"),
                problems,
            );
            return None;
        }
        if nothing {
            self.changes_nothing(row, &Text::same(&now.name), problems);
            return None;
        }
        Some(Change::Alter { facility, attributes, moved })
    }

    /// Says where it was known in which village a facility stood, and now only in which street.
    fn less_precise(&self, before: &FacilityRow, area: Option<AreaId>, row: usize, problems: &mut Problems) {
        let areas = &self.study.world.areas;
        let (Some(old), Some(new)) = (before.area, area) else { return };
        let (old_level, new_level) = (areas[old].level, areas[new].level);
        if new_level < old_level {
            let label = &areas.levels()[old_level].label;
            let table = self.columns.table();
            problems.warning(
                "area-not-known",
                &table.file,
                table.at(row),
                say(
                    format!("no boundary tells in which {} {} stands then", label.en, before.name),
                    format!("没有边界数据，无法确定{}迁址后所在的{}", before.name, label.zh),
                ),
                say("name the area in the row: area-code or area-name", "请在该行填写区划代码或名称"),
            );
        }
    }

    fn settle(&self, row: usize, problems: &mut Problems) -> Option<Change> {
        let area = self.area(row, None, &say("the new people", "新增人口"), problems);
        let place = self.places[row];
        if place.is_none() && area.is_none() && !self.refused {
            self.error(
                "no-place",
                row,
                say("nothing says where the people live", "未说明新增人口的位置"),
                say("give lon and lat, draw a point, or name the area", "请填写经纬度、绘制点位，或填写所属区域"),
                problems,
            );
            return None;
        }
        let people = &self.study.world.people;
        let mut persons = Vec::new();
        let mut wrong = false;
        for group in people.groups.values() {
            let key = format!("={group}");
            match self.amount(&key, row, problems) {
                Some(Some(n)) => persons.push((group.clone(), n)),
                Some(None) => {}
                None => wrong = true,
            }
        }
        if wrong {
            return None;
        }
        let missing: Vec<&str> = people
            .groups
            .values()
            .iter()
            .filter(|group| !persons.iter().any(|(name, _)| name == *group))
            .map(String::as_str)
            .collect();
        let missing = missing.join(", ");
        if persons.is_empty() {
            self.error(
                "nobody",
                row,
                say("no column says how many people move in", "没有说明入住人数的列"),
                say(
                    format!("give a column for each group of the study: {missing}"),
                    format!("请为研究中的每类人群填写一列：{missing}"),
                ),
                problems,
            );
            return None;
        }
        if !missing.is_empty() {
            let table = self.columns.table();
            problems.warning(
                "uncounted",
                &table.file,
                table.at(row),
                say(
                    format!(
                        "the row does not say how many of these move in: {missing}; what counts them becomes unknown"
                    ),
                    format!("该行未说明以下人群的人数：{missing}；涉及这些人群的条款将无法判定"),
                ),
                say("give a column for each, 0 where there are none", "请逐一填写，没有则填 0"),
            );
        }
        Some(Change::Settle { place, area, origin: self.origin(row, area, problems)?, persons })
    }

    /// The name by which the study's table of costs knows a new site: that in the column `to`, else `usual`. `Some(None)`
    /// where there is no table, or nothing asks what it costs to get to such facilities; `None` where it is missing.
    fn destination(
        &self,
        row: usize,
        service: ServiceId,
        usual: &str,
        problems: &mut Problems,
    ) -> Option<Option<DestinationId>> {
        let world = self.study.world;
        let Some(table) = &world.costs else { return Some(None) };
        let said = self.columns.cell("to", row);
        let name = if said.is_empty() { usual } else { said };
        let found = table.destination(name);
        if found.is_some() || (said.is_empty() && !travel::is_measured(world, self.study.packs, service)) {
            return Some(found);
        }
        let file = &world.sources[table.source].file;
        let (what, help) = match name {
            "" => (
                say(
                    format!("nothing says by which name {file} knows the new place"),
                    format!("未说明新位置在 {file} 中的终点编号"),
                ),
                say(
                    format!(
                        "add rows to the new place to {file}, and give the name that they have in `to` in a column `to` of this row"
                    ),
                    format!("请在 {file} 中补充到新位置的行，并在本行 to（终点）列填写其编号"),
                ),
            ),
            name => (
                say(
                    format!("{file} has no row to `{name}`: what it costs to get there is not known"),
                    format!("{file} 中没有以“{name}”为终点的行，出行费用未知"),
                ),
                say(
                    format!(
                        "add rows from,to,cost with `{name}` in `to`, or name in a column `to` of this row what stands there"
                    ),
                    format!("请补充终点为“{name}”的行，或在本行 to（终点）列填写表中的编号"),
                ),
            ),
        };
        self.error("not-listed", row, what, help, problems);
        None
    }

    /// The name by which the table knows where new people live: that in the column `from`, else the code of the row, else
    /// that of the area; as [`Rows::destination`].
    fn origin(&self, row: usize, area: Option<AreaId>, problems: &mut Problems) -> Option<Option<OriginId>> {
        let world = self.study.world;
        let Some(table) = &world.costs else { return Some(None) };
        let said = self.columns.cell("from", row);
        let of_area = || area.and_then(|area| table.areas.values().get(area.index()).copied().flatten());
        let found = match said {
            "" => table.origin(self.columns.cell("code", row)).or_else(of_area),
            said => table.origin(said),
        };
        if found.is_none() {
            let file = &world.sources[table.source].file;
            let name = if said.is_empty() { area.map_or("", |area| world.areas[area].code.as_str()) } else { said };
            self.error(
                "not-listed",
                row,
                say(
                    format!("{file} has no row from `{name}`: what it costs the new people is not known"),
                    format!("{file} 中没有以“{name}”为起点的行，新增人口的出行费用未知"),
                ),
                say(
                    "name in a column `from` of this row a place, an area or an estate that it has",
                    "请在本行 from（起点）列填写表中已有的地点、区域或住宅区编号",
                ),
                problems,
            );
        }
        found.map(Some)
    }

    fn grow(&self, row: usize, problems: &mut Problems) -> Option<Change> {
        let factor = self.amount("factor", row, problems)?;
        let factor = match factor {
            Some(factor) => factor,
            None if !self.columns.cell("series", row).is_empty() => self.factor_of_series(row, problems)?,
            None => {
                self.error(
                    "no-factor",
                    row,
                    say("the row does not say how many times as many people there are", "该行未填写人口倍数"),
                    say(
                        "give a column `factor`, 1.1 for a tenth more, or `series` and `year`: a series of the study that people follow up to that year",
                        "请填写 factor（倍数）列，增长一成写 1.1；或填写 series（序列）与 year（年份），按研究中的序列推算",
                    ),
                    problems,
                );
                return None;
            }
        };
        let people = &self.study.world.people;
        let cell = self.columns.cell("group", row);
        let group = (!cell.is_empty()).then(|| vocabulary().group(cell).unwrap_or(cell).to_owned());
        if let Some(group) = group.as_ref().filter(|group| people.group(group).is_none()) {
            let known = people.groups.values().join(", ");
            self.error(
                "unknown-group",
                row,
                say(format!("the study does not count `{group}`"), format!("研究未统计“{group}”")),
                say(format!("groups of the study: {known}"), format!("研究中的人群：{known}")),
                problems,
            );
            return None;
        }
        let area = self.said[row].or(self.located[row]);
        if factor == 1.0 {
            let of_area = area.map(|area| Text::same(&self.study.world.areas[area].name));
            self.changes_nothing(row, &of_area.unwrap_or_else(|| self.study.world.name.clone()), problems);
            return None;
        }
        Some(Change::Grow { area, group, factor })
    }

    /// What a series of the study is in the year of a row, as many times as it is today: in the latest year that is not after
    /// the reference date.
    fn factor_of_series(&self, row: usize, problems: &mut Problems) -> Option<f64> {
        let world = self.study.world;
        let key = self.columns.cell("series", row);
        let mut wrong = |code, what, help| {
            self.error(code, row, what, help, problems);
            None
        };
        if !world.series.keys().any(|known| known == key) {
            let known = world.series.keys().collect::<Vec<_>>().join(", ");
            return wrong(
                "unknown-series",
                say(format!("the study has no series `{key}`"), format!("研究中没有序列“{key}”")),
                say(format!("series of the study: {known}"), format!("研究中的序列：{known}")),
            );
        }
        let cell = self.columns.cell("year", row);
        let Ok(year) = cell.parse::<i16>() else {
            return wrong(
                "bad-value",
                say(format!("`{cell}` is no year"), format!("“{cell}”不是年份")),
                say("give the year up to which people follow the series, such as 2030", "请填写目标年份，如 2030"),
            );
        };
        let area = self.said[row].or(self.located[row]);
        let values = world.series.of(key, area.map_or(Of::Whole, Of::Area));
        let today = world.reference_date.year();
        let now = values.iter().rev().find(|value| value.year <= today && 0.0 < value.value);
        let then = values.iter().find(|value| value.year == year);
        match (now, then) {
            (Some(now), Some(then)) if 0.0 <= then.value => Some(then.value / now.value),
            _ => {
                let of = area.map_or_else(
                    || world.name.clone(),
                    |area| {
                        let name = &world.areas[area].name;
                        say(name.clone(), name.clone())
                    },
                );
                wrong(
                    "no-observation",
                    say(
                        format!(
                            "the series `{key}` has no value of {} for {year}, or none above 0 up to {today}",
                            of.en
                        ),
                        format!("序列“{key}”缺少{}在 {year} 年的值，或截至 {today} 年没有大于 0 的值", of.zh),
                    ),
                    say(
                        "add the values to the series, or give a `factor`",
                        "请在序列中补充数值，或填写 factor（倍数）",
                    ),
                )
            }
        }
    }

    fn mark(&self, row: usize, problems: &mut Problems) -> Option<Change> {
        let areas = &self.study.world.areas;
        let Some(area) = self.said[row].or(self.located[row]) else {
            self.error(
                "no-area",
                row,
                say("the row does not say which area it edits", "该行未说明调整哪个区域"),
                say("give its code and name", "请填写区域代码与名称"),
                problems,
            );
            return None;
        };
        let mut attributes = self.attributes(row, |key| areas.attribute(key), problems)?;
        attributes.retain(|(key, given)| {
            let old = areas.attribute(key).and_then(|column| column.get(area.index()));
            old.map(Given::from).as_ref() != Some(given)
        });
        if attributes.is_empty() {
            self.changes_nothing(row, &Text::same(&areas[area].name), problems);
            return None;
        }
        Some(Change::Mark { area, attributes })
    }

    /// The area that a row belongs to; of one that contradicts itself, as in the study's files of the service, or of people.
    fn area(
        &self,
        row: usize,
        service: impl Into<Option<ServiceId>>,
        what: &Text,
        problems: &mut Problems,
    ) -> Option<AreaId> {
        let membership = service.into().map_or(Membership::Declared, |service| self.study.membership(service));
        let whereabouts = Whereabouts {
            said: self.said[row],
            located: self.located[row],
            place: self.places[row],
            refused: self.refused || (self.places[row].is_none() && self.said[row].is_none()),
        };
        let table = self.columns.table();
        if self.study.candidates.is_none() || self.said[row].is_some() {
            return self.study.ground.settle(membership, what, (table, row), whereabouts, problems);
        }
        // Nobody builds where no area of the study is: in the sea, or in another town.
        let mut found = Problems::default();
        let area = self.study.ground.settle(membership, what, (table, row), whereabouts, &mut found);
        found.make_errors_of("outside-all-areas");
        problems.extend(found);
        area
    }

    fn service(&self, row: usize, problems: &mut Problems) -> Option<ServiceId> {
        let facilities = &self.study.world.facilities;
        let cell = self.columns.cell("service", row);
        if let Some(service) = self.study.candidates.filter(|_| cell.is_empty()) {
            return Some(service);
        }
        let translated = self.study.words.get("service").into_iter().flatten();
        let translated =
            translated.filter(|(_, of_file)| of_file.iter().any(|word| word == cell)).map(|(key, _)| key.as_str());
        let by_label = || {
            let services = self.study.packs.iter().flat_map(|pack| &pack.services);
            let mut called = services.filter(|(_, label)| label.zh == cell || label.en.eq_ignore_ascii_case(cell));
            called.next().map(|(key, _)| key.as_str())
        };
        let known = Some(vocabulary().service(cell)).filter(|key| facilities.service(key).is_some());
        let key = translated.into_iter().next().or(known).or_else(by_label).unwrap_or(cell);
        facilities.service(key).or_else(|| {
            let known: Vec<&str> = facilities.services().values().iter().map(|service| service.key.as_str()).collect();
            let like = nearest(key, known.iter().copied()).map(|key| format!("did you mean `{key}`? ")).unwrap_or_default();
            let known = known.join(", ");
            let (what, help) = if cell.is_empty() {
                (say("the row does not say which service it is", "该行未填写服务类别"), say(format!("services of the study: {known}"), format!("研究中的服务：{known}")))
            } else {
                (
                    say(format!("the study holds no data on the service `{key}`: what stands today is not known"), format!("研究中没有“{key}”的数据，现状未知")),
                    say(
                        format!("{like}services of the study: {known}; one of which there is none yet is declared in it: services = [\"{key}\"]"),
                        format!("研究中的服务：{known}；若现状为零，请在研究文件中声明：services = [\"{key}\"]"),
                    ),
                )
            };
            self.error("unknown-service", row, what, help, problems);
            None
        })
    }

    /// The facility that a row names by its id, else by its name, among those of its service if it says one.
    fn facility(&self, row: usize, problems: &mut Problems) -> Option<FacilityId> {
        let service = match self.columns.cell("service", row).is_empty() {
            true => None,
            false => Some(self.service(row, problems)?),
        };
        let [code, name] = ["code", "name"].map(|key| self.columns.cell(key, row));
        let facilities = &self.study.world.facilities;
        let of_service = facilities.iter().filter(|(_, row)| service.is_none_or(|service| row.service == service));
        let found: Vec<FacilityId> = of_service
            .filter(|(_, row)| if code.is_empty() { !name.is_empty() && row.name == name } else { row.code == code })
            .map(|(id, _)| id)
            .collect();
        let wanted = if code.is_empty() { name } else { code };
        match found.as_slice() {
            &[facility] => return Some(facility),
            [] if wanted.is_empty() => self.error(
                "no-facility",
                row,
                say("the row does not say which facility it edits", "该行未说明调整哪个设施"),
                say("give its id in a column `code`", "请在 code（编号）列填写设施编号"),
                problems,
            ),
            [] => {
                let elsewhere = facilities.iter().find(|(_, row)| row.code == wanted || row.name == wanted);
                let help = match elsewhere {
                    Some((_, other)) => {
                        let key = &facilities.services()[other.service].key;
                        say(
                            format!("there is one of the service `{key}`: correct the service of the row"),
                            format!("该编号属于服务“{key}”：请更正该行的服务类别"),
                        )
                    }
                    None => {
                        say("give its id as in its own file, and its service", "请填写其数据文件中的编号及服务类别")
                    }
                };
                let what = match service {
                    Some(service) => {
                        let key = &facilities.services()[service].key;
                        say(
                            format!("the service `{key}` has no facility `{wanted}`"),
                            format!("服务“{key}”中没有设施“{wanted}”"),
                        )
                    }
                    None => say(format!("the study has no facility `{wanted}`"), format!("研究中没有设施“{wanted}”")),
                };
                self.error("unknown-facility", row, what, help, problems);
            }
            several => self.error(
                "ambiguous-facility",
                row,
                say(
                    format!("{} facilities are called `{wanted}`", several.len()),
                    format!("有 {} 个设施名为“{wanted}”", several.len()),
                ),
                say("give its id and its service", "请填写编号及服务类别"),
                problems,
            ),
        }
        None
    }

    fn serves(&self, row: usize, own: Option<AreaId>, problems: &mut Problems) -> Option<Vec<AreaId>> {
        let mut listed = Vec::new();
        let words = self.columns.cell("serves", row).split([';', '；', '、', ',', '，', '|']).map(str::trim);
        for word in words.filter(|word| !word.is_empty()) {
            match self.study.ground.gazetteer.near(word, own).area {
                Some(area) => listed.push(area),
                None => {
                    self.error(
                        "unknown-area",
                        row,
                        say(format!("no one area is called `{word}`"), format!("没有唯一对应“{word}”的区域")),
                        say("give its code", "请填写区域代码"),
                        problems,
                    );
                    return None;
                }
            }
        }
        listed.sort_unstable();
        listed.dedup();
        Some(listed)
    }

    /// The attributes that a row gives, by key; `None` where a cell is wrong.
    fn attributes<'c>(
        &self,
        row: usize,
        column: impl Fn(&str) -> Option<&'c Column>,
        problems: &mut Problems,
    ) -> Option<Vec<(String, Given)>> {
        let mut given = Vec::new();
        let mut wrong = false;
        for (key, cells) in self.columns.iter() {
            let (Some(key), cell) = (key.strip_prefix('='), cells.get(row)) else { continue };
            if cell.is_empty() || vocabulary().is_missing(cell) {
                continue;
            }
            match self.value(key, cell, column(key)) {
                Ok(value) => given.push((key.to_owned(), value)),
                Err((en, zh)) => {
                    wrong = true;
                    self.error(
                        "bad-value",
                        row,
                        say(
                            format!("`{key}` is `{cell}`, which is not {en}"),
                            format!("“{key}”的值“{cell}”格式不符（应为{zh}）"),
                        ),
                        say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
                        problems,
                    );
                }
            }
        }
        (!wrong).then_some(given)
    }

    /// The value of a cell, of the type that the study's column has; in words what it should be where it is not.
    fn value(&self, key: &str, cell: &str, column: Option<&Column>) -> Result<Given, (String, String)> {
        let translated = self.study.words.get(key).into_iter().flatten();
        let translated =
            translated.filter(|(_, of_file)| of_file.iter().any(|word| word == cell)).map(|(word, _)| word.as_str());
        let cell = translated.into_iter().next().unwrap_or(cell);
        let flag = |cell: &str| vocabulary().flag(cell).map(Given::Flag);
        let number = |cell: &str| values::number(cell).map(Given::Number);
        let date = |cell: &str| values::date(cell).map(Given::Date);
        let kind = |given: Option<Given>, en: &str, zh: &str| given.ok_or_else(|| (en.to_owned(), zh.to_owned()));
        match column {
            Some(Column::Flag(_)) => kind(flag(cell), "yes or no", "“是”或“否”"),
            Some(Column::Number(_)) => kind(number(cell), "a number", "数字"),
            Some(Column::Date(_)) => kind(date(cell), "a day such as 2020-09-01", "日期"),
            Some(Column::Text { words, .. }) => {
                let word = vocabulary().word(key, cell);
                let known = vocabulary().words(key);
                let is_known = known.as_ref().is_none_or(|known| known.contains(&word));
                if is_known || words.iter().any(|other| other == word) {
                    return Ok(Given::Text(word.to_owned()));
                }
                let known = known.unwrap_or_default().join(", ");
                Err((format!("one of: {known}"), known))
            }
            None => Ok(flag(cell)
                .filter(|_| values::number(cell).is_none())
                .or_else(|| number(cell))
                .or_else(|| date(cell))
                .unwrap_or_else(|| Given::Text(vocabulary().word(key, cell).to_owned()))),
        }
    }

    /// A number that is not negative; `Some(None)` where the cell is empty, `None` where it is wrong.
    fn amount(&self, key: &str, row: usize, problems: &mut Problems) -> Option<Option<f64>> {
        let cell = self.columns.cell(key, row);
        if cell.is_empty() {
            return Some(None);
        }
        let number = values::number(cell).filter(|&number| 0.0 <= number);
        if number.is_none() {
            let key = key.trim_start_matches('=');
            self.error(
                "bad-value",
                row,
                say(
                    format!("`{key}` is `{cell}`, which is not a number of 0 or more"),
                    format!("“{key}”的值“{cell}”不是非负数"),
                ),
                say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
                problems,
            );
            return None;
        }
        Some(number)
    }

    fn changes_nothing(&self, row: usize, what: &Text, problems: &mut Problems) {
        self.error(
            "changes-nothing",
            row,
            say(format!("the edit leaves {} as it is", what.en), format!("该操作没有改变{}", what.zh)),
            say("give what should differ, or delete the row", "请填写需要改变的内容，或删除该行"),
            problems,
        );
    }

    fn error(&self, code: &'static str, row: usize, what: Text, help: Text, problems: &mut Problems) {
        let table = self.columns.table();
        problems.error(code, &table.file, table.at(row), what, help);
    }
}
