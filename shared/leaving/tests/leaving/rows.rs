//! The tables of items.

use std::{sync::mpsc, thread, time::Duration};

use leaving::items::{SURF, TABLES};

use crate::alone::alone;

/// All three columns of each row are run, and return the same.
#[test]
fn each_row_does_the_same_on_all_three() {
    alone(|| {
        let mut failures = Vec::new();
        for row in TABLES.iter().chain([&SURF]).flat_map(|table| table.rows) {
            let (done, result) = mpsc::channel();
            thread::spawn(move || {
                let directory = tempfile::tempdir().expect("a directory");
                _ = done.send((row.hold)(directory.path()));
            });
            match result.recv_timeout(Duration::from_secs(5)) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => failures.push(format!("{}: {error:#}", row.item)),
                Err(_) => failures.push(format!("{}: it does not end", row.item)),
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    });
}
