//! The grammar of paths: a path is a sentence of steps, read left to right.

/// The grammar in a few lines of text, as `GET /` answers it.
pub const GRAMMAR: &str = "\
A path is a sentence of steps, read left to right: /after/20ms/bytes/1024

how   /after/20ms            pause before the answer (us, ms, s)
      /status/503            status of the answer, 200 by default
      /header/NAME/VALUE     one more header (percent-encoded)
      /drip-head/5ms         the head, one byte every 5 ms
      /flaky/2               the first 2 requests of this very path get 503
      /nonce/X  /note/X      nothing; makes paths differ
what  /bytes/1024            a body with Content-Length
      /chunked/4096          a body in chunks
      /unframed/1024         a body without a length, which ends with the connection
then  /drip/50/10ms          the body, 50 bytes every 10 ms
      /truncate/1000         only 1000 bytes of the body, then FIN
      /reset/1000            only 1000 bytes of the body, then RST
      /stall/1000            only 1000 bytes of the body, then silence
or    /hang                  never answer
      /close                 close without an answer
      /reset/0               RST without an answer
      /garbage               a status line that is none
      /odd/NAME              an odd answer, such as chunk-0x or interim-103-then-late
      /own/NAME              the same; a page may be any of its own bytes

/record answers what this origin has seen, as JSON.
";

/// Why a path is not a sentence. Each message is one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// It doesn't begin with a slash.
    #[error("a path begins with '/', not {0:?}")]
    NotAPath(String),
    /// It is a page of the origin's own whose content is no function of the path.
    #[error("/record answers what was seen so far: there is no telling what it will be")]
    Record,
    /// There is no such step.
    #[error("no step is called {0:?}; there are {steps}", steps = steps())]
    UnknownStep(String),
    /// A step's value is missing or can't be read.
    #[error("/{step} takes {wants}, not {found:?}")]
    BadValue {
        /// The step's name.
        step: &'static str,
        /// What it takes.
        wants: &'static str,
        /// What stands there; empty at the path's end.
        found: String,
    },
    /// A step stands where it has no meaning.
    #[error("/{step} {reason}")]
    Misplaced {
        /// The step's name.
        step: &'static str,
        /// Why it can't stand there.
        reason: &'static str,
    },
}

/// The names of all steps, from the grammar's second column.
fn steps() -> String {
    let mut names: Vec<&str> = Vec::new();
    let columns = GRAMMAR.lines().filter_map(|line| line.get(6..29));
    for word in columns.flat_map(str::split_whitespace) {
        let name = word
            .strip_prefix('/')
            .and_then(|step| step.split('/').next());
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names.join(", ")
}
