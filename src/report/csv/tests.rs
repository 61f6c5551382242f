use super::*;
use crate::model::Lang;
use crate::report::layers::Assessment;
use crate::report::sketch;

/// One record a block, `header: cell` a line, empty cells left out.
fn show(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(text.lines().count() * 2 == text.matches(['\r', '\n']).count(), "every line ends with CRLF");
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let block = |record: ::csv::StringRecord| {
        let cells = headers.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(header, cell)| format!("{header}: {cell}\n")).collect::<String>()
    };
    reader.records().map(|record| block(record.unwrap())).collect::<Vec<_>>().join("\n")
}

#[test]
fn findings_in_chinese() {
    let world = sketch::world();
    insta::assert_snapshot!(show(&sketch::bytes(|to| findings(&sketch::findings(&world), &world, Lang::Zh, to))), @r#"
    编号/id: edu.public-kindergarten
    文件/document: 均等化实施意见
    条款/clause: 二(一)1
    责任单位/lead: 社会事业局
    要求（中文）/summary zh: 每个街道都有公办幼儿园
    要求（英文）/summary en: every street has a public kindergarten
    核查方式/kind: presence
    结论/verdict: 未达标
    结论代码/verdict key: unmet
    实际值/observed: 1
    界限方向/bound: 不低于（含）
    要求值/required: 3
    单位/unit: 个街道
    余量/margin: -1
    余量单位/margin unit: 个街道
    缺口/shortfall: 1
    缺口单位/shortfall unit: 所幼儿园
    未达标数/unmet: 1
    无法判定数/unknown: 1
    核查对象数/subjects: 3
    涉及人数/affected: 3400
    涉及人群/affected group: 常住人口
    人数不详区域数/areas not counted: 0
    估算边界/estimated: 是
    示例数据/illustrative: 是

    编号/id: edu.library
    文件/document: 均等化实施意见
    条款/clause: 二(一)2
    责任单位/lead: 社会事业局
    要求（中文）/summary zh: 每个街道都有图书馆
    要求（英文）/summary en: every street has a library
    核查方式/kind: presence
    结论/verdict: 无法判定
    结论代码/verdict key: unknown
    未达标数/unmet: 0
    无法判定数/unknown: 0
    核查对象数/subjects: 0
    原因/why: 缺少“library”数据
    估算边界/estimated: 是
    示例数据/illustrative: 是

    编号/id: edu.any-school
    文件/document: 均等化实施意见
    条款/clause: 二(一)3
    责任单位/lead: 社会事业局
    要求（中文）/summary zh: 全区有学校
    要求（英文）/summary en: the district has a school
    核查方式/kind: presence
    结论/verdict: 达标
    结论代码/verdict key: met
    实际值/observed: 1
    界限方向/bound: 不低于（含）
    要求值/required: 1
    单位/unit: 个district
    余量/margin: 1
    余量单位/margin unit: 所学校
    未达标数/unmet: 0
    无法判定数/unknown: 0
    核查对象数/subjects: 1
    涉及人数/affected: 0
    涉及人群/affected group: 常住人口
    人数不详区域数/areas not counted: 0
    估算边界/estimated: 是
    示例数据/illustrative: 是

    编号/id: edu.inclusive-share
    文件/document: 均等化实施意见
    条款/clause: 二(一)4
    责任单位/lead: 社会事业局
    要求（中文）/summary zh: 普惠性学位占 80%
    要求（英文）/summary en: 80 % of the places are inclusive
    核查方式/kind: share
    结论/verdict: 无法判定
    结论代码/verdict key: unknown
    实际值/observed: 30
    界限方向/bound: 不低于（含）
    要求值/required: 80
    单位/unit: %
    未达标数/unmet: 0
    无法判定数/unknown: 0
    核查对象数/subjects: 0
    原因/why: 数据缺失可能影响结论：至少 30%，上限不明
    备注/remarks: 办园性质 = public：25%～50%
    估算边界/estimated: 否
    示例数据/illustrative: 是

    编号/id: edu.no-large-classes
    文件/document: 均等化实施意见
    条款/clause: 二(一)5
    责任单位/lead: 社会事业局
    要求（中文）/summary zh: 消除超过 55 人的大班额
    要求（英文）/summary en: no class has more than 55 pupils
    核查方式/kind: ceiling
    结论/verdict: 未达标
    结论代码/verdict key: unmet
    实际值/observed: 1
    界限方向/bound: 不超过（含）
    要求值/required: 0
    单位/unit: 所学校
    余量/margin: -1
    余量单位/margin unit: 所学校
    缺口/shortfall: 11
    缺口单位/shortfall unit: 最大班额
    未达标数/unmet: 1
    无法判定数/unknown: 0
    核查对象数/subjects: 2
    估算边界/estimated: 否
    示例数据/illustrative: 是

    编号/id: emp.information
    文件/document: 均等化实施意见
    条款/clause: 二(二)1
    责任单位/lead: 人力资源和社会保障局
    要求（中文）/summary zh: 提供网上咨询
    要求（英文）/summary en: information and advice online
    核查方式/kind: note
    结论/verdict: 不可核查
    结论代码/verdict key: not-checkable
    未达标数/unmet: 0
    无法判定数/unknown: 0
    核查对象数/subjects: 0
    原因/why: 咨询服务无可核查数据
    估算边界/estimated: 否
    示例数据/illustrative: 是
    "#);
}

#[test]
fn areas_in_english() {
    let world = sketch::world();
    insta::assert_snapshot!(show(&sketch::bytes(|to| areas(&Assessment::new(&sketch::findings(&world), &world, Lang::En), to))), @r#"
    级别/level: district
    代码/code: 210213
    名称/name: 金州区
    编号/id: edu.any-school
    条款/clause: 二(一)3
    结论/verdict: met
    结论代码/verdict key: met
    实际值/observed: 2
    单位/unit: schools
    估算边界/estimated: yes
    示例数据/illustrative: yes

    级别/level: street
    代码/code: 210213001
    名称/name: 光明街道
    上级代码/parent code: 210213
    上级名称/parent: 金州区
    编号/id: edu.public-kindergarten
    条款/clause: 二(一)1
    结论/verdict: met
    结论代码/verdict key: met
    实际值/observed: 1
    单位/unit: kindergartens
    估算边界/estimated: yes
    示例数据/illustrative: yes

    级别/level: street
    代码/code: 210213002
    名称/name: 登沙河街道
    上级代码/parent code: 210213
    上级名称/parent: 金州区
    编号/id: edu.public-kindergarten
    条款/clause: 二(一)1
    结论/verdict: unmet
    结论代码/verdict key: unmet
    实际值/observed: 0
    单位/unit: kindergartens
    缺口/shortfall: 1
    缺口单位/shortfall unit: kindergartens
    最近设施/nearest: K1
    最近距离（米）/distance (m): 6000
    说明/reason: short by 1 kindergarten; nearest: K1, 6 km
    估算边界/estimated: yes
    示例数据/illustrative: yes

    级别/level: street
    代码/code: 210213003
    名称/name: 华家街道
    上级代码/parent code: 210213
    上级名称/parent: 金州区
    编号/id: edu.public-kindergarten
    条款/clause: 二(一)1
    结论/verdict: unknown
    结论代码/verdict key: unknown
    实际值/observed: 0
    单位/unit: kindergartens
    说明/reason: ownership not given for 1 facility, which could change the verdict
    估算边界/estimated: yes
    示例数据/illustrative: yes
    "#);
}

#[test]
fn the_ledger_in_chinese() {
    let world = sketch::world();
    insta::assert_snapshot!(show(&sketch::bytes(|to| ledger(&sketch::findings(&world), &world, Lang::Zh, to))), @r#"
    编号/id: edu.no-large-classes
    条款/clause: 二(一)5
    责任单位/lead: 社会事业局
    设施代码/code: S1
    设施名称/name: S1
    所在区域/area: 光明街道
    现值/value: 66
    超出/over: 11
    等级/grade: super-large
    起始年份/since: 2018
    状态/status: 在册
    估算边界/estimated: 否
    示例数据/illustrative: 是

    编号/id: edu.no-large-classes
    条款/clause: 二(一)5
    责任单位/lead: 社会事业局
    设施代码/code: S2
    设施名称/name: S2
    所在区域/area: 登沙河街道
    现值/value: 50
    起始年份/since: 2015
    状态/status: 已销号
    销号年份/struck off: 2019
    估算边界/estimated: 否
    示例数据/illustrative: 是
    "#);
}

#[test]
fn a_formula_in_a_name_is_text() {
    let world = sketch::world_named(["=1+1", "+86", "@x", "-"], "=");
    let text = show(&sketch::bytes(|to| areas(&Assessment::new(&sketch::findings(&world), &world, Lang::En), to)));
    for cell in ["上级名称/parent: '=1+1", "名称/name: '+86", "名称/name: '@x", "名称/name: '-", "nearest: '=K1"]
    {
        assert!(text.contains(cell), "{cell} in\n{text}");
    }
}
