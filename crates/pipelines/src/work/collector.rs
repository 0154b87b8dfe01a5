//! The consumer at a pipeline's end.

use std::{ops::ControlFlow, sync::Arc, thread};

use anyhow::{Result, bail, ensure};
use fetching::direct::report;
use test_fixtures::{Outcome, panic_message};

use super::{Item, Saved, Shared, StepError, timing::take_passages};
use crate::{Job, Output};

/// What has come out of a pipeline so far.
#[derive(Debug)]
pub struct Collector {
    shared: Arc<Shared>,
    /// Which items there is work on, by their places in the pipeline.
    open: Arc<[usize]>,
    /// `None` is an item that has not come.
    outcomes: Vec<Option<Outcome<Saved>>>,
    /// How many saved items are still wanted, if not all are.
    wanted: Option<usize>,
    /// Which item a step panicked at, with what message.
    panicked: Option<(usize, String)>,
}

impl Collector {
    /// What is known of this job before it begins, and every item that there is work on, in
    /// input order.
    pub fn new(job: &Job) -> (Self, impl Iterator<Item = Item> + Send + use<>) {
        let shared = Arc::new(Shared::new(job));
        let mut open = Vec::new();
        let mut outcomes = Vec::with_capacity(job.urls.len());
        for (index, url) in job.urls.iter().enumerate() {
            let settled = shared.settled(index);
            match &settled {
                Some(outcome) => report(url, outcome),
                None => open.push(index),
            }
            outcomes.push(settled);
        }
        let open: Arc<[usize]> = open.into();
        let collector = Self {
            shared: Arc::clone(&shared),
            open: Arc::clone(&open),
            outcomes,
            wanted: job.take,
            panicked: None,
        };
        let items = (0..open.len()).map(move |place| Item {
            shared: Arc::clone(&shared),
            index: open[place],
        });
        (collector, items)
    }

    /// Takes in what came of the item at this place in the pipeline. `Break` is a consumer
    /// that leaves: enough items are saved, or a step panicked.
    pub fn add(
        &mut self,
        place: usize,
        end: thread::Result<Result<Saved, StepError>>,
    ) -> ControlFlow<()> {
        let item = self.open[place];
        let outcome = match end {
            Ok(Ok(saved)) => Outcome::Ok(saved),
            Ok(Err(error)) => error.into(),
            Err(panic) => {
                self.panicked = Some((item, panic_message(&*panic)));
                return ControlFlow::Break(());
            }
        };
        if let (Outcome::Ok(_), Some(wanted)) = (&outcome, &mut self.wanted) {
            *wanted = wanted.saturating_sub(1);
        }
        report(&self.shared.job.urls[item], &outcome);
        self.outcomes[item] = Some(outcome);
        match self.wanted {
            Some(0) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    /// The output, once no worker is at work any more.
    ///
    /// # Errors
    /// A step panicked, or items are missing although the consumer did not leave: what came
    /// is then no success, however much it is.
    pub fn close(self) -> Result<Output> {
        if let Some((item, message)) = self.panicked {
            bail!("item {item} panicked: {message}");
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
