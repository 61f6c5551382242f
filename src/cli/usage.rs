//! What is wrong with a command line: in English as the parser says it, in Chinese in our words.

use clap::ValueEnum;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::tell;
use crate::model::{Lang, Text};

/// The language that a command line asks for, which may be wrong elsewhere.
pub(super) fn language(arguments: impl Iterator<Item = String>) -> Option<Lang> {
    let arguments: Vec<String> = arguments.collect();
    let after = arguments.iter().zip(arguments.iter().skip(1)).find(|(flag, _)| *flag == "--lang");
    let joined = || arguments.iter().find_map(|argument| argument.strip_prefix("--lang="));
    let value = after.map(|(_, value)| value.as_str()).or_else(joined)?;
    Lang::from_str(value, true).ok()
}

/// Tells an error, or help that was asked for.
pub(super) fn tell(error: &clap::Error, lang: Lang) {
    match in_chinese(error).filter(|_| lang == Lang::Zh) {
        Some(zh) => {
            let _: tell::Stopped = tell::stop(&Text::same(&format!("{zh}；用法见 --help")), lang);
        }
        // If it cannot be printed nobody is there to be told.
        None => {
            let _ = error.print();
        }
    }
}

/// What is wrong; none for help and for what nobody is likely to do.
fn in_chinese(error: &clap::Error) -> Option<String> {
    let of = |kind: ContextKind| error.get(kind).map(words);
    let argument = of(ContextKind::InvalidArg);
    let perhaps = |kind| of(kind).map_or_else(String::new, |like| format!("，是否应为 {like}？"));
    Some(match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let (argument, value) = (argument?, of(ContextKind::InvalidValue).unwrap_or_default());
            let allowed = of(ContextKind::ValidValue).filter(|all| !all.is_empty());
            let allowed = allowed.map_or_else(String::new, |all| format!("，可选：{all}"));
            match value.is_empty() {
                true => format!("{argument} 需要一个值{allowed}"),
                false => format!("{argument} 的值“{value}”无效{allowed}"),
            }
        }
        ErrorKind::UnknownArgument => format!("没有参数“{}”{}", argument?, perhaps(ContextKind::SuggestedArg)),
        ErrorKind::InvalidSubcommand => {
            let name = of(ContextKind::InvalidSubcommand)?;
            format!("没有命令“{name}”{}", perhaps(ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingSubcommand => "请给出命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{}", argument?),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if Some(&prior) != argument.as_ref() => format!("{} 不能与 {prior} 同时使用", argument?),
            _ => format!("{} 只能给出一次", argument?),
        },
        _ => return None,
    })
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(one) => one.clone(),
        ContextValue::Strings(all) => all.join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_where_the_rest_is_wrong() {
        let language = |text: &str| language(text.split(' ').map(str::to_owned));
        assert_eq!(language("site --cost abc --lang zh"), Some(Lang::Zh));
        assert_eq!(language("site --lang=en --cost abc"), Some(Lang::En));
        assert_eq!((language("site --lang"), language("site --lang no"), language("")), (None, None, None));
    }
}
