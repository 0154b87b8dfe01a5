//! The origin's odd answers: every client on one pool, with honest answers between them.

use std::time::Duration;

use fetching::{check_due, outcome};
use http_origin::{ODD, Origin};

use super::client;

const TIMEOUT: Duration = Duration::from_millis(300);

/// What a client's package makes of some of them otherwise, whatever is done around it.
fn known(client: &str) -> &'static [&'static str] {
    match client {
        // It reads a number as Rust does (ureq-proto 0.7, src/chunk.rs, read_size).
        "blocking" => &["chunk-plus"],
        // Versions but 1.1, statuses that are not registered, heads that are not ASCII,
        // interim answers, bodies without a length, codings in capitals, extensions of
        // chunks. Also bodies where none may be (async-h1 2.3.4, src/client/decode.rs).
        "surf without a pool" => &[
            "status-reason-latin-1",
            "status-299",
            "version-1-0",
            "version-1-0-unframed",
            "version-1-0-kept",
            "interim-100",
            "interim-102",
            "interim-103",
            "interim-199",
            "interim-103-then-late",
            "interim-100-then-late",
            "interim-103-then-late-body",
            "interim-three",
            "interim-100-103-100",
            "interim-before-chunks",
            "interim-then-404",
            "head-latin-1",
            "head-utf-8",
            "length-twice-unequal",
            "length-plus",
            "length-none",
            "coding-case",
            "coding-twice",
            "coding-unknown",
            "chunk-extension",
            "chunk-extension-quoted",
            "chunk-extension-last",
            "204-body",
            "204-chunks",
            "304-length",
            "304-chunked",
            "304-body",
            "location-unicode",
            "silent-behind-103",
        ],
        _ => &[],
    }
}

// surf has a pool that is unsound, and is held to them without it.
each_client!(holds);

fn holds(name: &str) {
    let origin = Origin::start().expect("an origin starts");
    let mut wrong = Vec::new();
    let fetch = client(name, TIMEOUT);
    for (place, odd) in ODD.iter().enumerate() {
        let odd_path = format!("/odd/{}/nonce/{name}", odd.name).replace(' ', "-");
        let honest = format!("/bytes/40/note/{place}");
        let get = |path: &str| {
            check_due(path, &outcome(fetch(&origin.url(path))))
                .map_err(|error| format!("{name}, {}: {error:#}", odd.name))
        };
        match (get(&odd_path), known(name).contains(&odd.name)) {
            (Ok(()), false) | (Err(_), true) => {}
            (Err(error), false) => wrong.push(error),
            (Ok(()), true) => wrong.push(format!("{name} takes {} now", odd.name)),
        }
        wrong.extend(get(&honest).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
