//! Odd and honest answers in turn, on one client.

use http_origin::{Kind, ODD};
use test_fixtures::{Case, Model};

/// What must come of odd answers: the right result of each, by kinds, and of none a byte
/// under another's name.
///
/// With the flags `narrow` one request follows the other. With `wide` a few are under way
/// at once, and one is given up after a while. `{paths}` in them stands for the number of
/// paths.
pub fn odd<M: Model>(narrow: &[&str], wide: &[&str]) -> Vec<Case<M>> {
    let mixed = in_turn("own", |kind| !matches!(kind, Kind::Location | Kind::Silent));
    let over_tls = [narrow, &["--tls"]].concat();
    let of = |name, about, kind| {
        let paths = in_turn("odd", |one| one == kind);
        holds(name, about, &paths, wide)
    };
    vec![
        holds(
            "mixed",
            "no byte of an odd answer passes for the next one's, and the next one is whole",
            &mixed,
            narrow,
        ),
        holds(
            "mixed_at_once",
            "nor where a few are under way at once",
            &mixed,
            wide,
        ),
        holds(
            "https_mixed",
            "nor where a record of TLS has more than the answer",
            &in_turn("own", |kind| kind == Kind::End),
            &over_tls,
        ),
        of(
            "odd_status",
            "status lines are read as RFC 9112 says",
            Kind::Status,
        ),
        of(
            "odd_interim",
            "1xx is not the answer, which comes behind it",
            Kind::Interim,
        ),
        of("odd_head", "headers are read as RFC 9112 says", Kind::Head),
        of(
            "odd_length",
            "a length that is none is no length",
            Kind::Length,
        ),
        of(
            "odd_coding",
            "chunks are what Transfer-Encoding says",
            Kind::Coding,
        ),
        of(
            "odd_chunks",
            "a chunk's size that is none is no size",
            Kind::Chunks,
        ),
        of(
            "odd_number",
            "a sign, a prefix or another's digits make no number",
            Kind::Number,
        ),
        of("odd_bodiless", "204 and 304 have no body", Kind::Bodiless),
        of(
            "odd_end",
            "what is behind an answer is no answer",
            Kind::End,
        ),
        of(
            "odd_silent",
            "an answer of which no more comes is given up",
            Kind::Silent,
        )
        .waits(),
    ]
}

/// What must come of odd redirects where they are followed.
pub fn odd_location<M: Model>(flags: &[&str]) -> Case<M> {
    holds(
        "odd_location",
        "a redirect leads where the URL standard says, or nowhere",
        &in_turn("odd", |kind| kind == Kind::Location),
        flags,
    )
}

/// The paths of the odd answers of some kinds, with an honest one behind each.
fn in_turn(step: &str, is_asked: impl Fn(Kind) -> bool) -> Vec<String> {
    let ends = |kind| kind != Kind::Endless;
    let odd = ODD
        .iter()
        .filter(|odd| ends(odd.kind) && is_asked(odd.kind));
    let pair = |(place, odd): (usize, &http_origin::Odd)| {
        [
            format!("/{step}/{}/nonce/odd-{place}", odd.name),
            format!("/bytes/64/nonce/honest-{place}"),
        ]
    };
    odd.enumerate().flat_map(pair).collect()
}

fn holds<M: Model>(
    name: &'static str,
    about: &'static str,
    paths: &[String],
    flags: &[&str],
) -> Case<M> {
    let count = paths.len().to_string();
    let flags = flags.iter().map(|flag| match *flag {
        "{paths}" => count.as_str(),
        flag => flag,
    });
    let paths = paths.iter().flat_map(|path| ["--path", path]);
    let args: Vec<_> = paths.chain(flags).collect();
    Case::holds(name, about, &args)
}
