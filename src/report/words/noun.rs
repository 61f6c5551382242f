//! Nouns after a number: plurals in English, measure words in Chinese.
//!
//! A pack gives one form of each noun. English is made singular or plural by its last word, or by the word before
//! `for`, `of`, `with`, `in`, `(`; a Chinese noun takes the measure word that its last character asks for.

/// `noun` in English as it stands after `n`.
pub(crate) fn english(noun: &str, n: f64) -> String {
    let cut = [" for ", " of ", " with ", " in ", " ("].iter().filter_map(|stop| noun.find(stop)).min();
    let (head, tail) = noun.split_at(cut.unwrap_or(noun.len()));
    let head = if n.abs() == 1.0 { singular(head) } else { plural(head) };
    format!("{head}{tail}")
}

/// Nouns that are their own plural or are not counted, by how they end.
const UNCHANGED: [&str; 8] = ["staff", "people", "children", "elderly", "equipment", "care", "support", "personnel"];

fn plural(noun: &str) -> String {
    let ends = |end: &str| noun.ends_with(end);
    if UNCHANGED.iter().any(|end| ends(end)) || !noun.ends_with(|last: char| last.is_ascii_lowercase()) {
        return noun.to_owned();
    }
    if ends("ss") || ends("x") || ends("ch") || ends("sh") {
        return format!("{noun}es");
    }
    if ends("s") {
        return noun.to_owned();
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    }
}

fn singular(noun: &str) -> String {
    if noun.ends_with("ss") || noun.ends_with("us") || noun.ends_with("is") {
        return noun.to_owned();
    }
    if let Some(stem) = noun.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for end in ["sses", "xes", "ches", "shes"] {
        if noun.ends_with(end) {
            return noun[..noun.len() - 2].to_owned();
        }
    }
    noun.strip_suffix('s').unwrap_or(noun).to_owned()
}

/// `noun` in Chinese with the measure word before it, as it stands after a number: `所幼儿园`.
pub(crate) fn chinese(noun: &str) -> String {
    // A noun that brings its own, such as `个学位`.
    if noun.starts_with(['个', '所', '张', '名']) {
        return noun.to_owned();
    }
    let measure = if noun.ends_with("床") || noun.ends_with("床位") {
        "张"
    } else if noun.ends_with("机构") || noun.ends_with("企业") {
        "家"
    } else if noun.ends_with(['园', '校', '院']) || noun.ends_with("小学") || noun.ends_with("中学") {
        "所"
    } else if noun.ends_with("人员") || noun.ends_with("教师") || noun.ends_with("学生") {
        "名"
    } else {
        "个"
    };
    format!("{measure}{noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_follows_the_number_whichever_form_the_pack_gives() {
        for (noun, one, many) in [
            ("kindergarten", "kindergarten", "kindergartens"),
            ("places", "place", "places"),
            ("city", "city", "cities"),
            ("class", "class", "classes"),
            ("elderly-care home", "elderly-care home", "elderly-care homes"),
            ("base for training", "base for training", "bases for training"),
            ("village (community)", "village (community)", "villages (community)"),
            ("children", "children", "children"),
            ("公园", "公园", "公园"),
        ] {
            assert_eq!(english(noun, 1.0), one);
            assert_eq!(english(noun, 0.0), many);
            assert_eq!(english(noun, 2.5), many);
        }
    }

    #[test]
    fn chinese_takes_its_measure_word() {
        for (noun, measured) in [
            ("幼儿园", "所幼儿园"),
            ("街道", "个街道"),
            ("护理型床位", "张护理型床位"),
            ("养老机构", "家养老机构"),
            ("人力资源服务设施", "个人力资源服务设施"),
            ("个学位", "个学位"),
        ] {
            assert_eq!(chinese(noun), measured);
        }
    }
}
