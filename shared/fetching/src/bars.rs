//! Bars on a terminal: one for each file that is being written, and one for all.

use std::{
    fmt, io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rustix::termios::tcgetwinsize;
use test_fixtures::{is_utf8, local};

/// The most and the fewest columns of a name.
const NAME: (usize, usize) = (30, 8);
/// How many the rest of a bar takes, with a little of the bar itself.
const REST: usize = 30;

/// The bars of the run that is under way.
static SHOWN: Mutex<Option<Bars>> = Mutex::new(None);

/// A bar for a file that is being written, if bars are shown.
pub(crate) fn bar(name: &impl fmt::Display, length: Option<u64>) -> Option<ProgressBar> {
    shown().as_ref().and_then(|bars| bars.add(name, length))
}

/// The bars; none where standard error is no terminal.
#[derive(Clone)]
pub(crate) struct Bars(Option<Shown>);

#[derive(Clone)]
struct Shown {
    all: MultiProgress,
    total: ProgressBar,
}

impl Bars {
    /// Shows the bars of a run of this many items, until they are cleared.
    pub(crate) fn show(items: usize) -> Self {
        let bars = Self::new(items);
        *shown() = Some(bars.clone());
        bars
    }

    fn new(items: usize) -> Self {
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
    fn add(&self, name: &impl fmt::Display, length: Option<u64>) -> Option<ProgressBar> {
        let Shown { all, total } = self.0.as_ref()?;
        let room = columns().saturating_sub(REST).clamp(NAME.1, NAME.0);
        let (bar, behind) = match length {
            Some(length) => (
                ProgressBar::new(length),
                "{wide_bar} {decimal_bytes:>10} of {decimal_total_bytes:>10}",
            ),
            None => (
                ProgressBar::no_length(),
                "{decimal_bytes:>10}, {decimal_bytes_per_sec}",
            ),
        };
        let bar = bar.with_style(style(&format!("{{prefix:{room}}} {behind}")));
        let name = shortened(&name.to_string(), room);
        bar.set_prefix(local(&name).into_owned());
        Some(all.insert_before(total, bar))
    }

    pub(crate) fn one_more(&self) {
        if let Some(shown) = &self.0 {
            shown.total.inc(1);
        }
    }

    /// Makes room for lines on the terminal.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(shown) => shown.all.suspend(write),
            None => write(),
        }
    }

    pub(crate) fn clear(&self) {
        let mut bars = shown();
        *bars = None;
        if let Some(shown) = &self.0 {
            shown.total.finish_and_clear();
            // The bars of files that are not whole.
            drop(shown.all.clear());
        }
    }
}

fn shown() -> MutexGuard<'static, Option<Bars>> {
    // It is replaced whole.
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    let style = style.expect("the templates are well formed");
    match is_utf8() {
        true => style,
        false => style.progress_chars("#>-"),
    }
}

/// The terminal's width; unlimited where the terminal doesn't report one.
fn columns() -> usize {
    let size = tcgetwinsize(io::stderr());
    let columns = size.map_or(0, |size| size.ws_col.into());
    if columns == 0 { usize::MAX } else { columns }
}

/// The name, or as much of it as these columns have room for.
fn shortened(name: &str, columns: usize) -> String {
    if name.chars().map(width).sum::<usize>() <= columns {
        return name.to_owned();
    }
    let mut used = 1;
    let start = name.chars().take_while(|&c| {
        used += width(c);
        used <= columns
    });
    start.chain(['…']).collect()
}

/// How many columns a character takes: none before Hangul's takes two, and most behind do.
fn width(c: char) -> usize {
    if c < '\u{1100}' { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_name_keeps_within_its_columns() {
        for (name, shown) in [
            ("a.bin", "a.bin"),
            ("aaaaaaaa", "aaaaaaaa"),
            ("aaaaaaaaa", "aaaaaaa…"),
            ("файл.бин.gz", "файл.би…"),
            ("報告書二", "報告書二"),
            ("報告書二〇", "報告書…"),
        ] {
            assert_eq!(shortened(name, 8), shown);
        }
    }
}
