use super::*;
use crate::report::sketch;

#[test]
fn what_a_name_holds_is_text_in_the_style() {
    assert_eq!(text(r"a'b\n"), r"'a''b\\n'");
    assert_eq!(field("a\"b"), "\"a\"\"b\"");
    let world = sketch::world();
    let findings = sketch::findings(&world);
    let of = Assessment::new(&findings, &world, Lang::En);
    let mut style = areas(&of);
    style.rules[0].label = "</rule><x a=\"1\" b='2'>&\u{0}\u{1b}".to_owned();
    let qml = style.qml();
    assert!(qml.contains("label=\"&lt;/rule&gt;&lt;x a=&quot;1&quot; b=&apos;2&apos;&gt;&amp;\""), "{qml}");
}

#[test]
fn the_legend_says_what_rests_on_estimates_and_made_up_data_in_both_languages() {
    let world = sketch::world();
    let findings = sketch::findings(&world);
    for (lang, said) in [
        (Lang::En, ["something is not kept", "estimated boundary, not official", "illustrative data", "(made up)"]),
        (Lang::Zh, ["有条款未达标", "估算边界，非法定界线", "示例数据", "（示例）"]),
    ] {
        let of = Assessment::new(&findings, &world, lang);
        let all = areas(&of).qml() + &facilities(&of).qml();
        for said in said {
            assert!(all.contains(said), "{said}: {all}");
        }
    }
}
