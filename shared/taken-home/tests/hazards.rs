//! Each cure, on numbers of its own. What fails is compiled, and not run: most of it hangs.

use std::{
    collections::HashSet,
    fmt,
    io::{self, Write},
    os::unix::net::UnixStream,
    panic::{catch_unwind, resume_unwind},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What a cure returns: a number, or what kept it from one.
trait Value {
    fn value(self) -> u64;
}

impl Value for u64 {
    fn value(self) -> u64 {
        self
    }
}

impl<E: fmt::Debug> Value for Result<u64, E> {
    fn value(self) -> u64 {
        self.expect("the system starts threads")
    }
}

/// The results of the cures, their modules, and the call.
macro_rules! cures {
    ($($value:literal: $($lesson:ident),+: $function:ident $arguments:tt;)+) => {
        $($(
            #[test]
            fn $lesson() {
                let value = taken_home::hazards::$lesson::$function $arguments;
                assert_eq!(value.value(), $value);
            }
        )+)+
    };
}

const LONG: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_millis(2);

fn sleep() {
    thread::sleep(Duration::from_millis(20));
}

fn product(task: usize, nth: u64) -> u64 {
    task as u64 * nth
}

fn one_panics(task: u64) {
    if task == 1 {
        resume_unwind(Box::new("one panics"));
    }
}

/// Sockets whose other ends have sent two bytes to answer, and the zero.
fn peers(count: usize) -> Vec<UnixStream> {
    let pair = |_| -> io::Result<UnixStream> {
        let (mine, mut other) = UnixStream::pair()?;
        other.write_all(&[2, 1, 0])?;
        // Until then the answers must have a reader.
        thread::spawn(move || io::copy(&mut other, &mut io::sink()));
        Ok(mine)
    };
    let pairs: io::Result<_> = (0..count).map(pair).collect();
    pairs.expect("the system has sockets and threads")
}

/// A call that is refused twice.
fn at_the_third_call() -> impl Fn(u64) -> bool + Clone + Send + Sync {
    let calls = Arc::new(Mutex::new(HashSet::new()));
    move |client| {
        let mut calls = calls.lock().expect("nobody panics with it");
        !calls.insert((client, 1)) && !calls.insert((client, 2))
    }
}

cures! {
    3000: lost_update_std_only_cure, lost_update_crossbeam_cure, lost_update_rayon_cure,
        lost_update_tokio_cure, lost_update_smol_cure, lost_update_async_std_cure:
        count(3, 1000);
    4: two_locks_std_only_cure, two_locks_async_std_cure: deposit();
    4: two_locks_rayon_cure, two_locks_tokio_cure, two_locks_smol_cure: deposit(2);
    3: blocked_executor_rayon_cure, blocked_executor_tokio_cure,
        blocked_executor_smol_cure, blocked_executor_async_std_cure:
        call(3, sleep, TICK, || {});
    2: guard_across_await_tokio_cure, guard_across_await_smol_cure,
        guard_across_await_async_std_cure: count();
    16: join_under_lock_rayon_cure: sum(2);
    84: oversubscribed_std_only_cure, oversubscribed_crossbeam_cure,
        oversubscribed_rayon_cure, oversubscribed_tokio_cure, oversubscribed_smol_cure:
        take_turns(2, 8, 3, product);
    84: oversubscribed_async_std_cure: take_turns(8, 3, product);
    15: leaked_sender_std_only_cure, leaked_sender_crossbeam_cure,
        leaked_sender_tokio_cure, leaked_sender_smol_cure, leaked_sender_async_std_cure:
        receive(3, 5);
    5: cancelled_read_tokio_cure, cancelled_read_smol_cure, cancelled_read_async_std_cure:
        read_frames(5, TICK, TICK * 2);
    5: starved_deadline_tokio_cure, starved_deadline_smol_cure,
        starved_deadline_async_std_cure: read_within(LONG, 5, || {});
    3: futurelock_tokio_cure, futurelock_smol_cure, futurelock_async_std_cure: count();
    5: cancelled_send_tokio_cure, cancelled_send_smol_cure, cancelled_send_async_std_cure:
        send_all(5, TICK, TICK * 2);
    3: starved_connection_tokio_cure, starved_connection_smol_cure,
        starved_connection_async_std_cure: read_all(peers(3), TICK);
    5: biased_select_crossbeam_cure, biased_select_tokio_cure, biased_select_smol_cure,
        biased_select_async_std_cure: handle_until(TICK * 50, 5, || {});
    5: shared_budget_tokio_cure: serve(5, || {}, || {});
    9: lagging_broadcast_tokio_cure, lagging_broadcast_smol_cure: follow(2, 9);
    5: pool_of_one_rayon_cure: receive(5);
    3: unseen_panic_std_only_cure, unseen_panic_tokio_cure, unseen_panic_smol_cure,
        unseen_panic_async_std_cure: known(3, one_panics);
    7: grandchildren_std_only_cure, grandchildren_tokio_cure, grandchildren_smol_cure,
        grandchildren_async_std_cure: first_line("sleep 60 & echo 7; wait");
    3: retry_storm_std_only_cure, retry_storm_tokio_cure, retry_storm_smol_cure,
        retry_storm_async_std_cure: call_all(3, TICK, at_the_third_call());
}

/// What handles a frame sleeps, so that all of them would take a minute. By the deadline
/// even a busy machine has handled one.
#[test]
fn deadlines_are_kept_beside_a_busy_peer() {
    use taken_home::hazards::{
        starved_deadline_async_std_cure, starved_deadline_smol_cure,
        starved_deadline_tokio_cure,
    };
    const FRAMES: u64 = 60_000;
    const DEADLINE: Duration = Duration::from_millis(100);
    let handle = || thread::sleep(Duration::from_millis(1));
    for handled in [
        starved_deadline_tokio_cure::read_within(DEADLINE, FRAMES, handle).value(),
        starved_deadline_smol_cure::read_within(DEADLINE, FRAMES, handle).value(),
        starved_deadline_async_std_cure::read_within(DEADLINE, FRAMES, handle).value(),
    ] {
        assert!((1..FRAMES).contains(&handled), "{handled} of {FRAMES}");
    }
}

/// Where no thread would ever do the work, a cure is refused: it neither hangs nor returns.
#[test]
fn no_workers_are_refused() {
    use taken_home::hazards::{
        blocked_executor_smol_cure, oversubscribed_crossbeam_cure,
        oversubscribed_smol_cure, oversubscribed_std_only_cure,
        oversubscribed_tokio_cure, two_locks_smol_cure, two_locks_tokio_cure,
    };
    let calls: [fn() -> u64; 7] = [
        || oversubscribed_std_only_cure::take_turns(0, 8, 3, product).value(),
        || oversubscribed_crossbeam_cure::take_turns(0, 8, 3, product).value(),
        || oversubscribed_tokio_cure::take_turns(0, 8, 3, product).value(),
        || oversubscribed_smol_cure::take_turns(0, 8, 3, product).value(),
        || two_locks_tokio_cure::deposit(0).value(),
        || two_locks_smol_cure::deposit(0).value(),
        || blocked_executor_smol_cure::call(0, sleep, TICK, || {}).value(),
    ];
    for call in calls {
        let refused = catch_unwind(call).expect_err("there is nobody to do it");
        let why = refused.downcast_ref::<&str>().expect("it says why");
        assert!(why.to_lowercase().contains("worker"), "{why}");
    }
}
