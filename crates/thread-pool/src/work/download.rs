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
use test_fixtures::{Outcome, span};
use ureq::{Agent, http::header::CONTENT_DISPOSITION};

use crate::Job;

/// How much of a body is in memory at a time. As much as ureq's buffer, which is as long as
/// the longest head that it takes; unless it is told otherwise, it fills two of twice that
/// with zeros for each connection.
const PART: usize = 64 * 1024;
/// A request is a head.
const REQUEST: usize = 8 * 1024;

/// The files of one job, to be downloaded from any thread.
#[derive(Debug)]
pub struct Downloads {
    urls: Vec<String>,
    names: Vec<Result<Name, NameError>>,
    folder: Folder,
    agent: Agent,
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
            agent: agent(job),
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
        self.time_left().is_some_and(|left| left.is_zero())
    }

    fn time_left(&self) -> Option<Duration> {
        let until =
            |deadline: Instant| deadline.saturating_duration_since(Instant::now());
        self.deadline.map(until)
    }

    fn save(&self, place: usize) -> Result<File> {
        let (url, name) = (&self.urls[place], self.names[place].as_ref());
        let name = name.map_err(Clone::clone)?;
        if let Some(file) = self.folder.standing(name)? {
            return Ok(file);
        }
        let request = self.agent.get(url).config();
        let request = request
            .timeout_global(self.time_left())
            // No redirect leads from https to http.
            .https_only(url.starts_with("https://"));
        let mut response = request.build().call()?;
        StatusError::check(response.status().as_u16())?;
        let given = response.headers().get(CONTENT_DISPOSITION);
        let given = given.map(|value| value.as_bytes());
        let length = response.body().content_length();
        match self.folder.begin(place, name, given, length)? {
            Begun::Stands(file) => Ok(file),
            Begun::New(mut file) => {
                panic_if_asked(url);
                self.copy(&mut response.body_mut().as_reader(), &mut file)?;
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

fn agent(job: &Job) -> Agent {
    Agent::config_builder()
        .timeout_connect(Some(job.timeout()))
        // Of the whole head: one that trickles in is never silent.
        .timeout_recv_response(Some(job.timeout()))
        // Of silence: a long body may take as long as it goes on.
        .timeout_per_read(Some(job.timeout()))
        .input_buffer_size(PART)
        .output_buffer_size(REQUEST)
        .max_idle_connections_per_host(job.threads())
        .max_idle_connections(job.threads())
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(Trust::of_redirects(job.cacert.as_deref()).ureq())
        .build()
        .into()
}
