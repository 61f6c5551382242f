use super::*;
use crate::report::sketch;

fn show(lang: Lang, style: bool, width: usize) -> String {
    let world = sketch::world();
    summary(
        &sketch::findings(&world),
        &world,
        Look { lang, style, width, files: Some(("out/jinpu", &crate::report::Kind::ALL)) },
    )
}

#[test]
fn in_english() {
    insta::assert_snapshot!(show(Lang::En, false, 80), @r#"
    Jinzhou, a sketch · as of 2020-12-31
    ! Illustrative data: some inputs are made up to show how the tool works; nothing
      here describes a real place.
    ! Estimated boundaries (street): drawn by a rule, not official.

    1 met   2 unmet   2 unknown   1 not checkable   of 6 obligations

    Social Affairs Bureau
      ✗ edu.public-kindergarten  二(一)1
        every street has a public kindergarten
        kept in 1 street; required at least 3 streets (3 itself is enough); short by
        1 kindergarten; affected: 3,400 residents; unmet in 1 of 3 areas, unknown in
        1; by estimated boundaries
        登沙河街道 (1)
      ✗ edu.no-large-classes  二(一)5
        no class has more than 55 pupils
        found 1 school; required no schools; over by 11 pupils in the largest class
        S1 (11 over)

    Unknown
      ? edu.library  二(一)2: the study has no data on libraries
      ? edu.inclusive-share  二(一)4: missing data could change the verdict: 30 % or
        more

    Not checkable: 1 obligation; the reasons are in findings.csv.

    Files in out/jinpu: findings.xlsx, the workbook; findings.gpkg, which QGIS opens
    coloured; findings.csv, areas.csv and ledger.csv for a spreadsheet;
    areas.geojson, underserved.geojson and facilities.geojson for a map;
    findings.parquet and areas.parquet for data teams; findings.json for programs.
    "#);
}

#[test]
fn in_chinese() {
    insta::assert_snapshot!(show(Lang::Zh, false, 60), @r#"
    金州区（示意） · 评估基准日 2020-12-31
    ! 示例数据：部分输入为演示而虚构，以下结果不反映当地实际情
      况。
    ! 估算边界（street）：按规则推算，非法定界线。

    达标 1   未达标 2   无法判定 2   不可核查 1   共 6 项

    社会事业局
      ✗ edu.public-kindergarten  二(一)1
        每个街道都有公办幼儿园
        达标 1 个街道；要求不少于 3 个街道（含）；缺口 1 所幼儿
        园；涉及常住人口 3,400 人；3 个区域中 1 个未达标、1 个无
        法判定；按估算边界
        登沙河街道（1）
      ✗ edu.no-large-classes  二(一)5
        消除超过 55 人的大班额
        实际 1 所学校；要求为 0 所学校；超出 11（最大班额）
        S1（超出 11）

    无法判定
      ? edu.library  二(一)2：缺少“library”数据
      ? edu.inclusive-share  二(一)4：数据缺失可能影响结论：至少
        30%，上限不明

    不可核查 1 项，原因见 findings.csv。

    结果文件位于 out/jinpu：工作簿 findings.xlsx；QGIS 可直接打
    开的 findings.gpkg；表格 findings.csv、areas.csv、
    ledger.csv；地图 areas.geojson、underserved.geojson、
    facilities.geojson；数据团队用的 findings.parquet、
    areas.parquet；程序接口 findings.json。
    "#);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (lang, width) in [(Lang::En, 40), (Lang::Zh, 40), (Lang::Zh, 101), (Lang::En, 79)] {
        for line in show(lang, false, width).lines() {
            assert!(textwrap::core::display_width(line) <= width, "{line}");
        }
    }
}

#[test]
fn escapes_are_ours_or_none() {
    assert!(!show(Lang::En, false, 80).contains('\x1b'));
    let styled = show(Lang::En, true, 80);
    assert_eq!(anstream::adapter::strip_str(&styled).to_string(), show(Lang::En, false, 80));

    let world = sketch::world_named(["D", "A", "\x1b[31mB\u{9b}2J\r\u{202e}", "C"], "\x1b]0;title\x07");
    let shown =
        summary(&sketch::findings(&world), &world, Look { lang: Lang::En, style: false, width: 80, files: None });
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    assert!(shown.contains("[31mB2J"), "{shown}");
}
