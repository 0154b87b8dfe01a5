//! What stands around the job: the journal that the work is counted in, and an origin, a
//! host that doesn't answer, or a watch over processes, as the work needs it.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use test_fixtures::monotonic_nanos;

use super::{counted::Counted, watch::Watch};
use crate::{Work, work::Entry};

/// The path that stands for a host that doesn't answer.
pub(crate) const UNANSWERED: &str = "/unanswered";

/// What stands around the job.
#[derive(Debug)]
pub struct Stage {
    fetching: Option<fetching::Stage>,
    unanswering: Option<Unanswering>,
    /// What each task asks for; none if it is of the user's own.
    paths: Vec<String>,
    journal: Arc<Counted>,
    /// When it stood, in nanoseconds of the system's monotonic clock.
    stood_ns: u64,
    watch: Option<Watch>,
}

impl Stage {
    /// Nothing is fetched.
    pub(crate) fn without_origin(work: Work) -> Result<Self> {
        let journal = Arc::new(Counted::new()?);
        let watch = match work {
            Work::Process => Some(Watch::over(Arc::clone(&journal))?),
            _ => None,
        };
        Ok(Self {
            fetching: None,
            unanswering: None,
            paths: Vec::new(),
            journal,
            stood_ns: monotonic_nanos(),
            watch,
        })
    }

    /// An origin of its own that is asked for these paths, one a task.
    pub(crate) fn with_origin(paths: Vec<String>) -> Result<Self> {
        let answered = paths.iter().filter(|path| *path != UNANSWERED).cloned();
        let fetching = fetching::Stage::with_origin(answered.collect())?;
        let unanswering = match paths.iter().any(|path| path == UNANSWERED) {
            true => Some(Unanswering::new()?),
            false => None,
        };
        Ok(Self {
            fetching: Some(fetching),
            unanswering,
            paths,
            ..Self::without_origin(Work::Fetch)?
        })
    }

    /// The user's own URLs. Nothing is known of what they answer.
    pub(crate) fn of_user(urls: Vec<String>) -> Result<Self> {
        Ok(Self {
            fetching: Some(fetching::Stage::of_user(urls)),
            ..Self::without_origin(Work::Fetch)?
        })
    }

    /// A URL a task, where something is fetched.
    pub(crate) fn urls(&self) -> Vec<String> {
        let Some(fetching) = &self.fetching else {
            return Vec::new();
        };
        let mut answered = fetching.urls().iter();
        if self.paths.is_empty() {
            return answered.cloned().collect();
        }
        let url = |path: &String| match (&self.unanswering, path.as_str()) {
            (Some(host), UNANSWERED) => Some(format!("http://{}/", host.address)),
            _ => answered.next().cloned(),
        };
        self.paths.iter().filter_map(url).collect()
    }

    /// What each task asks the origin for; none if nothing is known of it.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    pub(crate) fn origin(&self) -> Option<&http_origin::Origin> {
        self.fetching.as_ref()?.origin()
    }

    pub(crate) fn fetching(&self) -> Option<&fetching::Stage> {
        self.fetching.as_ref()
    }

    pub(crate) fn journal(&self) -> &Path {
        self.journal.path()
    }

    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// No job on it has begun before this, in nanoseconds of the system's monotonic clock.
    pub(crate) fn stood_ns(&self) -> u64 {
        self.stood_ns
    }

    /// Every piece of work that was done.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>> {
        self.journal.entries()
    }
}

/// A host that doesn't answer: its queue of connections is full, and none is accepted, so
/// the system drops each further request to connect.
#[derive(Debug)]
struct Unanswering {
    address: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl Unanswering {
    fn new() -> Result<Self> {
        /// Longer than loopback ever takes to connect.
        const ANSWERED: Duration = Duration::from_millis(100);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        rustix::net::listen(&listener, 0)?;
        let address = listener.local_addr()?;
        let mut queue = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, ANSWERED) {
            queue.push(stream);
        }
        Ok(Self {
            address,
            _listener: listener,
            _queue: queue,
        })
    }
}
