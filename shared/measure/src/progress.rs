//! Progress on standard error: a line that changes on a terminal, else a line a model.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use test_fixtures::{is_utf8, tell};

/// What is being done now.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Nothing is being done yet.
    #[must_use]
    pub fn shown() -> Self {
        let bar = ProgressBar::new_spinner();
        let style =
            ProgressStyle::with_template("{spinner} {elapsed:>3} {prefix}{wide_msg}");
        let style = style.expect("the template is well formed");
        bar.set_style(match is_utf8() {
            true => style,
            false => style.tick_chars("|/-\\ "),
        });
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// A model begins.
    pub fn begin(&self, model: &str) {
        if self.0.is_hidden() {
            tell(format_args!("{model}: comparing …"));
        }
    }

    /// A point of a sweep begins; what follows is told of it.
    pub fn begin_point(&self, point: &str) {
        if self.0.is_hidden() {
            tell(format_args!("{point} …"));
        }
        self.0.set_prefix(format!("{point}; "));
    }

    /// A trial begins.
    pub fn tell(&self, model: &str, round: usize, name: &str) {
        self.0
            .set_message(format!("{model}: round {}, {name}", round + 1));
    }

    /// A trial begins that tells its spans.
    pub fn tell_timeline(&self, model: &str, name: &str) {
        self.0.set_message(format!("{model}: timelines, {name}"));
    }

    /// Something is amiss, but it goes on.
    pub fn warn(&self, model: &str, why: &str) {
        let line = format!("{model}: no floor in this round: {why}");
        self.0.suspend(|| tell(line));
    }

    /// A row's survey could not be made, but it goes on.
    pub fn warn_of(&self, model: &str, name: &str, why: &str) {
        let line = format!("{model}: no survey of {name}: {why}");
        self.0.suspend(|| tell(line));
    }

    /// Makes room for lines on the terminal.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
