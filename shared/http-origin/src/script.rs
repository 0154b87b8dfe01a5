//! Scripts: a sentence as the raw steps that put its answer on a socket.
//!
//! A script is data that any number of requests share; where one request stands in it
//! is an `Answer`.

use std::time::Duration;

use crate::body::Body;
use crate::segment::{Bytes, Segment};
use crate::sentence::{Ending, Framing, Sentence};

/// The time between the last byte and an RST. A reset throws away what the sending side
/// still holds, and a client that wakes to both learns of data and reset at once. The
/// grace lets the data arrive first.
const GRACE: Duration = Duration::from_millis(5);

/// The answer to one path.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) steps: Vec<Step>,
    /// The status line's code; `None` where there is none.
    pub(crate) status: Option<u16>,
    /// Whether the connection ends with it, whatever the request asks for.
    pub(crate) is_last: bool,
}

/// One raw step.
#[derive(Debug)]
pub(crate) enum Step {
    Pause(Duration),
    Send(Segment),
    /// Ends the connection with a FIN.
    Close,
    /// Ends the connection with an RST.
    Reset,
    /// Keeps silent until the client hangs up.
    Hang,
}

/// What of a script depends on the request rather than on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// Whether the connection outlives the answer.
    pub(crate) keep_alive: bool,
    /// HTTP/1.0: no chunks, and `keep-alive` needs its header.
    pub(crate) old: bool,
}

impl Manner {
    /// HTTP/1.1 without a `Connection` header: the manner whose scripts are kept.
    pub(crate) const USUAL: Manner = Manner {
        keep_alive: true,
        old: false,
    };
}

impl Script {
    /// The script of a sentence; `path` seeds the body.
    pub(crate) fn new(path: &str, sentence: &Sentence, manner: Manner) -> Script {
        let mut steps = Vec::with_capacity(4);
        if sentence.pause > Duration::ZERO {
            steps.push(Step::Pause(sentence.pause));
        }
        if let Ending::Odd(odd) | Ending::Own(odd) = sentence.ending {
            steps.extend(odd.steps(path));
            return Script {
                steps,
                status: None,
                is_last: false,
            };
        }
        let instead = match sentence.ending {
            Ending::Hang => Some(Step::Hang),
            Ending::Close => Some(Step::Close),
            Ending::ResetAtOnce => Some(Step::Reset),
            Ending::Garbage => {
                let line = b"THIS IS NO STATUS LINE\r\n\r\n".to_vec();
                steps.push(Step::Send(Segment::head(line, None)));
                Some(Step::Close)
            }
            _ => None,
        };
        if let Some(step) = instead {
            steps.push(step);
            return Script {
                steps,
                status: None,
                is_last: false,
            };
        }
        let head = head(sentence, manner);
        steps.push(Step::Send(Segment::head(head, sentence.head_drip)));
        let (sent, end) = match sentence.ending {
            Ending::Truncate(sent) => (Some(sent), Some(Step::Close)),
            Ending::Reset(sent) => (Some(sent), Some(Step::Reset)),
            Ending::Stall(sent) => (Some(sent), Some(Step::Hang)),
            _ => (None, None),
        };
        if let Some(content) = sentence.content {
            let body = Body::new(path, content.bytes);
            let chunked = content.framing == Framing::Chunked && !manner.old;
            let segment = if chunked {
                Segment::chunked(body, sent, content.drip)
            } else {
                Segment::plain(body, sent, content.drip)
            };
            steps.push(Step::Send(segment));
        }
        if matches!(end, Some(Step::Reset)) {
            steps.push(Step::Pause(GRACE));
        }
        steps.extend(end);
        Script {
            steps,
            status: Some(sentence.status),
            is_last: sentence.is_unframed(),
        }
    }

    /// What `/flaky` answers while it refuses.
    pub(crate) fn refusal(pause: Duration, manner: Manner) -> Script {
        let sentence = Sentence {
            pause,
            status: 503,
            ..plain_sentence()
        };
        Script::new("", &sentence, manner)
    }

    /// An answer whose body is `text`.
    pub(crate) fn text(status: u16, text: Vec<u8>, manner: Manner) -> Script {
        let kind = if text.first() == Some(&b'{') {
            "application/json"
        } else {
            PLAIN
        };
        let mut head = start(status, kind);
        head.extend_from_slice(format!("content-length: {}\r\n", text.len()).as_bytes());
        head.extend_from_slice(end_of_head(manner));
        let send = |segment| Step::Send(segment);
        let steps = vec![send(Segment::head(head, None)), send(Segment::text(text))];
        Script {
            steps,
            status: Some(status),
            is_last: false,
        }
    }

    /// The answer to a request that is neither GET nor HEAD.
    pub(crate) fn not_allowed(manner: Manner) -> Script {
        let sentence = Sentence {
            status: 405,
            headers: vec![("allow".to_owned(), "GET, HEAD".to_owned())],
            ..plain_sentence()
        };
        Script::new("", &sentence, manner)
    }
}

impl Sentence {
    /// The least time from a request's arrival to its answer's last byte: the pause and
    /// all drips (the head's length counted as the origin sends it). Refusals are not
    /// counted, nor is the time of an answer that never ends.
    pub fn least_time(&self) -> Duration {
        let script = Script::new("", self, Manner::USUAL);
        let sent = script.steps.iter().map(|step| match step {
            Step::Pause(pause) => *pause,
            Step::Send(segment) => segment.least_time(),
            Step::Close | Step::Reset | Step::Hang => Duration::ZERO,
        });
        sent.sum()
    }
}

const PLAIN: &str = "text/plain";

fn plain_sentence() -> Sentence {
    Sentence {
        pause: Duration::ZERO,
        status: 200,
        headers: Vec::new(),
        head_drip: None,
        content: None,
        refusals: None,
        ending: Ending::Whole,
    }
}

fn head(sentence: &Sentence, manner: Manner) -> Bytes {
    let mut head = start(sentence.status, PLAIN);
    for (name, value) in &sentence.headers {
        head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    let framing = match sentence.content {
        Some(content) if content.framing == Framing::Chunked && !manner.old => {
            "transfer-encoding: chunked\r\n".to_owned()
        }
        Some(_) if sentence.is_unframed() => String::new(),
        content => {
            let bytes = content.map_or(0, |content| content.bytes);
            format!("content-length: {bytes}\r\n")
        }
    };
    // These two never have a body, so they must not announce one's length.
    if !matches!(sentence.status, 204 | 304) {
        head.extend_from_slice(framing.as_bytes());
    }
    head.extend_from_slice(end_of_head(Manner {
        keep_alive: manner.keep_alive && !sentence.is_unframed(),
        ..manner
    }));
    head
}

fn start(status: u16, kind: &str) -> Bytes {
    let reason = reason(status);
    format!("HTTP/1.1 {status} {reason}\r\ncontent-type: {kind}\r\n").into_bytes()
}

fn end_of_head(manner: Manner) -> &'static [u8] {
    match manner {
        Manner {
            keep_alive: false, ..
        } => b"connection: close\r\n\r\n",
        Manner {
            keep_alive: true,
            old: true,
        } => b"connection: keep-alive\r\n\r\n",
        Manner {
            keep_alive: true,
            old: false,
        } => b"\r\n",
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
