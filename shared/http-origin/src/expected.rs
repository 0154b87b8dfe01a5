//! What an honest client must see for a path, from the grammar alone: the oracle that a
//! check holds a client's report against.

use sha2::{Digest as _, Sha256};

use crate::body::Body;
use crate::grammar::{GRAMMAR, GrammarError};
use crate::sentence::{Ending, Sentence};

/// What a client that reports the truth must report of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A whole answer. Behind `/flaky/N` it is the answer that follows the refusals.
    Whole {
        /// The status code.
        status: u16,
        /// Bytes of the body, without framing.
        bytes: u64,
        /// SHA-256 of the body.
        sha256: [u8; 32],
    },
    /// No whole answer: anything but an error of the right class is a lie.
    Fault(Fault),
    /// An odd answer that is no page: an error, at once.
    Refused,
    /// An odd answer that a client may take for this page or refuse at once.
    WholeOrRefused {
        /// The status code.
        status: u16,
        /// Bytes of the body, without framing.
        bytes: u64,
        /// SHA-256 of the body.
        sha256: [u8; 32],
    },
    /// An odd answer that leads on to another path, by a redirect with this status and an
    /// empty body.
    Moved {
        /// The status code.
        status: u16,
        /// Where it leads.
        target: &'static str,
    },
    /// An odd answer that never ends: a time-out, or an error before it.
    GivenUp,
    /// Anything that [`is_own`] holds of.
    Own,
}

/// The ways in which an answer fails to be whole. The figures are bytes of the body that
/// reach the client first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends (FIN) in the middle of the body.
    Truncated {
        /// Bytes before the FIN.
        sent: u64,
    },
    /// The connection is reset (RST) in the middle of the body.
    Reset {
        /// Bytes before the RST.
        sent: u64,
    },
    /// Silence in the middle of the body, without end.
    Stalled {
        /// Bytes before the silence.
        sent: u64,
    },
    /// Silence instead of an answer, without end.
    Hung,
    /// The connection ends (FIN) before the answer's first byte.
    Closed,
    /// The connection is reset (RST) before the answer's first byte.
    Refused,
    /// The first line is no status line.
    Malformed,
}

/// Returns what `path` must look like to a client. A body is hashed anew by each call:
/// about 1 ms a MiB at worst, so ask once for a large one.
///
/// # Errors
/// [`GrammarError`], where the origin answers 404; its text is the body then.
pub fn expected(path: &str) -> Result<Expected, GrammarError> {
    if is_help(path) {
        return Ok(text(200, GRAMMAR));
    }
    let sentence = Sentence::parse(path)?;
    Ok(match sentence.ending {
        Ending::Whole => {
            let body = body(path, &sentence);
            let sha256 = body.digest(body.len());
            Expected::Whole {
                status: sentence.status,
                bytes: body.len(),
                sha256,
            }
        }
        Ending::Truncate(sent) => Expected::Fault(Fault::Truncated { sent }),
        Ending::Reset(sent) => Expected::Fault(Fault::Reset { sent }),
        Ending::Stall(sent) => Expected::Fault(Fault::Stalled { sent }),
        Ending::Hang => Expected::Fault(Fault::Hung),
        Ending::Close => Expected::Fault(Fault::Closed),
        Ending::ResetAtOnce => Expected::Fault(Fault::Refused),
        Ending::Garbage => Expected::Fault(Fault::Malformed),
        Ending::Odd(odd) => odd.expected(path),
        Ending::Own(_) => Expected::Own,
    })
}

/// Whether a page has no byte in it that the odd answer to `path` has not. The page is
/// given by its body's length and SHA-256. It may be the path's body, or bytes of its
/// framing as they came.
///
/// # Errors
/// [`GrammarError`], where the path is no sentence.
pub fn is_own(path: &str, bytes: u64, sha256: [u8; 32]) -> Result<bool, GrammarError> {
    Ok(match Sentence::parse(path)?.ending {
        Ending::Odd(odd) | Ending::Own(odd) => odd.has(path, bytes, sha256),
        _ => digest(path, bytes)? == sha256,
    })
}

/// SHA-256 of the first `bytes` bytes of the body that answers `path`: what a client must
/// hold that was cut off there. A body that is shorter is hashed whole.
///
/// # Errors
/// [`GrammarError`], where the path is no sentence.
pub fn digest(path: &str, bytes: u64) -> Result<[u8; 32], GrammarError> {
    if is_help(path) {
        let end = bytes.min(GRAMMAR.len() as u64) as usize;
        return Ok(Sha256::digest(&GRAMMAR.as_bytes()[..end]).into());
    }
    Ok(body(path, &Sentence::parse(path)?).digest(bytes))
}

/// Whether `path` asks for the grammar's text.
pub(crate) fn is_help(path: &str) -> bool {
    path.split('?').next() == Some("/")
}

fn body(path: &str, sentence: &Sentence) -> Body {
    Body::new(path, sentence.content.map_or(0, |content| content.bytes))
}

fn text(status: u16, text: &str) -> Expected {
    let sha256 = Sha256::digest(text.as_bytes()).into();
    Expected::Whole {
        status,
        bytes: text.len() as u64,
        sha256,
    }
}
