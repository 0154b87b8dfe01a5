//! Fetching on a thread that blocks, with ureq. Nothing stops a thread from outside, but a
//! socket that is shut down ends the read that it is blocked on.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use fetching::Trust;
use page_client::{Settings, blocking::Client};

use super::{Done, Phase, Task, Tasks, fetch::Answer};
use crate::Work;

/// The fetches of a job. At the deadline all that are under way are shut down, by a thread
/// that ends with this.
#[derive(Debug)]
pub struct Fetches {
    deadline: Instant,
    clients: Arc<Clients>,
    /// The thread waits until this is dropped, or for the deadline; both are none where
    /// nothing is fetched.
    is_over: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The client of each task that fetches; none once the deadline has fallen.
#[derive(Debug)]
struct Clients(Mutex<Option<BTreeMap<usize, Client>>>);

impl Fetches {
    /// Those of `tasks`, if they are any.
    ///
    /// # Errors
    /// The system starts no thread.
    pub fn of(tasks: &Tasks) -> io::Result<Self> {
        let deadline = tasks.deadline();
        let clients = Arc::new(Clients(Mutex::new(Some(BTreeMap::new()))));
        let mut fetches = Self {
            deadline,
            clients: Arc::clone(&clients),
            is_over: None,
            thread: None,
        };
        if tasks.job().work == Work::Fetch {
            let (sender, is_over) = channel();
            let shut_down = move || {
                let left = deadline.saturating_duration_since(Instant::now());
                if is_over.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                    clients.shut_down();
                }
            };
            let thread = thread::Builder::new().name("deadline".into());
            fetches.thread = Some(thread.spawn(shut_down)?);
            fetches.is_over = Some(sender);
        }
        Ok(fetches)
    }

    /// The time that is left; none once the deadline has fallen.
    fn left(&self) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

impl Drop for Fetches {
    fn drop(&mut self) {
        drop(self.is_over.take());
        if let Some(thread) = self.thread.take() {
            // A panic of it has been reported; `drop` can't return it.
            let _ = thread.join();
        }
    }
}

impl Clients {
    fn lock(&self) -> MutexGuard<'_, Option<BTreeMap<usize, Client>>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shut_down(&self) {
        let clients = self.lock().take();
        for client in clients.into_iter().flatten() {
            client.1.shut_down();
        }
    }
}

/// A client that is among those which are shut down at the deadline.
struct UnderWay<'a> {
    clients: &'a Clients,
    index: usize,
    client: Client,
}

impl<'a> UnderWay<'a> {
    /// None once the deadline has fallen.
    fn new(clients: &'a Clients, index: usize, client: Client) -> Option<Self> {
        clients.lock().as_mut()?.insert(index, client.clone());
        Some(Self {
            clients,
            index,
            client,
        })
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(clients) = self.clients.lock().as_mut() {
            clients.remove(&self.index);
        }
    }
}

impl Task {
    /// Fetches its URL, but never past the deadline; it is not begun if that has passed.
    pub fn fetch_blocking(self, fetches: &Fetches) -> Done {
        let settings = Settings {
            timeout: fetches.left()?,
            // Each has a connection of its own, as in the other variants.
            connections: 0,
            trust: Trust::new(&[], None),
        };
        self.connect();
        let client = Client::watched(&settings, self.entering(Phase::ReadingHead));
        let under_way = UnderWay::new(&fetches.clients, self.index, client)?;
        let mut answer = Answer::of(&self);
        let read = under_way.client.read(self.url(), &mut answer);
        let page = read.and_then(|()| answer.close());
        drop(under_way);
        // What was shut down looks like a failure, or like an end.
        fetches.left()?;
        self.settle(page)
    }
}
