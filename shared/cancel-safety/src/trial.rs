//! One method, three times: undisturbed, dropped before what it waits for has happened,
//! and dropped after.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};

use crate::{Method, Verdict};

/// Where a trial drops the future.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    /// Nowhere: what comes of this is what should come of the others.
    Never,
    /// Before what it waits for has happened.
    Before,
    /// When that has happened, and the future has not yet been polled again: it may have
    /// been handed something already.
    After,
}

/// One run of a method: where its future is dropped, and what was seen.
#[derive(Debug)]
pub struct Trial {
    cut: Cut,
    log: Log,
}

/// What was seen from outside, in order: bytes, messages, or who had its turn.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Adds what was seen.
    pub fn push(&self, seen: impl AsRef<[u8]>) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend(seen.as_ref());
    }

    /// All of it, but for the ends of lines.
    fn text(&self) -> String {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).replace('\n', "")
    }
}

/// What came of a method's three runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was seen where nothing was dropped.
    pub undisturbed: String,
    /// What was seen where the future was dropped before the event.
    pub before: String,
    /// What was seen where it was dropped after the event.
    pub after: String,
    /// How they differ from the first; the worse of the two counts.
    pub verdict: Verdict,
}

/// Futures that are polled in the order in which they are woken, and otherwise not.
type Waiting<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = ()> + 'a>>>;

impl Trial {
    /// What is seen goes there.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Calls `method`, polls it once, and lets `event` happen, for which it waits. Before
    /// or after that the future may be dropped; then `method` is called again, as in the
    /// next turn of a loop.
    ///
    /// # Panics
    /// The method did not wait.
    pub async fn call<T>(
        &self,
        mut method: impl AsyncFnMut() -> T,
        event: impl AsyncFnOnce(),
    ) -> T {
        let mut future = Box::pin(method());
        let mut output = poll_once(future.as_mut());
        assert!(
            output.is_none(),
            "it was ready at once: nothing is half-way"
        );
        if self.cut == Cut::Before {
            drop(future);
            future = Box::pin(method());
            output = poll_once(future.as_mut());
        }
        event().await;
        if self.cut == Cut::After {
            drop(future);
            future = Box::pin(method());
        }
        match output {
            Some(output) => output,
            None => future.await,
        }
    }

    /// Lets `one` wait, and `other` behind it; then `event` happens, for which both wait.
    /// The first future may be dropped, before that or after, and called again. Who has a
    /// turn is logged, `A` for the one; what a call returns is held for that long.
    ///
    /// # Panics
    /// One of them did not wait.
    pub async fn in_a_queue<T, U>(
        &self,
        mut one: impl AsyncFnMut() -> T,
        mut other: impl AsyncFnMut() -> U,
        event: impl AsyncFnOnce(),
    ) {
        let mut one = async || {
            let _held = one().await;
            self.log.push(b"A");
        };
        let mut future = Box::pin(one());
        let mut behind = Box::pin(async {
            let _held = other().await;
            self.log.push(b"B");
        });
        let is_ready =
            poll_once(future.as_mut()).is_some() || poll_once(behind.as_mut()).is_some();
        assert!(!is_ready, "it was ready at once: there is no queue");
        if self.cut == Cut::Before {
            drop(future);
            future = Box::pin(one());
        }
        if self.cut == Cut::After {
            let mut both = Waiting::new();
            both.push(behind);
            _ = now(both.next());
            event().await;
            drop(future);
            let mut again = Box::pin(one());
            if poll_once(again.as_mut()).is_none() {
                both.push(again);
            }
            both.collect::<()>().await;
        } else {
            let mut both = Waiting::new();
            both.push(future);
            both.push(behind);
            _ = now(both.next());
            event().await;
            both.collect::<()>().await;
        }
    }
}

/// Polls a future once, with a waker that wakes nobody.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// What a future has given when it is polled once, if anything, and then drops it.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    poll_once(pin!(future))
}

/// Runs a method's trial three times, and compares.
///
/// # Errors
/// A run panicked, or had not ended after ten seconds.
pub fn observe(method: &Method) -> Result<Observation, String> {
    let undisturbed = run(method, Cut::Never)?;
    let before = run(method, Cut::Before)?;
    let after = run(method, Cut::After)?;
    let verdict = compare(&undisturbed, &before).max(compare(&undisturbed, &after));
    Ok(Observation {
        undisturbed,
        before,
        after,
        verdict,
    })
}

fn compare(undisturbed: &str, dropped: &str) -> Verdict {
    let sorted = |seen: &str| {
        let mut seen: Vec<_> = seen.bytes().collect();
        seen.sort_unstable();
        seen
    };
    if undisturbed == dropped {
        Verdict::Kept
    } else if sorted(undisturbed) == sorted(dropped) {
        Verdict::QueuedAnew
    } else {
        Verdict::Lost
    }
}

/// A trial on a thread of its own, which is left behind where the trial hangs.
fn run(method: &Method, cut: Cut) -> Result<String, String> {
    let log = Log::default();
    let trial = Trial {
        cut,
        log: log.clone(),
    };
    let function = method.trial;
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let run = catch_unwind(AssertUnwindSafe(|| function(&trial)));
        // Nobody waits for it any more where the time was up.
        _ = ended.send(run.map_err(|panic| message(&*panic)));
    });
    let name = method.name;
    match end.recv_timeout(Duration::from_secs(10)) {
        Ok(Ok(())) => Ok(log.text()),
        Ok(Err(panic)) => Err(format!("{name}, dropped {cut:?}: {panic}")),
        Err(_) => Err(format!(
            "{name}, dropped {cut:?}, hangs; seen so far: {:?}",
            log.text()
        )),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Verdict, compare};

    #[test]
    fn a_difference_is_a_verdict() {
        assert_eq!(compare("12", "12"), Verdict::Kept);
        assert_eq!(compare("AB", "BA"), Verdict::QueuedAnew);
        for dropped in ["", "1", "121", "13"] {
            assert_eq!(compare("12", dropped), Verdict::Lost, "{dropped}");
        }
        assert!(Verdict::Kept < Verdict::QueuedAnew);
        assert!(Verdict::QueuedAnew < Verdict::Lost);
    }
}
