//! A cell: what is known of one row.

use measure::{
    results::{ModelResults, Row},
    statistics::Verdict,
};

use crate::{
    figure::ratio_of,
    splice::kept::{Figure, KeptRow},
};

/// The character that stands for a row of another job.
pub const ANOTHER_JOB: char = '~';

/// What is known of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The row's name.
    pub row: String,
    /// How it compares.
    pub mark: Mark,
    /// Its time ÷ that of the reference, as the verdict was found; `None` of the reference
    /// itself and of what is not compared.
    pub ratio: Option<f64>,
    /// Whether a declared deviation happened.
    pub deviates: bool,
    /// What it leaves out or does instead, where its job isn't quite that of the others.
    pub another_job: Option<String>,
}

/// How a row compares with the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is the reference.
    Reference,
    /// It takes less time.
    Faster,
    /// It takes more time.
    Slower,
    /// The two can't be told apart.
    Tie,
    /// It did other work, or there were too few rounds.
    NotCompared,
    /// No trial of it passed.
    Failed,
    /// This machine lacks what it needs.
    NotInstalled,
}

impl Mark {
    /// Every mark, in the order of the legend.
    pub const ALL: [Self; 7] = [
        Self::Reference,
        Self::Faster,
        Self::Slower,
        Self::Tie,
        Self::NotCompared,
        Self::Failed,
        Self::NotInstalled,
    ];

    fn of(found: Option<Verdict>) -> Self {
        match found {
            Some(Verdict::Faster) => Self::Faster,
            Some(Verdict::Slower) => Self::Slower,
            Some(Verdict::Tie) => Self::Tie,
            Some(Verdict::Unknown) | None => Self::NotCompared,
        }
    }

    fn is_compared(self) -> bool {
        matches!(self, Self::Faster | Self::Slower | Self::Tie)
    }

    /// The character that stands for it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Reference => "ref",
            Self::Faster => "+",
            Self::Slower => "-",
            Self::Tie => "=",
            Self::NotCompared => "?",
            Self::Failed => "!",
            Self::NotInstalled => "n/a",
        }
    }

    /// What the sign means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Reference => "the reference",
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Tie => "a tie",
            Self::NotCompared => "not compared",
            Self::Failed => "failed",
            Self::NotInstalled => "not installed",
        }
    }
}

impl Cell {
    pub(super) fn of_kept(kept: &KeptRow, reference: &str) -> Self {
        let mark = match kept.verdict {
            _ if kept.name == reference => Mark::Reference,
            found => Mark::of(found),
        };
        let ratio = kept.ratio.filter(|_| mark.is_compared());
        Self {
            row: kept.name.clone(),
            mark,
            ratio: ratio.map(|Figure(ratio)| ratio.median),
            deviates: !kept.deviations.is_empty(),
            another_job: kept.another_job.clone(),
        }
    }

    pub(super) fn of(model: &ModelResults, row: &Row) -> Self {
        let summary = row.summary.as_ref();
        let found = summary.and_then(|summary| summary.verdict);
        let mark = match (summary, found) {
            (None, _) if row.is_not_installed => Mark::NotInstalled,
            (None, _) => Mark::Failed,
            (Some(_), _) if row.name == model.reference => Mark::Reference,
            (Some(_), found) => Mark::of(found),
        };
        let ratio = summary.and_then(|summary| summary.to_reference);
        Self {
            row: row.name.clone(),
            mark,
            ratio: ratio
                .filter(|_| mark.is_compared())
                .map(|ratio| ratio.median),
            deviates: !row.deviations.is_empty(),
            another_job: row.another_job.clone(),
        }
    }

    /// "0.95+", "ref", "1.00=*", "0.04+~".
    pub fn words(&self) -> String {
        let mut words = self.ratio.map(ratio_of).unwrap_or_default();
        words += self.mark.sign();
        words.extend(self.deviates.then_some('*'));
        words.extend(self.another_job.as_ref().map(|_| ANOTHER_JOB));
        words
    }

    /// What a reader who points at it is shown.
    pub(crate) fn title(&self) -> String {
        let title = format!("{}: {}", self.row, self.mark.meaning());
        match &self.another_job {
            None => title,
            Some(what) => format!("{title}; another job: {what}"),
        }
    }
}
