//! A server that always has more to send is given up in time.

use std::time::{Duration, Instant};

use fetching::cases::endless::{BODIES, FRAMES, HEADS, server};
use test_fixtures::{Class, Outcome};

use super::{client, clients};

const TIMEOUT: Duration = Duration::from_millis(300);
/// How much later than that a busy machine may be.
const GRACE: Duration = Duration::from_millis(1200);

each_client!(is_not_starved, surf: "surf");

fn is_not_starved(name: &str) {
    let server = server().expect("a server starts");
    let fetch = client(name, TIMEOUT);
    let mut wrong = Vec::new();
    for endless in HEADS.iter().chain(FRAMES).chain(BODIES) {
        let begun = Instant::now();
        let end = fetch(&server.url(endless.path));
        let took = begun.elapsed();
        let end = end.map_err(|error| format!("{error:#}"));
        if end.is_ok() || took > TIMEOUT + GRACE {
            wrong.push(format!("{}: {end:?} after {took:?}", endless.path));
        }
    }
    // surf keeps a connection whose answer was given up, and reads the rest of that as the
    // next answer (http-client 6.5.3, src/h1/tcp.rs).
    if name != "surf" {
        let page = fetch(&server.url("/honest"));
        if page.as_ref().map_or(0, |page| page.bytes) != 5 {
            wrong.push(format!("then an honest answer is {page:?}"));
        }
    }
    assert!(wrong.is_empty(), "{name}\n{}", wrong.join("\n"));
}

#[test]
fn what_is_too_long_is_malformed_and_no_end_of_its_connection() {
    let server = server().expect("a server starts");
    for (name, fetch) in clients(Duration::from_secs(10)) {
        for path in ["/reason", "/head-lines", "/head-line", "/head-name"] {
            let error = fetch(&server.url(path)).expect_err("it has no end");
            let Outcome::Failed(failure) = fetching::outcome::<()>(Err(error)) else {
                panic!("{name}, {path}: no failure");
            };
            assert_eq!(
                failure.class,
                Class::Malformed,
                "{name}, {path}: {failure:?}"
            );
        }
    }
}
