//! What is done with each answer: its body goes into a digest as it comes, and is never
//! held.

use std::io::{self, Write};

use fetching::{Page, PartialPage};

/// Takes the body that a URL answers with.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    url: &'a str,
    page: Option<PartialPage>,
}

impl<'a> Body<'a> {
    pub(crate) fn of(url: &'a str) -> Self {
        Self { url, page: None }
    }

    /// The page that it was the body of.
    ///
    /// # Panics
    /// The URL asks for it, here or in the first write.
    pub(crate) fn page(mut self, status: u16) -> Page {
        self.open();
        let page = self.page.expect("it is open").close();
        Page { status, ..page }
    }

    fn open(&mut self) -> &mut PartialPage {
        // The status is known at the end.
        self.page.get_or_insert_with(|| Page::open(self.url, 0))
    }
}

impl Write for Body<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.open().write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
