//! How many persons each candidate can serve.

use crate::model::Text;
use crate::read::problem::say;
use crate::report::words::plain;
use crate::scenario::{Change, Given, Scenario};

/// Gives each candidate that does not say how many persons it can serve so many, `of_new`.
///
/// # Errors
/// Says how many have no capacity then, or none that can be.
pub(super) fn furnish(candidates: &mut [Scenario], key: &str, of_new: Option<f64>) -> Result<(), Text> {
    let all = candidates.len();
    let mut lacking: Vec<&str> = Vec::new();
    for candidate in candidates {
        let Scenario { name, edits } = candidate;
        for edit in edits {
            let Change::Open { attributes, .. } = &mut edit.change else { continue };
            match (attributes.iter().find(|(own, _)| own == key), of_new) {
                (Some((_, Given::Number(number))), _) if number.is_finite() && 0.0 <= *number => {}
                (None, Some(number)) => attributes.push((key.to_owned(), Given::Number(number))),
                _ => lacking.push(name),
            }
        }
    }
    let Some(first) = lacking.first().map(|name| plain(name)) else { return Ok(()) };
    let n = lacking.len();
    Err(say(
        format!(
            "`{key}` says how many a site can serve, and {n} of {all} candidates have none of 0 or more, such as `{first}`: give --capacity-of-new N, or a file of candidates with a column `{key}`"
        ),
        format!(
            "容量由“{key}”给出，而 {all} 个候选点中有 {n} 个没有有效数值，如“{first}”：请用 --capacity-of-new 给出数值，或用 --candidates 给出含 {key} 列的文件"
        ),
    ))
}
