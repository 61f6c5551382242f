//! The limit of time that an option gives.

use std::time::Duration;

use crate::model::Text;
use crate::read::problem::say;

/// The seconds of `--time-limit`.
///
/// # Errors
/// Where it is no number above 0, said to whom gave it.
pub(super) fn seconds(text: &str) -> Result<Duration, Text> {
    let time = crate::read::number(text).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| !time.is_zero()).ok_or_else(|| {
        say(
            format!("--time-limit `{text}` is no time: give seconds, more than 0"),
            format!("--time-limit “{text}”无效：请填写大于 0 的秒数"),
        )
    })
}
