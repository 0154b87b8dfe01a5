//! A list in copy-on-write pages: a snapshot of 100,000 entries costs a few hundred
//! reference counts, so that taking one doesn't hold up the event loop.

use std::collections::VecDeque;
use std::sync::Arc;

/// Entries to a page.
const PAGE: usize = 1024;

/// An append-only list whose oldest page can be dropped. Entries keep the index that they
/// were appended at.
#[derive(Clone, Debug)]
pub(crate) struct PagedList<T> {
    /// All but the last are full. A page that a snapshot shares is copied when the loop
    /// next writes to it.
    pages: VecDeque<Arc<Vec<T>>>,
    dropped: usize,
    len: usize,
}

impl<T: Clone> PagedList<T> {
    pub(crate) fn new() -> PagedList<T> {
        PagedList {
            pages: VecDeque::new(),
            dropped: 0,
            len: 0,
        }
    }

    /// Entries that were ever appended.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Entries that were dropped.
    pub(crate) fn dropped(&self) -> usize {
        self.dropped
    }

    /// Appends and returns the index.
    pub(crate) fn push(&mut self, entry: T) -> usize {
        if self.len.is_multiple_of(PAGE) {
            self.pages.push_back(Arc::new(Vec::with_capacity(PAGE)));
        }
        let last = self
            .pages
            .back_mut()
            .expect("a page was pushed for the first entry");
        Arc::make_mut(last).push(entry);
        self.len += 1;
        self.len - 1
    }

    /// The entry for writing, unless it was dropped.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let place = index.checked_sub(self.dropped)?;
        Arc::make_mut(self.pages.get_mut(place / PAGE)?).get_mut(place % PAGE)
    }

    /// Drops the oldest pages so that little more than `keep` entries remain.
    pub(crate) fn keep(&mut self, keep: usize) {
        while self.len - self.dropped >= keep + PAGE {
            self.pages.pop_front();
            self.dropped += PAGE;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }
}
