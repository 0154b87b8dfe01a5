//! Which tests run at once: as many as there are cores, and beside them some of those that
//! mostly wait. Where the cores are idle nevertheless, because of a limit of time that a test
//! waits for, some more, for as long as that is so. Last come those that run alone.

use std::{
    env, fs, mem,
    num::NonZeroUsize,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use anyhow::Result;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};

use crate::cores;

/// How many tests that mostly wait run at once for each core.
const WAITING_PER_CORE: usize = 2;
/// How many further tests of each kind run at once for each core, while it is idle.
const FURTHER_PER_CORE: usize = 4;
/// For how long the cores have to be idle before another one starts.
const IDLE_FOR: Duration = Duration::from_millis(60);

/// A test, and what it needs of the machine.
pub(super) struct Test {
    name: String,
    /// What is printed beside its name.
    kind: &'static str,
    waits: bool,
    is_alone: bool,
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
            is_alone: false,
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

    /// The same, with no other beside it, if `alone` says so.
    #[must_use]
    pub(super) fn alone(self, alone: bool) -> Self {
        Self {
            is_alone: alone,
            ..self
        }
    }

    /// Runs only once it has one of these places, and `beside` for itself if it is to be
    /// alone.
    fn trial(self, places: &Arc<Places>, beside: &Arc<RwLock<()>>) -> Trial {
        let (run, places, beside) = (self.run, Arc::clone(places), Arc::clone(beside));
        let is_alone = self.is_alone;
        let trial = Trial::test(self.name, move || {
            let _place = places.take();
            // A test may have panicked with it; there is nothing in it to be broken.
            let (_alone, _with_others);
            match is_alone {
                true => _alone = beside.write().unwrap_or_else(PoisonError::into_inner),
                false => {
                    _with_others = beside.read().unwrap_or_else(PoisonError::into_inner)
                }
            }
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
    run_on(cores().get(), idle_ticks, given, arguments, tests)
}

/// Threads take the tests in order, and one that has taken a test can only wait for its
/// place. So those that mostly wait come first, and there is a thread for each of them
/// beside one per core: all of them are at their own gate at once, and however few are let
/// in, as many threads as there are cores are left for the others.
fn run_on(
    cores: usize,
    ticks: fn() -> Option<Ticks>,
    given: Option<NonZeroUsize>,
    mut arguments: Arguments,
    mut tests: Vec<Test>,
) -> Conclusion {
    let places = |usual| {
        Arc::new(match given {
            // With a place for each thread no test waits for one.
            Some(given) => Places::new(given.get(), 0, ticks),
            None => Places::new(usual, cores * FURTHER_PER_CORE, ticks),
        })
    };
    let (busy, waiting) = (places(cores), places(cores * WAITING_PER_CORE));
    if given.is_none() && !arguments.list {
        tests.sort_by_key(|test| (test.is_alone, !test.waits));
    }
    let waits: Vec<_> = tests.iter().map(|test| test.waits).collect();
    let beside = Arc::new(RwLock::new(()));
    let trials: Vec<_> = tests
        .into_iter()
        .map(|test| match test.waits {
            true => test.trial(&waiting, &beside),
            false => test.trial(&busy, &beside),
        })
        .collect();
    let threads = given.map(NonZeroUsize::get).unwrap_or_else(|| {
        let chosen =
            |(waits, trial): &(bool, &Trial)| *waits && !arguments.is_filtered_out(trial);
        let waiting = waits.into_iter().zip(&trials).filter(chosen).count();
        cores * (1 + FURTHER_PER_CORE) + waiting
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

/// Ticks of all cores since the start of the system: those that were idle, and all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    idle: u64,
    all: u64,
}

impl Ticks {
    /// Whether a quarter of the time since then was idle.
    fn are_idle_since(self, before: Self) -> bool {
        let all = self.all.saturating_sub(before.all);
        all > 0 && self.idle.saturating_sub(before.idle) * 4 >= all
    }
}

fn idle_ticks() -> Option<Ticks> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    // user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks = line.split_whitespace().take(8).map(str::parse);
    let ticks: Vec<u64> = ticks.collect::<Result<_, _>>().ok()?;
    Some(Ticks {
        idle: *ticks.get(3)?,
        all: ticks.iter().sum(),
    })
}

/// A number of places, which are taken in the order of arrival, and some further ones while
/// the cores are idle.
struct Places {
    count: usize,
    most_further: usize,
    ticks: fn() -> Option<Ticks>,
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// How many have arrived, how many of them have left again, and how many further places
/// there are just now.
#[derive(Default)]
struct Seen {
    arrived: usize,
    left: usize,
    further: usize,
    /// When somebody last left.
    at: Option<Ticks>,
}

impl Seen {
    /// Frees a place. It is a further one no more, unless the cores have been idle since
    /// somebody last left.
    fn leave(&mut self, now: Option<Ticks>) {
        let since = mem::replace(&mut self.at, now).zip(now);
        self.left += 1;
        if !since.is_some_and(|(before, now)| now.are_idle_since(before)) {
            self.further = self.further.saturating_sub(1);
        }
    }
}

impl Places {
    fn new(count: usize, most_further: usize, ticks: fn() -> Option<Ticks>) -> Self {
        Self {
            count,
            most_further,
            ticks,
            seen: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Blocks until a place is free, and keeps it until the guard is dropped.
    fn take(&self) -> Place<'_> {
        let mut seen = self.seen();
        let number = seen.arrived;
        seen.arrived += 1;
        loop {
            let next = seen.left + self.count + seen.further;
            if number < next {
                return Place(self);
            }
            if number > next || seen.further >= self.most_further {
                seen = self.changed.wait(seen).expect("no holder panics");
                continue;
            }
            let before = (self.ticks)();
            let waited = self.changed.wait_timeout(seen, IDLE_FOR);
            let (now, time) = waited.expect("no holder panics");
            seen = now;
            let since = before.zip((self.ticks)());
            let are_idle = since.is_some_and(|(before, now)| now.are_idle_since(before));
            if time.timed_out() && are_idle {
                seen.further += 1;
                self.changed.notify_all();
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no holder panics")
    }
}

/// A place, which is free again once this is dropped, after a panic as well.
struct Place<'a>(&'a Places);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let now = (self.0.ticks)();
        self.0.seen().leave(now);
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cmp,
        sync::atomic::{AtomicU64, Ordering},
    };

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
        let conclusion = run_on(2, || None, given, silent(), tests);
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
            let conclusion = run_on(2, || None, None, silent(), tests);
            assert_eq!(
                conclusion.num_failed, 0,
                "held those that wait: {held_wait}"
            );
        }
    }

    /// Cores that are idle, or busy, whenever they are looked at.
    fn always<const IDLE: u64>() -> Option<Ticks> {
        static LOOKS: AtomicU64 = AtomicU64::new(0);
        let all = LOOKS.fetch_add(1, Ordering::Relaxed) * 100;
        Some(Ticks {
            idle: all / 100 * IDLE,
            all,
        })
    }

    #[test]
    fn idle_cores_have_further_tests_and_busy_ones_have_none() {
        // They hold each other up, so that as many are there at once as are let in.
        let most = |ticks, size| {
            let meeting = Arc::new(Meeting::default());
            let test = |_| {
                let meeting = Arc::clone(&meeting);
                Test::new("meets", move || meeting.meet(1, size))
            };
            let tests = (0..12).map(test).collect();
            let conclusion = run_on(2, ticks, None, silent(), tests);
            let now = *meeting.now.lock().expect("no holder panics");
            assert_eq!(conclusion.num_failed, 0, "{now:?}");
            now.most[1]
        };
        assert_eq!(most(always::<25>, 6), 6);
        assert_eq!(most(always::<24>, 2), 2);
        assert_eq!(most(|| None, 2), 2);
    }

    #[test]
    fn a_further_place_stays_while_the_cores_are_idle() {
        let ticks = |idle, all| Some(Ticks { idle, all });
        let mut seen = Seen {
            further: 3,
            ..Seen::default()
        };
        let mut left = |now| {
            seen.leave(now);
            (seen.left, seen.further)
        };
        assert_eq!(left(ticks(0, 0)), (1, 2), "nothing to compare it with");
        assert_eq!(left(ticks(25, 100)), (2, 2), "idle");
        assert_eq!(left(ticks(49, 200)), (3, 1), "busy");
        assert_eq!(left(ticks(49, 200)), (4, 0), "at once");
        assert_eq!(left(None), (5, 0), "not known");
    }

    #[test]
    fn who_runs_alone_has_nobody_beside_it() {
        let here = Arc::new(Mutex::new(0));
        let test = |(is_alone, panics): (bool, bool)| {
            let here = Arc::clone(&here);
            let run = move || {
                let others = {
                    let mut here = here.lock().expect("no holder panics");
                    *here += 1;
                    *here - 1
                };
                std::thread::sleep(Duration::from_millis(5));
                let more = {
                    let mut here = here.lock().expect("no holder panics");
                    *here -= 1;
                    *here
                };
                ensure!(!is_alone || others + more == 0, "{others}, then {more}");
                assert!(!panics, "as it should");
                Ok(())
            };
            Test::new("runs", run).alone(is_alone)
        };
        let all = [(true, false), (false, true), (true, true), (false, false)];
        let tests = all.into_iter().cycle().take(24).map(test).collect();
        assert_eq!(run_on(4, || None, None, silent(), tests).num_failed, 12);
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
        assert_eq!(run_on(1, || None, None, silent(), tests).num_failed, 9);
    }
}
