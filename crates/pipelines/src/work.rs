//! The work of the three stages, which every variant calls and which records who was where
//! when. An item carries what it needs from one stage to the next.

use std::{
    any::Any,
    io::{self, Write},
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Result, bail};
use fetching::{
    Sha256,
    files::{Begun, File, Folder, StatusError},
    outcome,
};
use sha2::Digest;
use test_fixtures::{Outcome, panic_message};

use crate::{Content, FaultKind, Job, Saved, Stage, passage::Passing};

/// What a stage hands on: the item as far as it has come, or that it is lost.
pub type Step<T> = Result<T, Lost>;

/// An item that goes no further.
#[derive(Debug)]
pub enum Lost {
    /// It could not be worked on, which is its own outcome; the others go on.
    Item(usize, Outcome<Saved>),
    /// The code of a stage panicked, which is the end of the run; the panic's message.
    Panicked(String),
}

/// What all items share.
#[derive(Debug)]
pub(crate) struct Works {
    pub(crate) job: Job,
    folder: Folder,
}

/// An item that nobody has fetched yet.
#[derive(Clone, Debug)]
pub struct Item {
    works: Arc<Works>,
    index: usize,
}

/// A body that is being fetched. Dropped unfinished, it is given up.
#[derive(Debug)]
pub struct Download {
    item: Item,
    body: Vec<u8>,
    passing: Passing,
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

impl Download {
    /// Where the body is.
    pub fn url(&self) -> &str {
        &self.item.job().urls[self.item.index]
    }

    /// When to give the request up.
    pub fn timeout(&self) -> Duration {
        self.item.job().timeout()
    }

    /// Takes the answer's status: only a success has the item in its body.
    pub fn answered(&self, status: u16) -> Result<()> {
        Ok(StatusError::check(status)?)
    }

    /// Takes the next part of the body.
    pub fn read(&mut self, part: &[u8]) -> io::Result<()> {
        let most = self.item.job().most_bytes;
        if (self.body.len() + part.len()) as u64 > most {
            let why = format!("the body is longer than --most-bytes {most}");
            return Err(io::Error::other(why));
        }
        self.body.extend_from_slice(part);
        Ok(())
    }

    /// Ends the stage as the request ended.
    pub fn end(self, requested: Result<()>) -> Step<Fetched> {
        let Download {
            item,
            body,
            passing,
        } = self;
        let result = item.try_fault(Stage::Fetch).and(requested);
        item.leave(passing, result)?;
        Ok(Fetched { item, body })
    }
}

impl page_client::Sink for Download {
    fn answered(&mut self, status: u16) -> Result<()> {
        Download::answered(self, status)
    }

    fn read(&mut self, part: &[u8]) -> Result<()> {
        Ok(Download::read(self, part)?)
    }
}

impl Write for Download {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.read(part)?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes a body and counts its words. It computes, so it has no place on an executor. What
/// is lost goes on as it is.
pub fn process(fetched: Step<Fetched>) -> Step<Processed> {
    let Fetched { item, body } = fetched?;
    let content = item.pass(Stage::Process, || {
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

/// Writes a body to its file. It waits for the disk, so it has no place on an executor. What
/// is lost goes on as it is.
pub fn save(processed: Step<Processed>) -> Step<Saved> {
    let Processed {
        item,
        body,
        content,
    } = processed?;
    let file = item.pass(Stage::Save, || {
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
    /// The item at this place in the job.
    pub(crate) fn new(works: &Arc<Works>, index: usize) -> Self {
        let works = Arc::clone(works);
        Self { works, index }
    }

    /// Enters the first stage.
    pub fn download(self) -> Download {
        let passing = self.enter(Stage::Fetch);
        Download {
            item: self,
            body: Vec::new(),
            passing,
        }
    }

    fn job(&self) -> &Job {
        &self.works.job
    }

    /// Passes a stage of which the work is this.
    fn pass<T>(&self, stage: Stage, work: impl FnOnce() -> Result<T>) -> Step<T> {
        let passing = self.enter(stage);
        let result = self.try_fault(stage).and_then(|()| work());
        self.leave(passing, result)
    }

    /// # Panics
    /// If the job asks for it: a bug in the stage's code, made to order.
    fn enter(&self, stage: Stage) -> Passing {
        let passing = Passing::enter(stage, self.index);
        if let Some(FaultKind::Panic) = self.job().fault(stage, self.index) {
            panic!("{stage}: asked to panic by item {}", self.index);
        }
        passing
    }

    /// An error if the job asks for it.
    fn try_fault(&self, stage: Stage) -> Result<()> {
        match self.job().fault(stage, self.index) {
            Some(FaultKind::Fail) => bail!("asked to fail"),
            _ => Ok(()),
        }
    }

    /// Leaves a stage with what it came to.
    fn leave<T>(&self, passing: Passing, result: Result<T>) -> Step<T> {
        let stage = passing.stage();
        let error = match result {
            Ok(value) => {
                passing.leave();
                return Ok(value);
            }
            Err(error) => error,
        };
        let mut outcome = outcome(Err(error));
        if let Outcome::Failed(failure) = &mut outcome {
            failure.why = format!("{}, in {stage}", failure.why);
        }
        Err(Lost::Item(self.index, outcome))
    }

    fn write(&self, body: &[u8]) -> Result<File> {
        let name = self.job().names[self.index].clone()?;
        let length = Some(body.len() as u64);
        match self.works.folder.begin(self.index, &name, None, length)? {
            Begun::Stands(file) => Ok(file),
            Begun::New(mut file) => {
                file.write_all(body)?;
                Ok(file.keep()?)
            }
        }
    }
}

impl Works {
    pub(crate) fn new(job: &Job) -> Self {
        Self {
            job: job.clone(),
            folder: Folder::new(&job.saving, &job.names),
        }
    }

    /// What becomes of an item that there is no work on: its file is there already, or can
    /// have no name.
    pub(crate) fn settled(&self, index: usize) -> Option<Outcome<Saved>> {
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

impl From<Box<dyn Any + Send>> for Lost {
    fn from(payload: Box<dyn Any + Send>) -> Self {
        Lost::Panicked(panic_message(&*payload))
    }
}
