//! What is done to one item: it is fetched, processed and saved. An item carries what it needs
//! from one step to the next, and each step records when the item was in it.

mod collector;
mod download;
mod fault;
mod saved;
mod timing;

use std::{fmt, io::Write, sync::Arc, thread, time::Duration};

use anyhow::{Error, Result, bail};
use fetching::{
    Sha256,
    files::{Begun, File, Folder},
    outcome,
};
use sha2::Digest;
use test_fixtures::Outcome;

use crate::{Job, Step};
use timing::Passing;

pub use collector::Collector;
pub use download::Download;
pub use fault::{Fault, FaultKind};
pub use saved::{Content, Saved};
pub use timing::Passage;

/// Why an item goes no further: a step could not be done to it. The others go on.
#[derive(Debug)]
pub struct StepError {
    step: Step,
    error: Error,
}

/// What all items share.
#[derive(Debug)]
pub(crate) struct Shared {
    job: Job,
    folder: Folder,
}

/// An item that is not fetched yet.
#[derive(Clone, Debug)]
pub struct Item {
    shared: Arc<Shared>,
    index: usize,
}

/// An item whose body is whole.
#[derive(Debug)]
pub struct Fetched {
    item: Item,
    body: Vec<u8>,
}

/// An item of which all is known.
#[derive(Debug)]
pub struct Processed {
    item: Item,
    body: Vec<u8>,
    content: Content,
}

/// Hashes a body and counts its words. It computes, so it has no place on an executor.
///
/// # Errors
/// The job asks for one.
pub fn process(fetched: Fetched) -> Result<Processed, StepError> {
    let Fetched { item, body } = fetched;
    let content = item.pass(Step::Process, || {
        pause(item.job().process_ms);
        let words = body.split(u8::is_ascii_whitespace);
        Ok(Content {
            sha256: Sha256(sha2::Sha256::digest(&body).into()),
            words: words.filter(|word| !word.is_empty()).count() as u64,
        })
    })?;
    Ok(Processed {
        item,
        body,
        content,
    })
}

/// Writes a body to its file. It waits for the disk, so it has no place on an executor.
///
/// # Errors
/// The file can't be written, or the job asks for an error.
pub fn save(processed: Processed) -> Result<Saved, StepError> {
    let Processed {
        item,
        body,
        content,
    } = processed;
    let file = item.pass(Step::Save, || {
        pause(item.job().save_ms);
        item.write(&body)
    })?;
    Ok(Saved {
        item: item.index,
        file,
        content: Some(content),
    })
}

fn pause(milliseconds: f64) {
    if milliseconds > 0.0 {
        thread::sleep(Duration::from_secs_f64(milliseconds / 1e3));
    }
}

impl Item {
    /// Begins to fetch the item. Returns its URL, and what takes the answer in.
    pub fn download(self) -> (String, Download) {
        let url = self.job().urls[self.index].clone();
        (url, Download::begin(self))
    }

    fn job(&self) -> &Job {
        &self.shared.job
    }

    /// Passes a step of which the work is this.
    fn pass<T>(
        &self,
        step: Step,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T, StepError> {
        let passing = self.enter(step);
        let result = self.try_fault(step).and_then(|()| work());
        self.leave(passing, result)
    }

    /// # Panics
    /// If the job asks for it: a bug in the step's code, made to order.
    fn enter(&self, step: Step) -> Passing {
        let passing = Passing::enter(step, self.index);
        if let Some(FaultKind::Panic) = self.job().fault(step, self.index) {
            panic!("{step}: asked to panic by item {}", self.index);
        }
        passing
    }

    /// An error if the job asks for it.
    fn try_fault(&self, step: Step) -> Result<()> {
        match self.job().fault(step, self.index) {
            Some(FaultKind::Fail) => bail!("asked to fail"),
            _ => Ok(()),
        }
    }

    /// Leaves a step with its result.
    fn leave<T>(&self, passing: Passing, result: Result<T>) -> Result<T, StepError> {
        let step = passing.step();
        let value = result.map_err(|error| StepError { step, error })?;
        passing.leave();
        Ok(value)
    }

    fn write(&self, body: &[u8]) -> Result<File> {
        let name = self.job().names[self.index].clone()?;
        let length = Some(body.len() as u64);
        match self.shared.folder.begin(self.index, &name, None, length)? {
            Begun::Stands(file) => Ok(file),
            Begun::New(mut file) => {
                file.write_all(body)?;
                Ok(file.keep()?)
            }
        }
    }
}

impl Shared {
    fn new(job: &Job) -> Self {
        Self {
            job: job.clone(),
            folder: Folder::new(&job.saving, &job.names),
        }
    }

    /// What becomes of an item that there is no work on: its file is there already, or can
    /// have no name.
    fn settled(&self, index: usize) -> Option<Outcome<Saved>> {
        let name = match &self.job.names[index] {
            Ok(name) => name,
            Err(error) => return Some(outcome(Err(error.clone().into()))),
        };
        let file = match self.folder.standing(name) {
            Ok(file) => file?,
            Err(error) => return Some(outcome(Err(error.into()))),
        };
        Some(Outcome::Ok(Saved {
            item: index,
            file,
            content: None,
        }))
    }
}

impl From<StepError> for Outcome<Saved> {
    fn from(StepError { step, error }: StepError) -> Self {
        let mut outcome = outcome(Err(error));
        if let Outcome::Failed(failure) = &mut outcome {
            failure.why = format!("{}, in {step}", failure.why);
        }
        outcome
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}, in {}", self.error, self.step)
    }
}
