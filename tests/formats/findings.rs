//! The outputs of a check in the programs that they are for: QGIS and LibreOffice.
//!
//! `EVENREACH_WITHOUT_FOREIGN` leaves these out where the programs are not here.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Study, command};
use crate::{has_qgis, is_here, python};

const JINPU: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/jinpu");

/// What QGIS says of the outputs in a folder.
fn seen(folder: &Path, picture: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/look_in_qgis.py");
    let output = python().arg(script).arg(folder).arg(picture).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[test]
fn qgis_opens_the_findings_coloured_with_a_legend() {
    if !has_qgis() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let mut check = command(&["check", JINPU, "--lang", "zh", "--out"]);
    check.arg(&out);
    let run = Run::of(check);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let seen = seen(&out, &home.path().join("areas.png"));

    let findings: Value = serde_json::from_slice(&std::fs::read(out.join("findings.json")).unwrap()).unwrap();
    let areas_of = |family: &str, verdict: &str| {
        let all = findings["findings"].as_array().unwrap().iter();
        let own = all.filter(|one| one["id"].as_str().unwrap().split('.').next() == Some(family));
        let subjects = own.flat_map(|one| one["subjects"].as_array().unwrap());
        subjects.filter(|subject| subject["of"] == "area" && subject["verdict"] == verdict).count()
    };
    for family in ["ind", "edu", "emp", "eld", "dis"] {
        let layer = &seen[family];
        assert_eq!(layer["renderer"], "RuleRenderer", "{family}");
        for (verdict, label) in [("unmet", "未达标"), ("unknown", "无法判定（资料不全）"), ("met", "达标")]
        {
            assert_eq!(layer["rules"][label], areas_of(family, verdict), "{family}: {verdict}: {layer}");
        }
        assert!(layer["aliases"].as_array().unwrap().contains(&"结论".into()), "{layer}");
    }
    for name in ["areas", "areas.geojson"] {
        let layer = &seen[name];
        assert_eq!(layer["rules"]["估算边界，非法定界线"], 23, "{layer}");
        assert!(layer["rules"].get("示例数据：部分输入为演示而虚构").is_some(), "{layer}");
        // Every feature is drawn by one of the verdicts.
        let verdicts = ["有条款未达标", "无法判定（资料不全）", "已核查的均达标", "未核查"];
        let n: u64 = verdicts.iter().map(|label| layer["rules"][*label].as_u64().unwrap()).sum();
        assert_eq!(layer["features"], n, "{layer}");
        // And the picture has their colour.
        assert!(layer["colours"]["#d55e00"].as_u64().is_some_and(|n| 1000 < n), "{}", layer["colours"]);
    }
    for name in ["facilities", "facilities.geojson"] {
        let rules = seen[name]["rules"].as_object().unwrap();
        let n: u64 =
            rules.iter().filter(|(label, _)| label.ends_with("（示例）")).map(|(_, n)| n.as_u64().unwrap()).sum();
        assert_eq!(seen[name]["features"], n, "{rules:?}");
    }
    let styles = seen["styles"].as_array().unwrap();
    assert!(styles.contains(&"edu.central-kindergarten".into()), "{styles:?}");
    let names = ["edu.central-kindergarten：缺口", "最差结论"];
    assert!(names.iter().all(|name| styles.contains(&(*name).into())), "{styles:?}");
}

#[test]
fn names_run_nothing_in_qgis() {
    if !has_qgis() {
        return;
    }
    let study = Study::small();
    study.edit(
        "pack.toml",
        "kindergarten = { en = \"kindergarten\"",
        "kindergarten = { en = \"<b>\\\"'&--kindergarten\"",
    );
    study.edit("streets.geojson", "光明街道", "'|| exit() ||'</qgis>\\\"");
    let run = study.check(&["--lang", "en"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let seen = seen(&study.out(), &study.home().join("areas.png"));
    let rules = seen["facilities"]["rules"].as_object().unwrap();
    assert!(rules.keys().any(|label| label == "<b>\"'&--kindergarten"), "{rules:?}");
}

#[test]
fn libreoffice_opens_the_workbook_as_it_was_written() {
    if !is_here(Command::new("soffice").arg("--version"), "LibreOffice") {
        return;
    }
    let study = Study::small();
    study.edit("kindergartens.csv", "一幼", "=1+1");
    let run = study.check(&["--lang", "zh"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let convert = |to: &str| {
        let mut soffice = Command::new("soffice");
        // A profile of its own, so that another one that runs is not asked.
        let profile = format!("-env:UserInstallation=file://{}", study.home().join("profile").display());
        soffice.args([&profile, "--headless", "--convert-to", to, "--outdir"]).arg(study.home());
        let output = soffice.arg(study.out().join("findings.xlsx")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    convert("pdf");
    assert!(std::fs::read(study.home().join("findings.pdf")).unwrap().starts_with(b"%PDF-"));
    // All sheets as text: comma, quotes, UTF-8, from the first line, as shown, every sheet.
    convert("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1");
    let text = |sheet: &str| {
        let path = study.home().join(format!("findings-{sheet}.csv"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let summary = text("汇总");
    assert!(summary.contains("教育局,7,"), "{summary}");
    let family = text("edu");
    assert!(family.contains("=1+1") && !family.contains("\n2,"), "{family}");
    let scores = text("评分表 街道");
    assert!(scores.contains("S1,光明街道") && scores.contains('√') && scores.contains('×'), "{scores}");
    for sheet in ["评分表 村", "台账", "数据问题", "输入文件"] {
        assert!(!text(sheet).is_empty());
    }
}
