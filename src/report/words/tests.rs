use jiff::civil::date;

use super::*;
use crate::model::Proxy;
use crate::report::sketch;
use crate::rules::finding::{Pace, Quantity, Reason, Remark, Required, Threshold, Unit};
use crate::units::{Cost, CostUnit, Metres, Share};

/// Each in English and Chinese, one a line.
fn show(say: &[&dyn Fn(Words<'_>) -> String]) -> String {
    let (world, pack) = (sketch::world(), sketch::pack());
    let words = Words { world: &world, pack: &pack, lang: Lang::En };
    let line = |say: &&dyn Fn(Words<'_>) -> String| {
        let Text { en, zh } = words.both(say);
        format!("{en} | {zh}\n")
    };
    say.iter().map(line).collect()
}

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

fn kindergartens() -> Unit {
    Unit::Facilities { service: "kindergarten".to_owned() }
}

#[test]
fn what_would_run_or_turn_a_line_is_gone() {
    assert_eq!(plain("a\x1b[31mb\u{9b}1m\u{202e}c\0\u{7}"), "a[31mb1mc");
    assert_eq!(plain("两行\r\n名称"), "两行  名称");
}

#[test]
fn quantities_of_every_unit() {
    let places = || Unit::Supply { service: "kindergarten".to_owned() };
    let quantities = [
        (2.0, Unit::Areas { level: "street".to_owned() }),
        (1.0, kindergartens()),
        (194_979.0, places()),
        (66.0, Unit::Attribute("largest-class".to_owned())),
        (1.0, Unit::Persons),
        (12_400.0, Unit::DwellingFloor),
        (0.925, Unit::Share),
        (849.6, Unit::Metres),
        (1234.5, Unit::Metres),
        (0.6512, Unit::Ratio),
        (43.1, Unit::Per { supply: Box::new(places()), persons: 1000.0 }),
        (3.0, Unit::Estates),
        (97.5, Unit::Stated(text("%", "%"))),
        (9.0, Unit::Stated(text("per 100,000", "人/10万"))),
        (f64::NAN, kindergartens()),
    ];
    let lines: String = quantities.iter().map(|(value, unit)| show(&[&|words| words.quantity(*value, unit)])).collect();
    insta::assert_snapshot!(lines, @r#"
    2 streets | 2 个街道
    1 kindergarten | 1 所幼儿园
    194,979 places | 194,979 个学位
    66 pupils in the largest class | 66（最大班额）
    1 person | 1 人
    12,400 m² of dwelling floor (proxy for residents) | 12,400 平方米住宅建筑面积（代替常住人口）
    92.5 % | 92.5%
    850 m | 850 米
    1.23 km | 1.23 公里
    0.651 | 0.651
    43.1 places per 1,000 persons | 每 1,000 人 43.1 个学位
    3 new estates | 3 个新建居住区
    97.5 % | 97.5%
    9 per 100,000 | 9 人/10万
    – kindergartens | – 所幼儿园
    "#);
}

#[test]
fn thresholds_say_on_which_side_the_edge_is() {
    let required = |threshold, unit| Required { threshold, unit };
    let thresholds = [
        required(Threshold::AtLeast(0.8), Unit::Share),
        required(Threshold::AtLeast(25.0), Unit::Areas { level: "street".to_owned() }),
        required(Threshold::AtMost(55.0), Unit::Attribute("largest-class".to_owned())),
        required(Threshold::AtMost(0.0), kindergartens()),
        required(Threshold::AtMost(2000.0), Unit::Metres),
    ];
    let lines: String = thresholds.iter().map(|required| show(&[&|words| words.required(required)])).collect();
    insta::assert_snapshot!(lines, @r#"
    at least 80 % (80 % itself is enough) | 不低于 80%（含）
    at least 25 streets (25 itself is enough) | 不少于 25 个街道（含）
    at most 55 pupils in the largest class (55 itself is allowed) | 不超过 55（最大班额）（含）
    no kindergartens | 为 0 所幼儿园
    at most 2 km (2 km itself is allowed) | 不超过 2 公里（含）
    "#);
}

#[test]
fn a_value_just_short_of_its_limit_does_not_read_as_if_it_were_enough() {
    let required = Required { threshold: Threshold::AtLeast(0.8), unit: Unit::Share };
    let observed = Quantity { value: 0.799_96, unit: Unit::Share };
    assert_eq!(show(&[&|words| words.observed(&observed, Some(&required))]), "79.996 % | 79.996%\n");
}

#[test]
fn every_reason() {
    let key = || "kindergarten".to_owned();
    let attributes = || vec!["ownership".to_owned(), "largest-class".to_owned()];
    let reasons = [
        Reason::NoService(key()),
        Reason::NoLevel("street".to_owned()),
        Reason::NoGroup("residents".to_owned()),
        Reason::NoSeries("ind.x".to_owned()),
        Reason::NoEstates,
        Reason::NoAttribute { attributes: attributes(), n_facilities: 1 },
        Reason::NoAreaAttribute { attributes: attributes() },
        Reason::NoMembership { n_facilities: 1 },
        Reason::NoMembership { n_facilities: 3 },
        Reason::NoPersons { group: "residents".to_owned() },
        Reason::Proxy(Proxy::DwellingFloor),
        Reason::NoPlace,
        Reason::NotListed,
        Reason::OtherUnit { asked: CostUnit::Minutes, known: CostUnit::Metres },
        Reason::NoDate,
        Reason::Undecided { low: 1.0, high: 2.0 },
        Reason::Undecided { low: 1.0, high: f64::INFINITY },
        Reason::NoValue { year: 2020, latest: None },
        Reason::NoValue { year: 2020, latest: Some(2018) },
        Reason::NotDue { year: 2025 },
        Reason::UnknownSubjects { unknown: 3, of: 25 },
        Reason::NothingHere,
        Reason::NoLimit,
        Reason::Stated(text("as the pack says", "见规则包说明")),
    ];
    let lines: String =
        reasons.iter().map(|reason| show(&[&|words| words.reason(reason, Some(&kindergartens()))])).collect();
    insta::assert_snapshot!(lines, @r#"
    the study has no data on kindergartens | 缺少“幼儿园”数据
    the study has no areas of the level street | 缺少“街道”一级的区域资料
    no file counts the group residents | 缺少“常住人口”人数资料
    the study has no values of the series ind.x | 缺少指标数据（ind.x）
    the study has no data on new estates | 缺少新建居住区数据
    ownership, pupils in the largest class not given for 1 facility, which could change the verdict | 1 个设施未填“办园性质、最大班额”，可能影响结论
    ownership, pupils in the largest class not given for the area, so it may not be meant | 该区域未填“办园性质、最大班额”，无法确定是否适用
    the files do not say in which area a facility is that could be here | 1 个设施未注明所在区域，有可能位于此处
    the files do not say in which areas 3 facilities are that could be here | 3 个设施未注明所在区域，有可能位于此处
    the number of people in the group residents is missing | “常住人口”人数缺失
    the study counts dwelling floor in place of people, which gives shares and no numbers of people | 研究以住宅建筑面积代替人口，只能计算比例，不能计算人数
    there are no coordinates to measure a distance | 缺少坐标，无法测算距离
    the study's table of costs has no row for one of the two places | 出行费用表没有列出该地点或设施
    the limit is a time, and the study knows straight lines only: bring a table of costs in min (travel.table in study.toml) | 限值为时间，而研究只有直线距离：请提供以分钟为单位的出行费用表（study.toml 的 travel.table）
    the date is missing | 缺少日期
    missing data could change the verdict: 1 kindergarten to 2 kindergartens | 数据缺失可能影响结论：介于 1 所幼儿园与 2 所幼儿园之间
    missing data could change the verdict: 1 kindergarten or more | 数据缺失可能影响结论：至少 1 所幼儿园，上限不明
    no value for 2020 or before | 缺少 2020 年及以前的数值
    no value for 2020; the latest is for 2018 | 缺少 2020 年数值，最近一期为 2018 年
    the target is for 2025, which has not come yet | 目标年份为 2025 年，尚未到期
    unknown for 3 of 25, unmet for none | 25 个对象中有 3 个无法判定，其余均达标
    there is nothing here to judge | 没有可核查的对象
    the document gives no limit and the rule pack sets none | 文件未规定限值，规则包也未设定
    as the pack says | 见规则包说明
    "#);
}

#[test]
fn every_remark() {
    let metres = |metres| Metres::new(metres).unwrap().into();
    let minutes = Cost::new(12.5, CostUnit::Minutes).unwrap();
    let remarks = [
        Remark::MissingAt { level: "street".to_owned(), missing: 2, unknown: 1, of: 25 },
        Remark::MissingAt { level: "street".to_owned(), missing: 2, unknown: 0, of: 25 },
        Remark::ShareOf { part: "ownership".to_owned(), low: 0.5, high: 0.5 },
        Remark::ShareOf { part: "ownership = public".to_owned(), low: 0.25, high: 0.5 },
        Remark::Gap {
            attribute: "ownership".to_owned(),
            best: "public".to_owned(),
            worst: "private".to_owned(),
            gap: Share::new(0.125).unwrap(),
        },
        Remark::Pace { pace: Pace::Ahead, year: 2019, value: 3.0, line: 2.0 },
        Remark::Pace { pace: Pace::OnTrack, year: 2019, value: 2.0, line: 2.0 },
        Remark::Pace { pace: Pace::Behind, year: 2019, value: 1.0, line: 2.0 },
        Remark::SumSoFar { sum: 3.0, years: 4, of: 5 },
        Remark::Size { large: Some(true), from: 4000.0 },
        Remark::Size { large: Some(false), from: 4000.0 },
        Remark::Size { large: None, from: 4000.0 },
        Remark::JointAt { distance: metres(850.0) },
        Remark::JointTooFar { distance: metres(2500.0) },
        Remark::JointAt { distance: minutes },
        Remark::Lacks { attribute: "ownership".to_owned(), n_facilities: 2 },
        Remark::PartExceeds {
            part: "nursing-beds".to_owned(),
            whole: "beds".to_owned(),
            facilities: vec![FacilityId::new(0)],
        },
        Remark::NoLead { group: "east".to_owned() },
        Remark::NoMember { group: "west".to_owned() },
        Remark::OpensLate { facility: FacilityId::new(2), opens: date(2019, 9, 1), due: date(2019, 6, 30) },
        Remark::Places { needed: 120.0, had: 90.0 },
        Remark::Grade { grade: "super-large".to_owned() },
        Remark::MeanVariation { resources: 7 },
        Remark::Seated { seated: 1200.0, of: 1500.0 },
        Remark::Stated(text("as the pack says", "见规则包说明")),
    ];
    let lines: String =
        remarks.iter().map(|remark| show(&[&|words| words.remark(remark, Some(&kindergartens()))])).collect();
    insta::assert_snapshot!(lines, @r#"
    street: 2 of 25 lack it, 1 unknown | 街道：25 个中 2 个缺失，1 个无法判定
    street: 2 of 25 lack it | 街道：25 个中 2 个缺失
    ownership: 50 % | 办园性质：50%
    ownership = public: 25 % to 50 % | 办园性质 = public：25%～50%
    gap by ownership: 12.5 percentage points between public (best) and private (worst) | 按“办园性质”比较：public最高，private最低，相差 12.5 个百分点
    ahead: 3 kindergartens in 2019, the straight line to the target asks for 2 kindergartens | 快于进度：2019 年为 3 所幼儿园，按直线进度应为 2 所幼儿园
    on track: 2 kindergartens in 2019, the straight line to the target asks for 2 kindergartens | 符合进度：2019 年为 2 所幼儿园，按直线进度应为 2 所幼儿园
    behind: 1 kindergarten in 2019, the straight line to the target asks for 2 kindergartens | 慢于进度：2019 年为 1 所幼儿园，按直线进度应为 2 所幼儿园
    3 kindergartens so far, from 4 of 5 years | 累计 3 所幼儿园（5 年中已有 4 年数据）
    counts as large (large from 4,000 persons, that number included) | 按大村（社区）核查（4,000 人及以上为大）
    counts as small (large from 4,000 persons, that number included) | 按小村（社区）核查（4,000 人及以上为大）
    of unknown size (large from 4,000 persons, that number included) | 规模不详（4,000 人及以上为大）
    served by a joint one 850 m away | 由 850 米外的联办设施服务
    the joint one that lists it is too far: 2.5 km | 列明服务本地的联办设施过远：2.5 公里
    served by a joint one 12.5 min away | 由 12.5 分钟外的联办设施服务
    ownership: not so or not given for 2 facilities | “办园性质”：2 个设施不符合或未填
    nursing-beds is more than beds at K1: correct one of them | K1的“nursing-beds”大于“beds”，请更正
    east: no lead facility | east：没有牵头单位
    west: no member | west：没有成员
    S1 opens 2019-09-01, later than 2019-06-30 | S1于 2019-09-01 启用，晚于要求的 2019-06-30
    120 places needed, 90 to be had | 需 120 个，有 90 个
    grade: super-large | 等级：super-large
    mean of the coefficients of variation of 7 resources | 7 项资源差异系数的平均值
    1,200 of 1,500 persons find a place within the limit | 1,500 人中有 1,200 人能在规定距离内安排
    as the pack says | 见规则包说明
    "#);
}
