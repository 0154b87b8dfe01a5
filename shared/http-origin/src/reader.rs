//! The reader of sentences: from a path to a [`Sentence`], or to the reason why not.

use std::time::Duration;

use crate::grammar::GrammarError;
use crate::odd::Odd;
use crate::sentence::{Content, Drip, Ending, Framing, Refusals, Sentence};

/// The longest duration that a path may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl Sentence {
    /// Reads a path, with its query if it has one (which is ignored, like a nonce).
    ///
    /// # Errors
    /// [`GrammarError`] names the step that is not understood, and why.
    pub fn parse(path: &str) -> Result<Sentence, GrammarError> {
        Reader::new(path)?.sentence()
    }
}

/// The steps of one path that are still to be read.
struct Reader<'a> {
    steps: std::str::Split<'a, char>,
    status: Option<u16>,
    sentence: Sentence,
}

type Step = Result<(), GrammarError>;

const COUNT: &str = "a number";
const TIME: &str = "a duration of at most a day such as 500us, 20ms or 2s";

impl<'a> Reader<'a> {
    fn new(path: &'a str) -> Result<Reader<'a>, GrammarError> {
        let spoken = path.split('?').next().unwrap_or_default();
        if spoken == "/record" {
            return Err(GrammarError::Record);
        }
        let Some(steps) = spoken.strip_prefix('/') else {
            return Err(GrammarError::NotAPath(path.chars().take(80).collect()));
        };
        let sentence = Sentence {
            pause: Duration::ZERO,
            status: 200,
            headers: Vec::new(),
            head_drip: None,
            content: None,
            refusals: None,
            ending: Ending::Whole,
        };
        Ok(Reader {
            steps: steps.split('/'),
            status: None,
            sentence,
        })
    }

    fn sentence(mut self) -> Result<Sentence, GrammarError> {
        while let Some(step) = self.steps.next() {
            match step {
                "after" => self.after()?,
                "status" => self.status()?,
                "header" => self.header()?,
                "drip-head" => self.drip_head()?,
                "flaky" => self.flaky()?,
                "nonce" => drop(self.word("nonce", "a word")?),
                "note" => drop(self.word("note", "a word")?),
                "bytes" => self.content("bytes", Framing::Length)?,
                "unframed" => self.content("unframed", Framing::Connection)?,
                "chunked" => self.content("chunked", Framing::Chunked)?,
                "drip" => self.drip()?,
                "truncate" => self.cut("truncate", Ending::Truncate)?,
                "stall" => self.cut("stall", Ending::Stall)?,
                "reset" => self.reset()?,
                "hang" => self.instead("hang", Ending::Hang)?,
                "close" => self.instead("close", Ending::Close)?,
                "garbage" => self.instead("garbage", Ending::Garbage)?,
                "odd" => self.odd("odd", Ending::Odd)?,
                "own" => self.odd("own", Ending::Own)?,
                // A slash at the end, and the sentence without steps.
                "" if self.steps.clone().next().is_none() => {}
                other => {
                    let name = other.chars().take(80).collect();
                    return Err(GrammarError::UnknownStep(name));
                }
            }
        }
        self.sentence.status = self.status.unwrap_or(200);
        if matches!(self.sentence.status, 204 | 304) && self.sentence.content.is_some() {
            return misplaced("status", "204 and 304 have no body");
        }
        Ok(self.sentence)
    }

    fn after(&mut self) -> Step {
        let pause = self.duration("after")?;
        self.before_body("after")?;
        self.sentence.pause += pause;
        if self.sentence.pause > LONGEST {
            return misplaced("after", "pauses for at most a day in all");
        }
        Ok(())
    }

    fn status(&mut self) -> Step {
        let wants = "a status from 200 to 599";
        let word = self.word("status", wants)?;
        self.before_body("status")?;
        match word.parse() {
            Ok(status @ 200..=599) => self.status = Some(status),
            _ => return bad("status", wants, word),
        }
        Ok(())
    }

    fn header(&mut self) -> Step {
        let wants = "a header's name and a printable value";
        let name = self.word("header", wants)?;
        let value = self.word("header", wants)?;
        self.before_body("header")?;
        let named = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        if name.is_empty() || !name.bytes().all(named) {
            return bad("header", wants, name);
        }
        let framing = ["content-length", "transfer-encoding", "connection"];
        if framing.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return misplaced("header", "can't set what frames the answer");
        }
        match decoded(value) {
            Some(value) => self.sentence.headers.push((name.to_owned(), value)),
            None => return bad("header", wants, value),
        }
        Ok(())
    }

    fn drip_head(&mut self) -> Step {
        let every = self.duration("drip-head")?;
        self.before_body("drip-head")?;
        self.sentence.head_drip = Some(every);
        Ok(())
    }

    fn flaky(&mut self) -> Step {
        let count = self.count("flaky")?;
        if self.sentence.refusals.is_some() {
            return misplaced("flaky", "stands in a path once");
        }
        self.before_body("flaky")?;
        self.sentence.refusals = Some(Refusals {
            count,
            pause: self.sentence.pause,
        });
        Ok(())
    }

    fn content(&mut self, step: &'static str, framing: Framing) -> Step {
        let bytes = self.count(step)?;
        self.before_body(step)?;
        self.sentence.content = Some(Content {
            bytes,
            framing,
            drip: None,
        });
        Ok(())
    }

    fn drip(&mut self) -> Step {
        let wants = "a number of bytes, at least 1, and a duration";
        let word = self.word("drip", wants)?;
        let every = self.duration("drip")?;
        let Some(piece @ 1..) = number(word) else {
            return bad("drip", wants, word);
        };
        let open = self.sentence.ending == Ending::Whole;
        match &mut self.sentence.content {
            Some(content) if open && content.drip.is_none() => {
                content.drip = Some(Drip { piece, every });
                Ok(())
            }
            _ => misplaced("drip", "stands once, right behind the body"),
        }
    }

    fn cut(&mut self, step: &'static str, ending: fn(u64) -> Ending) -> Step {
        let sent = self.count(step)?;
        let Some(content) = self.sentence.content else {
            return misplaced(step, "needs a body before it, such as /bytes/N");
        };
        if self.sentence.ending != Ending::Whole {
            return misplaced(step, "can't follow another ending");
        }
        // Behind its last byte, a chunked body still lacks the last chunk.
        if sent >= content.bytes + u64::from(content.framing == Framing::Chunked) {
            return misplaced(step, "must leave out a part of the body");
        }
        self.sentence.ending = ending(sent);
        Ok(())
    }

    fn reset(&mut self) -> Step {
        if self.sentence.content.is_some() {
            return self.cut("reset", Ending::Reset);
        }
        match self.count("reset")? {
            0 => self.instead("reset", Ending::ResetAtOnce),
            _ => misplaced("reset", "needs a body before it, unless it is /reset/0"),
        }
    }

    fn odd(&mut self, step: &'static str, ending: fn(&'static Odd) -> Ending) -> Step {
        let wants = "the name of an odd answer";
        let name = self.word(step, wants)?;
        match Odd::named(name) {
            Some(odd) => self.instead(step, ending(odd)),
            None => bad(step, wants, name),
        }
    }

    /// An ending that takes the place of the whole answer.
    fn instead(&mut self, step: &'static str, ending: Ending) -> Step {
        self.before_body(step)?;
        let sentence = &mut self.sentence;
        let headless = sentence.headers.is_empty() && sentence.head_drip.is_none();
        if self.status.is_some() || !headless {
            return misplaced(step, "sends no head: no status, header or drip-head");
        }
        sentence.ending = ending;
        Ok(())
    }

    fn before_body(&self, step: &'static str) -> Step {
        if self.sentence.content.is_some() || self.sentence.ending != Ending::Whole {
            return misplaced(step, "must stand before the body or the ending");
        }
        Ok(())
    }

    fn word(
        &mut self,
        step: &'static str,
        wants: &'static str,
    ) -> Result<&'a str, GrammarError> {
        let missing = GrammarError::BadValue {
            step,
            wants,
            found: String::new(),
        };
        self.steps.next().ok_or(missing)
    }

    fn count(&mut self, step: &'static str) -> Result<u64, GrammarError> {
        let word = self.word(step, COUNT)?;
        number(word).map_or_else(|| bad(step, COUNT, word), Ok)
    }

    fn duration(&mut self, step: &'static str) -> Result<Duration, GrammarError> {
        let word = self.word(step, TIME)?;
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let micros = match &word[digits.len()..] {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            _ => return bad(step, TIME, word),
        };
        let length = number(digits)
            .and_then(|n| n.checked_mul(micros))
            .map(Duration::from_micros)
            .filter(|length| *length <= LONGEST);
        length.map_or_else(|| bad(step, TIME, word), Ok)
    }
}

/// At most 2^53, so that the figures survive JSON readers that know doubles only.
fn number(word: &str) -> Option<u64> {
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    word.parse().ok().filter(|n| digits && *n <= 1 << 53)
}

fn decoded(value: &str) -> Option<String> {
    let mut bytes = value.bytes();
    let mut text = String::new();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => {
                let (high, low) = (bytes.next()? as char, bytes.next()? as char);
                (high.to_digit(16)? * 16 + low.to_digit(16)?) as u8
            }
            _ => byte,
        };
        // Nothing that could end a header's line, or be read as another charset.
        (byte == b' ' || byte.is_ascii_graphic()).then(|| text.push(byte as char))?;
    }
    Some(text)
}

fn bad<T>(
    step: &'static str,
    wants: &'static str,
    found: &str,
) -> Result<T, GrammarError> {
    let found = found.chars().take(80).collect();
    Err(GrammarError::BadValue { step, wants, found })
}

fn misplaced<T>(step: &'static str, reason: &'static str) -> Result<T, GrammarError> {
    Err(GrammarError::Misplaced { step, reason })
}
