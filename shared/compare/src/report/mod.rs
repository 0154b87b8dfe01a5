//! The page: everything of a comparison in one file that asks for nothing else.
//!
//! A function from results to text. The markup is made with `maud`, which escapes what it
//! is given; whatever a name or a message holds is text in the page.

mod chart;
mod code;
mod cures;
mod document;
mod encoding;
mod figures;
mod host;
mod lanes;
mod model;
mod pair;
mod scale;
mod spans;
mod thinned;

pub(crate) use document::{frame, page};
pub(crate) use host::{line, made_with};

use maud::{Markup, html};

use crate::results::{Kind, Row};

/// What a row's parts are known by within the page, whatever its name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    model: usize,
    row: usize,
}

impl Place {
    /// The id of one of its parts: `code-1-3`.
    fn id(self, part: &str) -> String {
        format!("{part}-{}-{}", self.model, self.row)
    }

    /// What choices name it by: `1-3`.
    fn key(self) -> String {
        format!("{}-{}", self.model, self.row)
    }
}

/// A row's name, with what must be known of it wherever it stands.
fn name(row: &Row, reference: &str) -> Markup {
    html! {
        code { (row.name) }
        @if row.name == reference { " " span.tag { "reference" } }
        @if row.legacy { " " span.tag.legacy { "legacy" } }
        @if row.kind == Kind::Peer { " " span.tag { "peer" } }
    }
}
