//! The ring between threads, and where its counts go round. `tests/loom.rs` has the rest.

use std::thread;

use crate::parts::atomic_ring::Ring;

#[test]
fn records_come_in_order_whatever_the_pieces() {
    const ALL: usize = 100_000;
    let ring = Ring::<64>::new();
    let sent: Vec<f64> = (0..ALL).map(|number| number as f64).collect();
    let mut got = vec![0.0; ALL];
    thread::scope(|scope| {
        scope.spawn(|| {
            for (piece, len) in sent.chunks(777).zip((1..=300).cycle()) {
                piece.chunks(len).for_each(|records| ring.push(records));
            }
            ring.close();
        });
        let mut filled = 0;
        while filled < ALL {
            let end = ALL.min(filled + 1 + filled % 100);
            filled += ring.pop(&mut got[filled..end]);
        }
    });
    assert_eq!(got, sent);
    assert_eq!(ring.pop(&mut [0.0]), 0);
}

#[test]
fn counts_go_round() {
    let near_the_end = (1 << 30) - 1;
    let ring = Ring::<4>::at(near_the_end, near_the_end);
    for round in 0..10 {
        let sent = [round as f64, 0.5, 0.25];
        let mut got = [0.0; 3];
        ring.push(&sent);
        assert_eq!(ring.pop(&mut got), 3);
        assert_eq!(got, sent);
    }
}

#[test]
fn a_count_that_can_not_be_is_survived() {
    let ring = Ring::<4>::at(1_000_000, 0);
    assert_eq!(ring.pop(&mut [1.0; 9]), 4);
}
