//! The grammar and the reader of requests, under input that no user would think of.

mod client;

use std::io::Write as _;
use std::net::Shutdown;
use std::sync::OnceLock;

use client::Client;
use http_origin::{Origin, Sentence, expected};
use proptest::prelude::*;

fn origin() -> &'static Origin {
    static ORIGIN: OnceLock<Origin> = OnceLock::new();
    ORIGIN.get_or_init(|| Origin::start().expect("a port is free"))
}

/// One step with its value, well-formed but not always well-placed.
fn step() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..5000_u32, "us|ms|s").prop_map(|(n, unit)| format!("/after/{n}{unit}")),
        (200..600_u16).prop_map(|n| format!("/status/{n}")),
        "[a-z]{1,8}".prop_map(|name| format!("/header/x-{name}/a%2Fb")),
        (0..50_u32).prop_map(|n| format!("/drip-head/{n}us")),
        (0..9_u32).prop_map(|n| format!("/flaky/{n}")),
        "[a-z0-9]{1,8}".prop_map(|x| format!("/nonce/{x}")),
        (0..100_u32).prop_map(|n| format!("/bytes/{n}")),
        (0..100_u32).prop_map(|n| format!("/chunked/{n}")),
        (0..100_u32).prop_map(|n| format!("/unframed/{n}")),
        (1..50_u32, 0..50_u32).prop_map(|(n, t)| format!("/drip/{n}/{t}ms")),
        ("truncate|reset|stall", 0..120_u32).prop_map(|(s, n)| format!("/{s}/{n}")),
        "hang|close|garbage".prop_map(|step| format!("/{step}")),
    ]
}

proptest! {
    #[test]
    fn a_sentence_is_read_back_from_its_display(
        steps in prop::collection::vec(step(), 0..6),
    ) {
        let path = steps.concat();
        if let Ok(sentence) = Sentence::parse(&path) {
            let said = match sentence.to_string() {
                empty if empty.is_empty() => "/".to_owned(),
                said => said,
            };
            prop_assert_eq!(Sentence::parse(&said), Ok(sentence), "{} {}", path, said);
        }
    }

    #[test]
    fn any_text_is_a_sentence_or_an_error_of_one_line(path in any::<String>()) {
        if let Err(error) = expected(&path) {
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
    }

    #[test]
    fn random_bytes_leave_the_origin_answering(
        start in "|GET |GET /bytes/3 HTTP/1.1\r\n",
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut noise = Client::new(origin())?;
        // Either may fail: the origin may have refused and closed already.
        let _ = noise.stream.write_all(&[start.as_bytes(), &bytes].concat());
        let _ = noise.stream.shutdown(Shutdown::Write);
        noise.rest().1.ok();
        let answer = Client::new(origin())?.get("/bytes/9")?;
        prop_assert_eq!((answer.status, answer.body.len()), (200, 9));
    }

    #[test]
    fn any_path_leaves_the_origin_answering(path in "/[!-~]{0,60}") {
        let mut client = Client::new(origin())?;
        client.ask(&path)?;
        client.stream.shutdown(Shutdown::Write)?;
        client.rest().1.ok();
        let answer = Client::new(origin())?.get("/bytes/9")?;
        prop_assert_eq!((answer.status, answer.body.len()), (200, 9));
    }
}
