//! A sleep that can be cancelled, from the standard library and from crossbeam: it may be as
//! long as a time can be, and what was cancelled before it began is not slept.

use std::{thread, time::Duration};

use cancellation::{parts::token::Token, variants::crossbeam};
use crossbeam_channel::bounded;

/// Enough that an order by chance would show.
const TRIES: usize = 100;

#[test]
fn the_longest_sleep_is_cancelled() {
    let (token, (cancel, closes)) = (Token::new(), bounded(0));
    thread::scope(|scope| {
        let ours = scope.spawn(|| token.sleep(Duration::MAX));
        let theirs = scope.spawn(|| crossbeam::sleep(&closes, Duration::MAX));
        token.cancel();
        drop(cancel);
        assert!(!ours.join().expect("it does not panic"));
        assert!(!theirs.join().expect("it does not panic"));
    });
}

#[test]
fn what_was_cancelled_before_is_not_slept() {
    let (token, (cancel, closes)) = (Token::new(), bounded::<()>(0));
    token.cancel();
    drop(cancel);
    for _ in 0..TRIES {
        assert!(!token.sleep(Duration::ZERO));
        assert!(!crossbeam::sleep(&closes, Duration::ZERO));
    }
}
