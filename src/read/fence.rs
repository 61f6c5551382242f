//! A fence around readers that others wrote and that panic on some damaged files: what is caught is said as a problem.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    /// Whether this thread is behind the fence.
    static IS_BEHIND: Cell<bool> = const { Cell::new(false) };
}

/// The end of the path of this file, after that of all of ours.
const OWN: &str = "read/fence.rs";

/// What `work` gives; `None` where it panics. Nothing that it changed may be used then.
pub(super) fn behind<T>(work: impl FnOnce() -> T) -> Option<T> {
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            IS_BEHIND.set(self.0);
        }
    }
    let back = Back(IS_BEHIND.replace(true));
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    drop(back);
    done.ok()
}

/// Keeps panics behind the fence from being printed: they are told as problems. For the start of a program, since what is
/// done at a panic is one thing for all threads. Panics of our own code are printed wherever they are.
pub fn quieten_fenced_panics() {
    let otherwise = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let ours = file!().strip_suffix(OWN).unwrap_or_default();
        let is_ours = panic.location().is_some_and(|at| at.file().starts_with(ours));
        if is_ours || !IS_BEHIND.get() {
            otherwise(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_panics_behind_the_fence_gives_nothing_and_what_does_not_gives_its_value() {
        assert_eq!(behind(|| 1), Some(1));
        // Not with a message: it would be in the output of the tests.
        assert_eq!(behind(|| -> u8 { panic::resume_unwind(Box::new(())) }), None);
        assert!(!IS_BEHIND.get());
        assert_eq!(behind(|| behind(|| IS_BEHIND.get())), Some(Some(true)));
    }
}
