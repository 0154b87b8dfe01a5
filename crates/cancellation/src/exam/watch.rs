//! A watch over the processes that a journal names: when each was gone, by what the system
//! says of it.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustix::process::Pid;
use test_fixtures::{monotonic_nanos, state};

use super::counted::Counted;

/// How often it looks.
const EVERY: Duration = Duration::from_millis(2);

/// Looks at `/proc` on a thread of its own, which ends with it.
#[derive(Debug)]
pub(crate) struct Watch {
    seen: Arc<Seen>,
    journal: Arc<Counted>,
    /// Joined by the drop, which takes it.
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    /// When each process was gone: neither at work nor a zombie.
    gone: Mutex<BTreeMap<u32, Option<u64>>>,
    is_over: AtomicBool,
}

impl Watch {
    pub(crate) fn over(journal: Arc<Counted>) -> io::Result<Self> {
        let seen = Arc::new(Seen::default());
        let (watched, counted) = (Arc::clone(&seen), Arc::clone(&journal));
        let watch = move || {
            while !watched.is_over.load(Relaxed) {
                watched.look(&counted);
                thread::sleep(EVERY);
            }
        };
        let thread = thread::Builder::new()
            .name("watch".to_owned())
            .spawn(watch)?;
        let thread = Some(thread);
        Ok(Self {
            seen,
            journal,
            thread,
        })
    }

    /// When each process was gone, in nanoseconds of the system's monotonic clock; none if
    /// it is still there.
    pub(crate) fn gone(&self) -> BTreeMap<u32, Option<u64>> {
        self.seen.look(&self.journal);
        self.seen.gone().clone()
    }
}

impl Seen {
    fn gone(&self) -> MutexGuard<'_, BTreeMap<u32, Option<u64>>> {
        // Nothing panics while it holds the lock.
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, journal: &Counted) {
        let mut gone = self.gone();
        for entry in journal.entries().unwrap_or_default() {
            gone.entry(entry.process).or_default();
        }
        for (process, gone) in gone.iter_mut().filter(|(_, gone)| gone.is_none()) {
            let pid = Pid::from_raw(*process as i32);
            if pid.and_then(state).is_none() {
                *gone = Some(monotonic_nanos());
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.seen.is_over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the watch has been reported; `drop` can't return it.
            let _ = thread.join();
        }
    }
}
