//! Which tests run at once: as many as there are cores, and beside them some of those that
//! mostly wait.

use std::{
    env,
    num::NonZeroUsize,
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

use anyhow::Result;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};

use crate::cores;

/// How many tests that mostly wait run at once for each core.
const WAITING_PER_CORE: usize = 2;

/// A test, and what it needs of the machine.
pub(super) struct Test {
    name: String,
    /// What is printed beside its name.
    kind: &'static str,
    waits: bool,
    is_ignored: bool,
    run: Box<dyn FnOnce() -> Result<()> + Send>,
}

impl Test {
    pub(super) fn new(
        name: impl Into<String>,
        run: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            kind: "",
            waits: false,
            is_ignored: false,
            run: Box::new(run),
        }
    }

    /// One that is reported, and not run.
    pub(super) fn ignored(name: impl Into<String>) -> Self {
        Self {
            is_ignored: true,
            ..Self::new(name, || Ok(()))
        }
    }

    #[must_use]
    pub(super) fn of_kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// The same, which mostly waits, if `waits` says so.
    #[must_use]
    pub(super) fn waiting(self, waits: bool) -> Self {
        Self { waits, ..self }
    }

    /// Runs only once it has one of these places.
    fn trial(self, places: &Arc<Places>) -> Trial {
        let (run, places) = (self.run, Arc::clone(places));
        let trial = Trial::test(self.name, move || {
            let _place = places.take();
            run().map_err(|error| Failed::from(format!("{error:#}")))
        });
        trial
            .with_kind(self.kind)
            .with_ignored_flag(self.is_ignored)
    }
}

/// Runs these tests, or those of them that the arguments name. `--test-threads` and
/// `RUST_TEST_THREADS` are obeyed to the letter.
pub(super) fn run(arguments: Arguments, tests: Vec<Test>) -> Conclusion {
    let given = arguments.test_threads.and_then(NonZeroUsize::new);
    let given = given.or_else(threads_by_environment);
    run_on(cores().get(), given, arguments, tests)
}

/// Threads take the tests in order, and one that has taken a test can only wait for its
/// place. So those that mostly wait come first, and there is a thread for each of them
/// beside one per core: all of them are at their own gate at once, and however few are let
/// in, as many threads as there are cores are left for the others.
fn run_on(
    cores: usize,
    given: Option<NonZeroUsize>,
    mut arguments: Arguments,
    mut tests: Vec<Test>,
) -> Conclusion {
    // With a place for each thread no test waits for one.
    let places = |usual| Arc::new(Places::new(given.map_or(usual, NonZeroUsize::get)));
    let (busy, waiting) = (places(cores), places(cores * WAITING_PER_CORE));
    if given.is_none() && !arguments.list {
        tests.sort_by_key(|test| !test.waits);
    }
    let waits: Vec<_> = tests.iter().map(|test| test.waits).collect();
    let trials: Vec<_> = tests
        .into_iter()
        .map(|test| match test.waits {
            true => test.trial(&waiting),
            false => test.trial(&busy),
        })
        .collect();
    let threads = given.map(NonZeroUsize::get).unwrap_or_else(|| {
        let chosen =
            |(waits, trial): &(bool, &Trial)| *waits && !arguments.is_filtered_out(trial);
        cores + waits.into_iter().zip(&trials).filter(chosen).count()
    });
    arguments.test_threads = Some(threads);
    libtest_mimic::run(&arguments, trials)
}

/// Tests by the standard library's harness obey it, so these do as well.
fn threads_by_environment() -> Option<NonZeroUsize> {
    let threads = env::var_os("RUST_TEST_THREADS")?;
    match threads.to_str().and_then(|threads| threads.parse().ok()) {
        Some(threads) => Some(threads),
        None => panic!("RUST_TEST_THREADS is {threads:?}, not a number from 1 on"),
    }
}

/// A number of places, which are taken in the order of arrival.
struct Places {
    count: usize,
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// How many have arrived, and how many of them have left again.
#[derive(Default)]
struct Seen {
    arrived: usize,
    left: usize,
}

impl Places {
    fn new(count: usize) -> Self {
        Self {
            count,
            seen: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Blocks until a place is free, and keeps it until the guard is dropped.
    fn take(&self) -> Place<'_> {
        let mut seen = self.seen();
        let number = seen.arrived;
        seen.arrived += 1;
        while number >= seen.left + self.count {
            seen = self.changed.wait(seen).expect("no holder panics");
        }
        Place(self)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no holder panics")
    }
}

/// A place, which is free again once this is dropped, after a panic as well.
struct Place<'a>(&'a Places);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.seen().left += 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{cmp, time::Duration};

    use anyhow::ensure;

    use super::*;

    /// Long enough for a busy machine: it passes only where the test fails.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Where tests of both kinds meet.
    #[derive(Default)]
    struct Meeting {
        now: Mutex<Now>,
        changed: Condvar,
    }

    #[derive(Clone, Copy, Debug, Default)]
    struct Now {
        /// Of those that wait, and of the others: how many are here, and the most that
        /// ever were.
        here: [usize; 2],
        most: [usize; 2],
        /// How many have come in all, and how many of them may go.
        come: usize,
        released: usize,
    }

    impl Meeting {
        /// Holds all that come until there are `size` of them.
        fn meet(&self, kind: usize, size: usize) -> Result<()> {
            let mut now = self.now.lock().expect("no holder panics");
            now.here[kind] += 1;
            now.most[kind] = cmp::max(now.most[kind], now.here[kind]);
            now.come += 1;
            let number = now.come;
            if number.is_multiple_of(size) {
                now.released = number;
                self.changed.notify_all();
            }
            let is_held = |now: &mut Now| now.released < number;
            let waited = self.changed.wait_timeout_while(now, PATIENCE, is_held);
            let (mut now, time) = waited.expect("no holder panics");
            now.here[kind] -= 1;
            ensure!(!time.timed_out(), "no {size} met: {:?}", *now);
            Ok(())
        }
    }

    fn silent() -> Arguments {
        Arguments {
            logfile: Some("/dev/null".into()),
            ..Arguments::default()
        }
    }

    /// Runs tests on two cores, first of the busy kind, that pass only if `size` of them
    /// meet. Returns the most of those that wait and of the others that met.
    fn most_at_once(
        given: Option<usize>,
        [waiting, busy]: [usize; 2],
        size: usize,
    ) -> [usize; 2] {
        let meeting = Arc::new(Meeting::default());
        let test = |kind: usize| {
            let meeting = Arc::clone(&meeting);
            Test::new("meets", move || meeting.meet(kind, size)).waiting(kind == 0)
        };
        let tests = (0..busy).map(|_| test(1));
        let tests = tests.chain((0..waiting).map(|_| test(0))).collect();
        let given = given.and_then(NonZeroUsize::new);
        let conclusion = run_on(2, given, silent(), tests);
        let now = *meeting.now.lock().expect("no holder panics");
        assert_eq!(conclusion.num_failed, 0, "{now:?}");
        now.most
    }

    #[test]
    fn all_places_of_both_kinds_are_taken() {
        // Three times over, so that threads that have run a test of one kind go on with
        // one of the other.
        assert_eq!(most_at_once(None, [12, 6], 6), [4, 2]);
    }

    #[test]
    fn one_kind_alone_has_its_own_places() {
        assert_eq!(most_at_once(None, [12, 0], 4), [4, 0]);
        assert_eq!(most_at_once(None, [0, 12], 2), [0, 2]);
    }

    #[test]
    fn neither_kind_holds_up_the_other() {
        for held_wait in [true, false] {
            let ended = Arc::new((Mutex::new(0), Condvar::new()));
            let free = |_| {
                let ended = Arc::clone(&ended);
                Test::new("free", move || {
                    *ended.0.lock().expect("no holder panics") += 1;
                    ended.1.notify_all();
                    Ok(())
                })
                .waiting(!held_wait)
            };
            // They keep all places of their kind until every test of the other has ended.
            let held = |_| {
                let ended = Arc::clone(&ended);
                Test::new("held", move || {
                    let count = ended.0.lock().expect("no holder panics");
                    let is_early = |count: &mut usize| *count < 20;
                    let waited = ended.1.wait_timeout_while(count, PATIENCE, is_early);
                    let (count, _) = waited.expect("no holder panics");
                    ensure!(*count == 20, "{} of 20 have ended", *count);
                    Ok(())
                })
                .waiting(held_wait)
            };
            let tests = (0..20).map(held).chain((0..20).map(free)).collect();
            let conclusion = run_on(2, None, silent(), tests);
            assert_eq!(
                conclusion.num_failed, 0,
                "held those that wait: {held_wait}"
            );
        }
    }

    #[test]
    fn a_given_number_of_threads_is_obeyed() {
        for threads in [1, 3, 9] {
            let most = most_at_once(Some(threads), [threads, 2 * threads], threads);
            // In their order, so one kind has all threads first.
            assert_eq!(most[1], threads, "{most:?}");
            assert!(most[0] <= threads, "{most:?}");
        }
    }

    #[test]
    fn a_place_is_free_again_after_a_panic() {
        let test = |_| Test::new("panics", || panic!("as it should")).waiting(true);
        let tests = (0..9).map(test).collect();
        assert_eq!(run_on(1, None, silent(), tests).num_failed, 9);
    }
}
