//! The patterns in the interleavings that loom explores: each failing twin must be caught,
//! and its cure must pass, in every order of events and not only in those that happen.

use std::{env, process::Command};

use loom::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// In the environment of a process that runs the twin with two orders.
const TWIN: &str = "INTERLEAVE_TWIN";

/// Two threads run `count` on one counter, which must come to two.
fn two_count(count: fn(&AtomicU64)) {
    loom::model(move || {
        let counter = Arc::new(AtomicU64::new(0));
        let other = {
            let counter = Arc::clone(&counter);
            thread::spawn(move || count(&counter))
        };
        count(&counter);
        other.join().expect("it does not panic");
        assert_eq!(counter.load(Relaxed), 2, "an update was lost");
    });
}

#[test]
#[should_panic(expected = "an update was lost")]
fn a_load_and_a_store_are_caught() {
    two_count(|counter| {
        let seen = counter.load(Relaxed);
        counter.store(seen + 1, Relaxed);
    });
}

#[test]
fn an_add_loses_nothing() {
    two_count(|counter| {
        counter.fetch_add(1, Relaxed);
    });
}

/// Adds one to both under both locks, in this order.
fn add_to_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    let mut first = first.lock().expect("nobody panics with the lock");
    let mut second = second.lock().expect("nobody panics with the lock");
    *first += 1;
    *second += 1;
}

/// Two threads, one of which takes the locks in `order`.
fn two_add(order: fn(&Mutex<u64>, &Mutex<u64>)) {
    loom::model(move || {
        let accounts = Arc::new((Mutex::new(0), Mutex::new(0)));
        let other = {
            let accounts = Arc::clone(&accounts);
            thread::spawn(move || order(&accounts.0, &accounts.1))
        };
        add_to_both(&accounts.0, &accounts.1);
        other.join().expect("it does not panic");
        let (from, to) = &*accounts;
        let from = *from.lock().expect("nobody panics with the lock");
        let to = *to.lock().expect("nobody panics with the lock");
        assert_eq!((from, to), (2, 2));
    });
}

/// loom reports a deadlock by a panic, and the guards that it unwinds over panic again: that
/// ends the process, so it is one of its own.
#[test]
fn two_orders_are_caught() {
    if env::var_os(TWIN).is_some() {
        return two_add(|from, to| add_to_both(to, from));
    }
    let itself = env::current_exe().expect("this test is a program");
    let twin = Command::new(itself)
        .args(["--exact", "two_orders_are_caught", "--nocapture"])
        .env(TWIN, "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("the twin starts");
    let stderr = String::from_utf8_lossy(&twin.stderr);
    assert!(!twin.status.success(), "the twin passed");
    assert!(stderr.contains("deadlock"), "not a deadlock: {stderr}");
}

#[test]
fn one_order_never_hangs() {
    two_add(add_to_both);
}
