//! Items: when each was due, when the work on it began and when it ended.
//!
//! What hands the work over says so, and neither the variant nor its function: the closure
//! that does one item opens with [`Pace::item`] or [`Pace::item_blocking`], and keeps what
//! that returns as long as it works. Without a rate and without spans, both look at one
//! field and read no clock.

use std::{
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    protocol::Span,
    spans::{monotonic_nanos, spans_wanted},
};

static RECORDED: Mutex<Vec<ItemTimes>> = Mutex::new(Vec::new());

/// When one item was due, began and ended, in nanoseconds of the system's monotonic clock.
/// On the wire it is a list of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 3]", into = "[u64; 3]")]
pub struct ItemTimes {
    /// When it was to begin: at its time where the job has a rate, else at the start.
    pub due: u64,
    /// When the work on it began.
    pub begin: u64,
    /// When the work on it ended, however it did.
    pub end: u64,
}

impl From<[u64; 3]> for ItemTimes {
    fn from([due, begin, end]: [u64; 3]) -> Self {
        Self { due, begin, end }
    }
}

impl From<ItemTimes> for [u64; 3] {
    fn from(ItemTimes { due, begin, end }: ItemTimes) -> Self {
        [due, begin, end]
    }
}

impl ItemTimes {
    /// From the begin to the end, in nanoseconds.
    pub fn service(&self) -> u64 {
        self.end.saturating_sub(self.begin)
    }

    /// From when it was due to the end, in nanoseconds.
    pub fn response(&self) -> u64 {
        self.end.saturating_sub(self.due)
    }

    /// The items of these spans: one for each task, from the begin of its first span to the
    /// end of its last. All were due at `start`.
    pub fn of_spans(spans: &[Span], start: u64) -> Vec<Self> {
        let mut spans: Vec<&Span> = spans.iter().collect();
        spans.sort_by(|a, b| a.task.cmp(&b.task));
        let tasks = spans.chunk_by(|a, b| a.task == b.task);
        let item = |task: &[&Span]| {
            Some(Self {
                due: start,
                begin: task.iter().map(|span| span.start).min()?,
                end: task.iter().map(|span| span.end).max()?,
            })
        };
        tasks.filter_map(item).collect()
    }
}

/// When the items of a job are due: at a rate, which does not wait for what became of those
/// before, or all at once. Clones share the items.
#[derive(Clone, Debug)]
pub struct Pace {
    /// `None` where there is neither a rate to keep nor anything to record, so that each
    /// item costs a look at this.
    paced: Option<Arc<Paced>>,
}

#[derive(Debug)]
struct Paced {
    start: u64,
    /// Items a second; `None` where all are due at the start.
    rate: Option<NonZeroU32>,
    begun: AtomicU64,
}

impl Pace {
    /// Items are due at `rate` a second, the first of them now; without a rate all are.
    pub fn new(rate: Option<NonZeroU32>) -> Self {
        let paced = || Paced {
            start: monotonic_nanos(),
            rate,
            begun: AtomicU64::new(0),
        };
        let has_use = rate.is_some() || spans_wanted();
        Self {
            paced: has_use.then(|| Arc::new(paced())),
        }
    }

    /// The next item: waits with the runtime's `sleep` until it is due, and begins it. The
    /// items are given their times in the order in which the work on them asks.
    pub async fn item<S: Future>(&self, sleep: impl Fn(Duration) -> S) -> Item {
        let Some(paced) = &self.paced else {
            return Item(None);
        };
        let due = paced.next();
        while let Some(wait) = paced.wait(due) {
            sleep(wait).await;
        }
        Item::begin(due)
    }

    /// The same on a thread that may block.
    pub fn item_blocking(&self) -> Item {
        let Some(paced) = &self.paced else {
            return Item(None);
        };
        let due = paced.next();
        while let Some(wait) = paced.wait(due) {
            thread::sleep(wait);
        }
        Item::begin(due)
    }
}

impl Paced {
    /// When the next item is due.
    fn next(&self) -> u64 {
        let due = |rate| due_after(self.begun.fetch_add(1, Relaxed), rate);
        self.start.saturating_add(self.rate.map_or(0, due))
    }

    fn wait(&self, due: u64) -> Option<Duration> {
        self.rate?;
        let wait = due.checked_sub(monotonic_nanos())?;
        (wait > 0).then(|| Duration::from_nanos(wait))
    }
}

/// Nanoseconds from the first item to when the one at this place is due, at that many a
/// second.
pub fn due_after(place: u64, rate: NonZeroU32) -> u64 {
    let nanos = u128::from(place) * 1_000_000_000 / u128::from(rate.get());
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

/// An item under way. Dropped, it has ended: done, failed, panicked or cancelled.
#[derive(Debug)]
#[must_use = "the item ends when this is dropped"]
pub struct Item(Option<(u64, u64)>);

impl Item {
    fn begin(due: u64) -> Self {
        Self(spans_wanted().then(|| (due, monotonic_nanos())))
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some((due, begin)) = self.0 {
            let end = monotonic_nanos();
            lock().push(ItemTimes { due, begin, end });
        }
    }
}

/// Takes every item recorded so far.
pub fn take_items() -> Vec<ItemTimes> {
    std::mem::take(&mut *lock())
}

fn lock() -> MutexGuard<'static, Vec<ItemTimes>> {
    // A panic elsewhere can't leave a Vec of finished items half-pushed.
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_due_at_fixed_times() {
        let rate = NonZeroU32::new(3).expect("three");
        let due = [0, 1, 2, 3, 3_000_000].map(|place| due_after(place, rate));
        assert_eq!(
            due,
            [
                0,
                333_333_333,
                666_666_666,
                1_000_000_000,
                1_000_000_000_000_000
            ]
        );
    }

    #[test]
    fn none_begins_before_it_is_due() {
        let pace = Pace::new(NonZeroU32::new(500));
        let start = pace.paced.as_ref().expect("it has a rate").start;
        for place in 0..4 {
            drop(pace.item_blocking());
            let since = monotonic_nanos() - start;
            assert!(since >= place * 2_000_000, "{place}: {since}");
        }
        // Nobody has asked for spans.
        assert!(Pace::new(None).paced.is_none());
    }

    #[test]
    fn an_item_is_all_spans_of_its_task() {
        let span = |task: &str, start, end| Span {
            task: task.to_owned(),
            lane: String::new(),
            start,
            end,
            note: None,
        };
        let spans = [span("a", 5, 9), span("b", 6, 7), span("a", 12, 20)];
        let items = ItemTimes::of_spans(&spans, 3);
        assert_eq!(items, [[3, 5, 20].into(), [3, 6, 7].into()]);
        assert_eq!((items[0].service(), items[0].response()), (15, 17));
    }

    #[test]
    fn on_the_wire_an_item_is_three_numbers() {
        let item = ItemTimes::from([1, 2, 3]);
        let json = serde_json::to_string(&item).expect("it can be written");
        assert_eq!(json, "[1,2,3]");
        let read: ItemTimes = serde_json::from_str(&json).expect("it can be read");
        assert_eq!(read, item);
    }
}
