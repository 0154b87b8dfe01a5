//! A server that always has more to send is given up in time.

use std::time::{Duration, Instant};

use fetching::cases::endless::{BODIES, FRAMES, HEADS, server};

use super::clients;

const TIMEOUT: Duration = Duration::from_millis(300);
/// How much later than that a busy machine may be.
const GRACE: Duration = Duration::from_millis(1200);

#[test]
fn no_server_can_starve_the_clock() {
    let server = server().expect("a server starts");
    let mut wrong = Vec::new();
    for (name, fetch) in clients(TIMEOUT) {
        for endless in HEADS.iter().chain(FRAMES).chain(BODIES) {
            let begun = Instant::now();
            let end = fetch(&server.url(endless.path));
            let took = begun.elapsed();
            let end = end.map_err(|error| format!("{error:#}"));
            if end.is_ok() || took > TIMEOUT + GRACE {
                wrong.push(format!("{name}, {}: {end:?} after {took:?}", endless.path));
            }
        }
        if name == "surf" {
            // It keeps a connection whose answer was given up, and reads the rest of that as
            // the next answer (http-client 6.5.3, src/h1/tcp.rs).
            continue;
        }
        let page = fetch(&server.url("/honest"));
        if page.as_ref().map_or(0, |page| page.bytes) != 5 {
            wrong.push(format!("{name}: then an honest answer is {page:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
