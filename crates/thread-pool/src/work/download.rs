//! Downloads of files over a blocking client: ureq.
//!
//! A body goes to a hidden file in the same folder, which is flushed, renamed, and flushed
//! with its folder: what stands under a final name is whole, whatever ends the program.
//!
//! A thread can't be stopped from outside, so the deadline is the work's own affair: it
//! looks at the clock between two parts of a body, and ureq does for what blocks.

use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use anyhow::Result;
use fetching::{
    Trust,
    files::{Begun, File, Folder, Name, NameError, StatusError},
    outcome, panic_if_asked,
};
use page_client::{
    Settings,
    blocking::{CONTENT_DISPOSITION, Client, Limits},
};
use test_fixtures::{Outcome, span};

use crate::Job;

/// How much of a body is in memory at a time, beside the client's own buffers.
const PART: usize = 64 * 1024;

/// The files of one job, to be downloaded from any thread.
#[derive(Debug)]
pub struct Downloads {
    urls: Vec<String>,
    names: Vec<Result<Name, NameError>>,
    folder: Folder,
    /// How long a head may take, and how long a body may be silent: a body that keeps
    /// coming has no limit.
    timeout: Duration,
    client: Client,
    /// When downloads under way end, and none begins any more.
    deadline: Option<Instant>,
}

impl Downloads {
    /// Nothing is downloaded yet; the time of the deadline runs from here.
    pub fn new(job: &Job) -> Self {
        Self {
            urls: job.urls.clone(),
            names: job.names.clone(),
            folder: Folder::new(&job.saving, &job.names),
            timeout: job.timeout(),
            client: Client::new(&Settings {
                timeout: job.timeout(),
                connections: job.threads(),
                trust: Trust::of_redirects(job.cacert.as_deref()),
            }),
            deadline: job.deadline().map(|deadline| Instant::now() + deadline),
        }
    }

    /// Downloads the file at this place, and blocks until that is done. At the deadline it
    /// is given up, and after it not begun.
    ///
    /// # Panics
    /// If its URL has `/note/panic` in it.
    pub fn fetch(&self, place: usize) -> Outcome<File> {
        if self.is_late() {
            return Outcome::Cancelled;
        }
        span(|| place.to_string(), || outcome(self.save(place)))
    }

    fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| deadline <= Instant::now())
    }

    fn save(&self, place: usize) -> Result<File> {
        let (url, name) = (&self.urls[place], self.names[place].as_ref());
        let name = name.map_err(Clone::clone)?;
        if let Some(file) = self.folder.standing(name)? {
            return Ok(file);
        }
        let limits = Limits {
            until: self.deadline,
            head: self.timeout,
            part: self.timeout,
        };
        let mut answer = self.client.follow(url, limits)?;
        StatusError::check(answer.status())?;
        let given = answer.header(&CONTENT_DISPOSITION);
        let length = answer.length();
        match self.folder.begin(place, name, given, length)? {
            Begun::Stands(file) => Ok(file),
            Begun::New(mut file) => {
                panic_if_asked(url);
                self.copy(&mut answer, &mut file)?;
                Ok(file.keep()?)
            }
        }
    }

    fn copy(&self, body: &mut impl Read, file: &mut impl Write) -> io::Result<()> {
        let mut part = vec![0; PART];
        loop {
            if self.is_late() {
                let why = "still under way at the deadline";
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            match body.read(&mut part)? {
                0 => return Ok(()),
                read => file.write_all(&part[..read])?,
            }
        }
    }
}
