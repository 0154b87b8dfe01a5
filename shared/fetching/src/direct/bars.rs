//! Bars on a terminal: one for each file that is being written, and one for all.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::files::Name;

/// How many characters of a name a bar shows.
const NAME: usize = 30;

/// The bars; none where standard error is no terminal.
#[derive(Clone)]
pub(super) struct Bars(Option<Shown>);

#[derive(Clone)]
struct Shown {
    all: MultiProgress,
    total: ProgressBar,
}

impl Bars {
    pub(super) fn new(items: usize) -> Self {
        let all = MultiProgress::new();
        if all.is_hidden() {
            return Self(None);
        }
        let total = all.add(ProgressBar::new(items as u64));
        total.set_style(style("{elapsed:>6} {wide_bar} {pos}/{len} files"));
        total.enable_steady_tick(Duration::from_millis(200));
        Self(Some(Shown { all, total }))
    }

    /// One for a file of this length, above the total.
    pub(super) fn add(&self, name: &Name, length: Option<u64>) -> Option<ProgressBar> {
        let Shown { all, total } = self.0.as_ref()?;
        let bar = match length {
            Some(length) => ProgressBar::new(length).with_style(style(
                "{prefix:30} {wide_bar} {decimal_bytes:>10} of {decimal_total_bytes:>10}",
            )),
            None => ProgressBar::no_length().with_style(style(
                "{prefix:30} {decimal_bytes:>10}, {decimal_bytes_per_sec}",
            )),
        };
        bar.set_prefix(shortened(&name.to_string()));
        Some(all.insert_before(total, bar))
    }

    pub(super) fn one_more(&self) {
        if let Some(shown) = &self.0 {
            shown.total.inc(1);
        }
    }

    /// Makes room for lines on the terminal.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(shown) => shown.all.suspend(write),
            None => write(),
        }
    }

    pub(super) fn clear(&self) {
        if let Some(shown) = &self.0 {
            shown.total.finish_and_clear();
            // Those of files that are not whole.
            drop(shown.all.clear());
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are well formed")
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        None => name.to_owned(),
        Some(_) => name.chars().take(NAME - 1).chain(['…']).collect(),
    }
}
