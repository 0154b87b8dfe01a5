//! The work that every variant hands to its threads: download one file.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;
use fetching::{
    Trust,
    files::{Begun, File, Folder, Name, NameError, StatusError},
    outcome, panic_if_asked,
};
use test_fixtures::{Outcome, span};
use ureq::{Agent, http::header::CONTENT_DISPOSITION};

use crate::Job;

/// How much of a body is in memory at a time.
const PART: usize = 64 * 1024;

/// The files of one job, to be downloaded from any thread.
#[derive(Debug)]
pub struct Downloads {
    urls: Vec<String>,
    names: Vec<Result<Name, NameError>>,
    folder: Folder,
    agent: Agent,
    /// When those under way are to stop.
    deadline: Option<Instant>,
    /// Set once, and looked at between two parts of a body. It guards nothing else.
    is_stopped: AtomicBool,
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
            is_stopped: AtomicBool::new(false),
        }
    }

    /// Downloads the file at this place, and blocks until that is done.
    ///
    /// # Panics
    /// If its URL has `/note/panic` in it.
    pub fn fetch(&self, place: usize) -> Outcome<File> {
        // A thread may be free again at the deadline before anyone has told it to stop.
        if self.is_stopped.load(Relaxed) || self.time_left().is_zero() {
            return Outcome::Cancelled;
        }
        span(|| place.to_string(), || outcome(self.save(place)))
    }

    /// How long to wait until those that are under way are to stop: for ever, if that was
    /// not asked for or is done.
    pub fn time_left(&self) -> Duration {
        match self.deadline {
            Some(deadline) if !self.is_stopped.load(Relaxed) => time_until(deadline),
            _ => Duration::MAX,
        }
    }

    /// Lets none begin any more, and those under way end at the next part of their bodies.
    pub fn stop(&self) {
        self.is_stopped.store(true, Relaxed);
    }

    fn save(&self, place: usize) -> Result<File> {
        let (url, name) = (&self.urls[place], self.names[place].as_ref());
        let name = name.map_err(Clone::clone)?;
        if let Some(file) = self.folder.standing(name)? {
            return Ok(file);
        }
        let request = self.agent.get(url).config();
        let request = request
            .timeout_global(self.deadline.map(time_until))
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
            if self.is_stopped.load(Relaxed) {
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

fn time_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn agent(job: &Job) -> Agent {
    Agent::config_builder()
        .timeout_connect(Some(job.timeout()))
        // Of the whole head: one that trickles in is never silent.
        .timeout_recv_response(Some(job.timeout()))
        // Of silence: a long body may take as long as it goes on.
        .timeout_per_read(Some(job.timeout()))
        .max_idle_connections_per_host(job.threads())
        .max_idle_connections(job.threads())
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(Trust::of_redirects(job.cacert.as_deref()).ureq())
        .build()
        .into()
}
