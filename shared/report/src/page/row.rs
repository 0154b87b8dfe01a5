//! What a row is known by within the page.

use maud::{Markup, html};
use measure::results::{Kind, Row};

/// What a row's parts are known by within the page, whatever its name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) model: usize,
    pub(super) row: usize,
}

impl Place {
    /// The id of one of its parts: `code-1-3`.
    pub(super) fn id(self, part: &str) -> String {
        format!("{part}-{}-{}", self.model, self.row)
    }

    /// What choices name it by: `1-3`.
    pub(super) fn key(self) -> String {
        format!("{}-{}", self.model, self.row)
    }
}

/// A row's name, with what must be known of it wherever it stands.
pub(super) fn name(row: &Row, reference: &str) -> Markup {
    html! {
        code { (row.name) }
        @if row.name == reference { " " span.tag { "reference" } }
        @if row.legacy { " " span.tag.legacy { "legacy" } }
        @if let Some(what) = &row.another_job { " " span.tag title=(what) { "another job" } }
        @if row.kind == Kind::Peer { " " span.tag { "peer" } }
    }
}
