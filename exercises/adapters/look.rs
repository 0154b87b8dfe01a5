//! What the jobs of a model don't show: a function is called with work that watches it.
//!
//! The work waits for what must come meanwhile, and for no time: so a right answer is done at
//! once, and a wrong one waits until the watch ends it.

use std::{
    ffi::OsString,
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use test_fixtures::{Held, tell};
use tokio::runtime::{Runtime, RuntimeMetrics};

/// How long something may not come that need not be waited for.
const LIMIT: Duration = Duration::from_millis(1500);
/// How often what is waited for is looked at.
const STEP: Duration = Duration::from_millis(1);

/// The look that is asked for, if these words ask for one: `look NAME LOOK`.
pub(crate) fn asked(words: &[OsString]) -> Option<&str> {
    match words {
        [first, _, look] if first == "look" => look.to_str(),
        _ => None,
    }
}

/// There is no look of that name.
pub(crate) fn unknown(look: &str) -> Result<()> {
    bail!("there is no look {look:?}")
}

/// Says what is wrong, and ends this process: from within what waits there is no way back.
pub(crate) fn refuse(why: impl std::fmt::Display) -> ! {
    tell(format_args!("exercises: {why}"));
    process::exit(1)
}

/// What was seen of items at work.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Those that were begun, in order, and when.
    pub(crate) begun: Vec<(usize, Instant)>,
    /// Those that have ended or were dropped, in order, and when.
    pub(crate) ended: Vec<(usize, Instant)>,
    /// Those that the function has reported, in order, and when.
    pub(crate) reported: Vec<(usize, Instant)>,
    /// How many are at work, and were at the most.
    pub(crate) at_work: usize,
    pub(crate) peak: usize,
    /// How many were at work when the function returned, and when that was.
    pub(crate) left: Option<(usize, Instant)>,
    /// How many were still at work a moment later.
    pub(crate) rest: usize,
}

impl Seen {
    /// Whether this item was begun so long ago.
    pub(crate) fn has_worked(&self, item: usize, time: Duration) -> bool {
        let mut begun = self.begun.iter().filter(|(one, _)| *one == item);
        begun.next().is_some_and(|(_, at)| at.elapsed() >= time)
    }
}

type Holds = Box<dyn Fn(&Seen, usize) -> bool + Send + Sync>;

/// Items at work, and what each of them waits for.
pub(crate) struct Scene {
    seen: Mutex<Seen>,
    holds: Holds,
    /// Whether an item that waits blocks its thread.
    blocks: bool,
    /// How long it takes to drop an item that is at work.
    drop_takes: Duration,
}

/// An item at work, until it is dropped.
struct AtWork {
    scene: Arc<Scene>,
    item: usize,
}

impl Scene {
    /// Items that stay at work as long as `holds` says so.
    pub(crate) fn new(
        holds: impl Fn(&Seen, usize) -> bool + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self::bare(holds))
    }

    fn bare(holds: impl Fn(&Seen, usize) -> bool + Send + Sync + 'static) -> Self {
        Self {
            seen: Mutex::default(),
            holds: Box::new(holds),
            blocks: false,
            drop_takes: Duration::ZERO,
        }
    }

    /// The same, where an item that waits blocks its thread.
    pub(crate) fn that_blocks(
        holds: impl Fn(&Seen, usize) -> bool + Send + Sync + 'static,
    ) -> Arc<Self> {
        let mut scene = Self::bare(holds);
        scene.blocks = true;
        Arc::new(scene)
    }

    /// The same, where an item takes a while to be dropped.
    pub(crate) fn slow_to_drop(
        holds: impl Fn(&Seen, usize) -> bool + Send + Sync + 'static,
    ) -> Arc<Self> {
        let mut scene = Self::bare(holds);
        scene.drop_takes = Duration::from_millis(60);
        Arc::new(scene)
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on an item on this thread.
    pub(crate) fn work(self: &Arc<Self>, item: usize) -> usize {
        self.work_until(item, || {
            thread::sleep(STEP);
            false
        })
    }

    /// The same, until `waits`, which waits for a moment, says that it is enough.
    pub(crate) fn work_until(
        self: &Arc<Self>,
        item: usize,
        waits: impl Fn() -> bool,
    ) -> usize {
        let _at_work = self.begin(item);
        while self.holds(item) && !waits() {}
        item
    }

    /// Works on an item in a task; `sleep` is the runtime's.
    pub(crate) async fn play<S: Future>(
        self: Arc<Self>,
        item: usize,
        sleep: impl Fn(Duration) -> S,
    ) -> usize {
        if self.blocks {
            return self.work(item);
        }
        let _at_work = self.begin(item);
        while self.holds(item) {
            sleep(STEP).await;
        }
        item
    }

    /// The function has reported an item.
    pub(crate) fn report(&self, item: usize) {
        self.seen().reported.push((item, Instant::now()));
    }

    /// The function has returned, or panicked.
    pub(crate) fn returns(&self) {
        let mut seen = self.seen();
        seen.left = Some((seen.at_work, Instant::now()));
    }

    /// Says what is wrong if it is not over in time.
    pub(crate) fn watch(
        self: &Arc<Self>,
        say: impl Fn(&Seen) -> String + Send + 'static,
    ) {
        self.watch_for(LIMIT, say);
    }

    pub(crate) fn watch_for(
        self: &Arc<Self>,
        limit: Duration,
        say: impl Fn(&Seen) -> String + Send + 'static,
    ) {
        let scene = Arc::clone(self);
        thread::spawn(move || {
            thread::sleep(limit);
            refuse(say(&scene.seen()));
        });
    }

    fn begin(self: &Arc<Self>, item: usize) -> AtWork {
        let mut seen = self.seen();
        seen.begun.push((item, Instant::now()));
        seen.at_work += 1;
        seen.peak = seen.peak.max(seen.at_work);
        AtWork {
            scene: Arc::clone(self),
            item,
        }
    }

    fn holds(&self, item: usize) -> bool {
        (self.holds)(&self.seen(), item)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        thread::sleep(self.scene.drop_takes);
        let mut seen = self.scene.seen();
        seen.at_work -= 1;
        seen.ended.push((self.item, Instant::now()));
    }
}

/// The results are those of the items, in their order.
pub(crate) fn ensure_in_order(ends: Vec<thread::Result<usize>>) -> Result<()> {
    let ends: Vec<_> = ends.into_iter().map(Result::ok).collect();
    let due: Vec<_> = (0..ends.len()).map(Some).collect();
    ensure!(ends == due, "the results are {ends:?}, not {due:?}");
    Ok(())
}

/// It panics, as it says of such a call.
pub(crate) fn ensure_panics(call: impl FnOnce() -> Result<()>) -> Result<()> {
    let watch = Scene::new(|_, _| false);
    watch.watch(|_| "with a zero it waits, and does not panic".to_owned());
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => bail!("with a zero it returns, and does not panic"),
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}

/// Two items, each of which keeps its thread until both have begun.
pub(crate) fn ensure_on_threads(
    call: impl FnOnce(usize, Arc<Scene>) -> Result<Vec<thread::Result<usize>>>,
) -> Result<()> {
    let scene = Scene::that_blocks(|seen, _| seen.begun.len() < 2);
    scene.watch(|seen| format!("{} of 2 items had a thread", seen.begun.len()));
    ensure_in_order(call(2, scene)?)
}

/// A hundred items, each of which is at work until all have begun.
pub(crate) fn ensure_all_at_once(
    call: impl FnOnce(usize, Arc<Scene>) -> Result<Vec<thread::Result<usize>>>,
) -> Result<()> {
    let scene = Scene::new(|seen, _| seen.begun.len() < 100);
    scene.watch(|seen| format!("{} of 100 items were begun at once", seen.begun.len()));
    ensure_in_order(call(100, scene)?)
}

/// The tasks of a runtime on tokio, where the function has one.
static TASKS: OnceLock<RuntimeMetrics> = OnceLock::new();

/// Has the tasks of this runtime counted, in place of threads.
pub(crate) fn count_tasks(runtime: &Runtime) {
    TASKS.get_or_init(|| runtime.metrics());
}

/// How many threads or tasks there are beside the caller.
pub(crate) fn at_hand() -> usize {
    let threads = || Held::now().map_or(0, |held| held.threads as usize);
    // The main thread, and the one that watches.
    let besides = || threads().saturating_sub(2);
    TASKS
        .get()
        .map_or_else(besides, RuntimeMetrics::num_alive_tasks)
}
