//! What is bounded: memory under a large body, under many requests, under many paths.
//! One test, so that nothing else is in this process' peak.

mod client;

use std::io::{Read as _, Write as _};

use client::{Client, Outcome};
use http_origin::Origin;

/// The process' peak memory in MiB.
fn peak() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(kib.ok_or("no VmHWM")?.parse::<u64>()? / 1024)
}

#[test]
fn memory_is_bounded() -> Outcome {
    let origin = Origin::start()?;
    let before = peak()?;

    let mut client = Client::new(&origin)?;
    client.ask("/bytes/1073741824")?;
    client.head()?;
    let mut left = 1_u64 << 30;
    let mut buffer = vec![0; 1 << 20];
    left -= client.skip_ahead();
    while left > 0 {
        let bytes = client.stream.read(&mut buffer)?;
        assert!(bytes > 0, "{left} bytes are missing");
        left -= bytes as u64;
    }
    assert!(
        peak()? < before + 16,
        "a body of 1 GiB took {} MiB",
        peak()? - before
    );

    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    // 100,000 requests, each with a path of its own, pipelined so that it is quick.
    let mut got = 0;
    for batch in 0..1000 {
        let ask = |n| format!("HEAD /nonce/{batch}-{n}/bytes/9 HTTP/1.1\r\n\r\n");
        let text: String = (0..100).map(ask).collect();
        client.stream.write_all(text.as_bytes())?;
        let one =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 9\r\n\r\n";
        got += client.exactly(100 * one.len())?.len() / one.len();
    }
    let record = origin.record();
    assert_eq!(
        (got, record.requests, record.exchanges.len()),
        (100_000, 100_000, 100_000)
    );
    assert_eq!(
        (record.hits.len(), record.requests_most_in_flight <= 100),
        (100_000, true)
    );
    assert!(size_of::<http_origin::Exchange>() <= 80);
    assert!(
        peak()? < before + 160,
        "100,000 paths took {} MiB",
        peak()? - before
    );
    Ok(())
}
