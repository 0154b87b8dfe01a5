//! How true the origin's pauses are: the time from a request's arrival to its answer's
//! last byte, less the pause that was asked for.
//!
//! One client, so that an answer never waits for another's; `cargo run --release -p http-origin
//! --example pauses -- 1000` asks 1,000 times for each pause.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use http_origin::Origin;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let times = std::env::args()
        .nth(1)
        .map_or(Ok(1000), |times| times.parse())?;
    println!(
        "{:>7} {:>9} {:>9} {:>9} {:>9}",
        "pause", "p50", "p90", "p99", "most"
    );
    for pause in ["500us", "1ms", "5ms", "20ms", "100ms"] {
        let path = format!("/after/{pause}/bytes/1024");
        let asked = http_origin::Sentence::parse(&path)?.least_time().as_nanos() as u64;
        let times = times.min(5_000_000_000 / asked);
        let origin = Origin::start()?;
        let mut client = TcpStream::connect(origin.address())?;
        let mut buffer = [0; 4096];
        for _ in 0..times {
            client.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes())?;
            // Head and body leave in one write, and fit into one segment of loopback's.
            let got = client.read(&mut buffer)?;
            assert!(got > 1024, "an answer came in pieces");
        }
        let record = origin.record();
        let late = |e: &http_origin::Exchange| Some(e.ended_ns? - e.started_ns - asked);
        let mut late: Vec<u64> = record.exchanges.iter().filter_map(late).collect();
        late.sort_unstable();
        let at =
            |share: f64| late[((late.len() - 1) as f64 * share) as usize] as f64 / 1e3;
        println!(
            "{pause:>7} {:>6.1} us {:>6.1} us {:>6.1} us {:>6.1} us",
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        );
    }
    Ok(())
}
