//! Why `assign` has no answer, and who and what its answer leaves out, said to the person who can mend it.

use super::aim::Aim;
use super::{Arguments, NoAnswer, somewhere};
use crate::allocation::TooMany;
use crate::allocation::districts::NoDistricts;
use crate::assess::allocation::{Current, MOST_PAIRS, NoTask, Task, persons, staying, without_boundary};
use crate::cli::tell;
use crate::model::{Column, Id, Lang, LevelId, Text, World};
use crate::read::problem::say;
use crate::report::allocation::{Keep, conditions, counted};
use crate::report::words::noun::english;
use crate::report::words::number::number;
use crate::report::words::plain;
use crate::units::CostUnit;

/// Whether all areas have a boundary.
pub(super) fn boundaries(world: &World, task: &Task, level: LevelId) -> Result<(), Text> {
    let without = without_boundary(world, task);
    if without.is_empty() {
        return Ok(());
    }
    let areas = &world.areas;
    let key = &areas.levels()[level].key;
    let has_all = |level: &LevelId| {
        let ids = areas.at_level(*level);
        !ids.is_empty() && ids.iter().all(|&id| areas[id].boundary.polygon().is_some())
    };
    let drawn = areas.levels().ids().filter(has_all).map(|level| areas.levels()[level].key.as_str());
    let drawn = drawn.collect::<Vec<_>>().join(", ");
    let (n, n_all) = (without.len(), task.places.len());
    let (places, have) = (english("area", n_all as f64), if n == 1 { "has" } else { "have" });
    let first = without.iter().take(5).map(|&at| task.places[at].label.as_str()).collect::<Vec<_>>().join(", ");
    let (help_en, help_zh) = match drawn.is_empty() {
        true => ("add boundaries to that layer of areas".to_owned(), "请为该级区域补充边界".to_owned()),
        false => (
            format!("add them, or give --level with one whose areas all have one: {drawn}"),
            format!("请补充边界，或用 --level 选择边界齐全的级别：{drawn}"),
        ),
    };
    Err(say(
        format!(
            "--contiguous needs a boundary of every area, and {n} of {n_all} {places} of the level `{key}` {have} none: \
             {first}{}; {help_en}",
            if 5 < n { " ..." } else { "" }
        ),
        format!(
            "--contiguous 需要每个区域的边界，“{key}”级 {n_all} 个区域中有 {n} 个没有边界：{first}{}；{help_zh}",
            if 5 < n { "等" } else { "" }
        ),
    ))
}

/// Why there is no answer, and whether it is proven that there is none.
pub(super) fn no_answer(why: &NoAnswer, world: &World, task: &Task, keep: Option<&Keep>) -> (Text, bool) {
    match why {
        NoAnswer::Parted(TooMany::Stopped) | NoAnswer::Whole(NoDistricts::Stopped) => (
            say(
                "time was up before any answer was found: give a longer --time-limit",
                "在时限内未找到任何方案：请延长 --time-limit",
            ),
            false,
        ),
        NoAnswer::Parted(TooMany::Disagrees(fault)) | NoAnswer::Whole(NoDistricts::Disagrees(fault)) => (
            say(
                format!(
                    "this is a mistake of the program: {fault}; nothing was written, please report it with the files"
                ),
                format!("程序错误：{fault}；未写入任何文件，请连同数据一并反馈"),
            ),
            false,
        ),
        NoAnswer::Parted(TooMany::Stay(over)) => {
            let name = |site: u32| plain(&world.facilities[task.sites[site as usize].facility].name);
            let one = |&(site, staying): &(u32, u64)| {
                let capacity = number(persons(task.capacity[site as usize]));
                format!("{} {} > {capacity}", name(site), number(persons(staying)))
            };
            let listed = over.iter().take(8).map(one).collect::<Vec<_>>().join(", ");
            let more = if 8 < over.len() { " ..." } else { "" };
            let n = over.len();
            let share = keep.map_or(0, |keep| largest_share(task, &keep.current));
            let (help_en, help_zh) = match share {
                0 => (String::new(), String::new()),
                share => {
                    let share = number(f64::from(share) / 10.0);
                    (format!("give a share of {share}% or less, or "), format!("将比例降至 {share}% 或更低，或"))
                }
            };
            let (facilities, hold) = (english("facility", n as f64), if n == 1 { "it holds" } else { "they hold" });
            (
                say(
                    format!(
                        "so many cannot stay: at {n} {facilities} more would stay than {hold}: {listed}{more}; {help_en}leave out \
                         --keep-current-share"
                    ),
                    format!(
                        "无法按该比例留在原校：{n} 个设施留下的人数将超过容量：{listed}{more}；请{help_zh}去掉 --keep-current-share"
                    ),
                ),
                true,
            )
        }
        &NoAnswer::Whole(NoDistricts::Stay { found, most, is_proven }) => {
            let all = keep.map_or(0, |keep| somewhere(task, &keep.current));
            (too_few_stay(found, most, all, is_proven), is_proven)
        }
    }
}

/// The largest share of each place that every facility has room for, in thousandths.
fn largest_share(task: &Task, current: &Current) -> u32 {
    let fits = |thousandths: u32| {
        let mut stay = vec![0_u64; task.sites.len()];
        for (site, amount) in staying(task, current, f64::from(thousandths) / 1000.0).into_iter().flatten() {
            stay[site as usize] += amount;
        }
        stay.iter().zip(&task.capacity).all(|(stay, capacity)| stay <= capacity)
    };
    let (mut fitting, mut too_large) = (0, 1001);
    while fitting + 1 < too_large {
        let middle = (fitting + too_large) / 2;
        if fits(middle) { fitting = middle } else { too_large = middle }
    }
    fitting
}

/// That so many of all cannot stay in districts, or that none were found in which they do.
fn too_few_stay(found: u64, most: u64, all: u64, is_proven: bool) -> Text {
    // A share that was found to be possible, rounded down.
    let share = (persons(found) / persons(all.max(1)) * 1000.0).floor() / 10.0;
    let is_most = found == most;
    let of_all = counted(all);
    let [found, most, all] = [found, most, all].map(|amount| number(persons(amount)));
    let (en, zh) = match (is_proven, is_most) {
        (true, true) => (
            format!("so many cannot stay, that is proven: at most {most} of {of_all} can"),
            format!("无法达到该留校比例（已证明）：{all} 人中最多 {most} 人可留在原校"),
        ),
        (true, false) => (
            format!(
                "so many cannot stay, that is proven: no more than {most} of {of_all} can; {found} do in the best \
                 districts found"
            ),
            format!(
                "无法达到该留校比例（已证明）：{all} 人中可留在原校者不超过 {most} 人；已找到的最好划分留 {found} 人"
            ),
        ),
        (false, _) => (
            format!(
                "no districts were found in which so many stay, and it is not proven that there are none: {found} of \
                 {of_all} do in the best found, and no more than {most} can"
            ),
            format!(
                "未找到满足留校比例的划分，但未证明不存在：{all} 人中，已找到的最好划分留 {found} 人，不超过 {most} 人可留"
            ),
        ),
    };
    let (help_en, help_zh) = match share {
        0.0 => ("leave out --keep-current-share".to_owned(), "请去掉 --keep-current-share".to_owned()),
        share => {
            let share = number(share);
            (
                format!("give a --keep-current-share of {share}% or less"),
                format!("请将 --keep-current-share 降至 {share}% 或更低"),
            )
        }
    };
    say(format!("{en}; {help_en}"), format!("{zh}；{help_zh}"))
}

/// Why there is nothing to give out.
pub(super) fn why_not(why: &NoTask, world: &World, aim: &Aim<'_>, arguments: &Arguments) -> Text {
    let (service, capacity) = (&arguments.service, &aim.capacity);
    let group = &world.people.groups[aim.group];
    let asked = conditions(&aim.conditions);
    let (known_en, known_zh) = match world.costs {
        Some(_) => ("lives where the table of costs names a place", "列入出行费用表"),
        None => ("has a place", "带坐标"),
    };
    let such = match world.cost_unit() {
        CostUnit::Metres => "3 km",
        CostUnit::Minutes => "15 min",
    };
    // What another service has says nothing about this one.
    let facilities = &world.facilities.services()[aim.service].facilities;
    let has_number = |column: &Column| {
        facilities.iter().any(|facility| column.number(facility.index()).is_some_and(|number| 0.0 <= number))
    };
    let numbers = || {
        let all = world.facilities.attributes().iter().filter(|(key, _)| *key != capacity);
        all.filter(|(_, column)| has_number(column)).map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ")
    };
    match why {
        NoTask::NoFacility if asked.is_empty() => say(
            format!("there is no facility of the service `{service}`: nobody can be given a place"),
            format!("“{service}”没有任何设施，无法分配"),
        ),
        NoTask::NoFacility => say(
            format!("no facility of the service `{service}` surely meets {asked}: leave conditions out by --where all"),
            format!("没有“{service}”设施确定满足条件 {asked}：可用 --where all 取消条件"),
        ),
        NoTask::NoCapacity { n, negative } => {
            let numbers = numbers();
            let (help_en, help_zh) = match numbers.is_empty() {
                true => (String::new(), String::new()),
                false => (
                    format!(", or choose an attribute by --capacity: {numbers}"),
                    format!("，或用 --capacity 选择属性：{numbers}"),
                ),
            };
            let (en, zh) = match negative {
                0 => (String::new(), String::new()),
                1 => (" (1 gives a negative number)".to_owned(), "（其中 1 个为负数）".to_owned()),
                negative => (format!(" ({negative} give a negative number)"), format!("（其中 {negative} 个为负数）")),
            };
            let none = match n {
                1 => "the only facility has no number".to_owned(),
                n => format!("none of {n} facilities has a number"),
            };
            say(
                format!("no capacity is known: {none} in `{capacity}`{en}; fill it in{help_en}"),
                format!("容量未知：{n} 个设施的“{capacity}”均无有效数值{zh}；请填写{help_zh}"),
            )
        }
        NoTask::AllFull => say(
            format!("every facility whose `{capacity}` is known holds nobody (0): nobody can be given a place"),
            format!("所有已知“{capacity}”的设施容量均为 0，无法分配"),
        ),
        NoTask::NoDemand => say(
            format!("there is no demand: no person of the group `{group}` {known_en}; choose another by --group"),
            format!("没有需求：人群“{group}”没有{known_zh}的人数；可用 --group 选择其他人群"),
        ),
        NoTask::TooManyPairs => say(
            format!(
                "there are too many pairs of a place and a facility (more than {MOST_PAIRS}): give a --limit, such as \
                 --limit \"{such}\""
            ),
            format!("人口点与设施的组合过多（超过 {MOST_PAIRS}）：请给出 --limit，如 --limit \"{such}\""),
        ),
        NoTask::TooManyPersons => say(
            format!("the group `{group}` counts more persons than can be: look into the numbers"),
            format!("人群“{group}”的人数大得不可能：请检查数据"),
        ),
    }
}

/// Who and what is left out.
pub(super) fn told(world: &World, task: &Task, aim: &Aim<'_>, lang: Lang) {
    let left_out = &task.left_out;
    let has_table = world.costs.is_some();
    let note = |n: usize, en: String, zh: String| {
        if 0 < n {
            tell::note(&lang.pick(format!("note: {en}"), format!("说明：{zh}")));
        }
    };
    let facilities = |n: usize| format!("{n} {}", english("facility", n as f64));
    let they_were = |n: usize| if n == 1 { "it was" } else { "they were" };
    let reaches = |n: usize| if n == 1 { "nobody reaches it" } else { "nobody reaches them" };
    let (n, capacity) = (left_out.no_capacity, &aim.capacity);
    let negative = left_out.negative;
    let (of_en, of_zh) = match negative {
        0 => (String::new(), String::new()),
        negative => (format!(" ({negative} negative)"), format!("（其中 {negative} 个为负数）")),
    };
    note(
        n,
        format!("of {} `{capacity}` is not known{of_en}; {} taken to hold nobody", facilities(n), they_were(n)),
        format!("{n} 个设施的“{capacity}”未知{of_zh}，按不接收任何人处理"),
    );
    let n = left_out.no_place;
    note(
        n,
        match has_table {
            true => format!("the table of costs does not name {}; {}", facilities(n), reaches(n)),
            false => format!("{} {} no place; {}", facilities(n), if n == 1 { "has" } else { "have" }, reaches(n)),
        },
        match has_table {
            true => format!("{n} 个设施未列入出行费用表，按无人可达处理"),
            false => format!("{n} 个设施没有坐标，按无人可达处理"),
        },
    );
    let n = left_out.unsure;
    note(
        n,
        match n {
            1 => "of 1 facility it is not known whether it counts; it was taken not to".to_owned(),
            n => format!("of {n} facilities it is not known whether they count; they were taken not to"),
        },
        format!("{n} 个设施因属性缺失无法确定是否计入，按不计处理"),
    );
    let n = left_out.uncounted;
    note(
        n,
        format!("of {n} {} it is not known how many live there; {} left out", english("place", n as f64), they_were(n)),
        format!("{n} 个地点人数未知，未计入"),
    );
    if 0.0 < left_out.homeless {
        let is_one = left_out.homeless == 1.0;
        let (live, have, were) = match is_one {
            true => ("person lives", "person has", "was"),
            false => ("persons live", "persons have", "were"),
        };
        let n = number(left_out.homeless);
        note(
            1,
            match has_table {
                true => format!(
                    "{n} {live} where the table of costs names no place, or in no area that is given out, and {were} left out"
                ),
                false => format!("{n} {have} no place, or no area that is given out, and {were} left out"),
            },
            match has_table {
                true => format!("{n} 人的所在地未列入出行费用表，或不在所划分的区域内，未计入"),
                false => format!("{n} 人没有坐标或不在所划分的区域内，未计入"),
            },
        );
    }
}
