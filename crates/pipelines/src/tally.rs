//! The tally: what whoever stands at a pipeline's end takes in.

use std::{ops::ControlFlow, sync::Arc};

use anyhow::{Result, bail, ensure};
use fetching::direct::report;
use test_fixtures::Outcome;

use crate::{Item, Job, Lost, Output, Saved, Step, passage::take_passages, work::Works};

/// What has come out of a pipeline so far.
#[derive(Debug)]
pub struct Tally {
    works: Arc<Works>,
    /// `None` is an item that has not come.
    outcomes: Vec<Option<Outcome<Saved>>>,
    /// How many saved items are still wanted, if not all are.
    wanted: Option<usize>,
    panicked: Option<String>,
}

impl Tally {
    /// What is known of this job before it begins, and every item that there is work on, in
    /// input order.
    pub fn new(job: &Job) -> (Self, impl Iterator<Item = Item> + Send + use<>) {
        let works = Arc::new(Works::new(job));
        let mut open = Vec::new();
        let mut outcomes = Vec::with_capacity(job.urls.len());
        for (index, url) in job.urls.iter().enumerate() {
            let settled = works.settled(index);
            match &settled {
                Some(outcome) => report(url, outcome),
                None => open.push(index),
            }
            outcomes.push(settled);
        }
        let tally = Self {
            works: Arc::clone(&works),
            outcomes,
            wanted: job.take,
            panicked: None,
        };
        (
            tally,
            open.into_iter().map(move |index| Item::new(&works, index)),
        )
    }

    /// Takes in what came of an item. `Break` is for whoever asks to leave: enough items
    /// are saved, or a stage panicked. Those at work then find that nobody takes in what
    /// they hand on.
    pub fn add(&mut self, step: Step<Saved>) -> ControlFlow<()> {
        if self.has_left() {
            return ControlFlow::Break(());
        }
        let (index, outcome) = match step {
            Ok(saved) => (saved.item, Outcome::Ok(saved)),
            Err(Lost::Item(index, outcome)) => (index, outcome),
            Err(Lost::Panicked(message)) => {
                self.panicked = Some(message);
                return ControlFlow::Break(());
            }
        };
        if let (Outcome::Ok(_), Some(wanted)) = (&outcome, &mut self.wanted) {
            *wanted = wanted.saturating_sub(1);
        }
        report(&self.works.job.urls[index], &outcome);
        self.outcomes[index] = Some(outcome);
        match self.has_left() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Whether nothing more is taken in.
    fn has_left(&self) -> bool {
        self.wanted == Some(0) || self.panicked.is_some()
    }

    /// The output, once nobody is at work any more.
    ///
    /// # Errors
    /// A stage panicked, or items are missing although nobody left: what came is then no
    /// success, however much it is.
    pub fn close(self) -> Result<Output> {
        if let Some(message) = self.panicked {
            bail!("a stage panicked: {message}");
        }
        let missing = self.outcomes.iter().filter(|one| one.is_none()).count();
        ensure!(
            missing == 0 || self.wanted == Some(0),
            "{missing} items never came out"
        );
        let outcomes = self.outcomes.into_iter();
        Ok(Output {
            outcomes: outcomes
                .map(|one| one.unwrap_or(Outcome::Cancelled))
                .collect(),
            passages: take_passages(),
        })
    }
}
