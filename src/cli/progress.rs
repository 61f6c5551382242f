//! Progress on the error stream, for work that takes more than a second, where someone is looking.

use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::words::plain;

/// A bar that shows itself after a second.
pub(super) struct Progress(ProgressBar);

/// A bar over many things of one kind, with how many a second and how long it will take.
pub(super) struct Rate(ProgressBar);

impl Rate {
    /// A bar over `n` things, of which `done` are done.
    pub(super) fn new(n: u64, done: u64, what: &'static str) -> Self {
        let bar = hidden(n, "{spinner} [{bar:24}] {pos}/{len} {msg} {per_sec} ~{eta}");
        bar.set_position(done);
        bar.reset_eta();
        bar.set_message(what);
        Self(bar)
    }

    /// So many are done.
    pub(super) fn done_so_far(&self, n: u64) {
        self.0.set_position(n);
    }

    /// All is done: the bar goes away.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// A bar that shows itself after a second.
fn hidden(n: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(n), ProgressDrawTarget::hidden());
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.expect("the template is well formed").progress_chars("=> "));
    let later = bar.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(1));
        if !later.is_finished() {
            // Draws nothing where the error stream is no terminal.
            later.set_draw_target(ProgressDrawTarget::stderr());
            later.enable_steady_tick(Duration::from_millis(200));
        }
    });
    bar
}

impl Progress {
    /// A bar of so many steps.
    pub(super) fn new(steps: u64) -> Self {
        Self(hidden(steps, "{spinner} [{bar:24}] {pos}/{len} {msg} {elapsed}"))
    }

    /// There are so many steps in all.
    pub(super) fn expect(&self, steps: u64) {
        self.0.set_length(steps);
    }

    /// The next step begins.
    pub(super) fn step(&self, what: &str) {
        self.0.set_message(plain(what));
        self.0.inc(1);
    }

    /// All is done: the bar goes away.
    pub(super) fn done(&self) {
        self.0.finish_and_clear();
    }
}
