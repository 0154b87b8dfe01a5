//! The line of a program's diagnostics that explains why it ended.
//!
//! Programs print it at different places: Python last, Go and Rust before a dump of their
//! stacks, Java before and within it, Node between the source and the stack.

use anstream::adapter::strip_str;

use crate::exit::advice;

/// The text on one line, with at most `most` characters.
pub fn shortened(text: &str, most: usize) -> String {
    let line = text
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join(" ");
    if line.chars().count() <= most {
        return line;
    }
    // What matters stands at either end.
    let (first, last) = (most * 2 / 3, most / 3 - 3);
    let count = line.chars().count();
    let start: String = line.chars().take(first).collect();
    let end: String = line.chars().skip(count - last).collect();
    format!("{} … {}", start.trim_end(), end.trim_start())
}

/// A report of an error: its text, and the line behind its last.
struct Found {
    says: String,
    end: usize,
}

/// Why the program ended, if it printed anything: the line of its standard error that says
/// so.
pub fn cause(stderr: &str) -> Option<String> {
    let lines: Vec<&str> = stderr.lines().map(str::trim_end).collect();
    if lacks_memory(stderr) {
        let advice = "ask for fewer at once, or raise `ulimit -v`";
        return Some(format!("an allocation failed; {advice}"));
    }
    let all = [
        rust,
        anyhow,
        eyre,
        miette,
        python,
        python_group,
        go,
        node,
        java,
        cpp,
        sanitizer,
        clap,
        cargo,
        compiler,
    ];
    let found = all.iter().filter_map(|find| find(&lines));
    // Where two end at the same place, the first has the better words.
    let found = found.reduce(|one, other| if other.end > one.end { other } else { one });
    let after = found.as_ref().map_or(0, |found| found.end);
    let rest = lines[after..].iter().rfind(|line| says_something(line));
    let cause = match (rest, found) {
        (Some(line), _) => line.trim().to_owned(),
        (None, Some(found)) => found.says,
        // Nothing but what is usually beside the point.
        (None, None) => {
            let mut some = lines.iter().filter(|line| !line.trim().is_empty());
            let plain = some.clone().rfind(|line| !is_hint(line.trim()));
            plain.or_else(|| some.next_back())?.trim().to_owned()
        }
    };
    Some(advised(cause))
}

/// With what to do, where a limit of the system is the cause and the words don't say so.
fn advised(cause: String) -> String {
    let has = |words: &str| cause.contains(words);
    let code = match () {
        () if has("ulimit") => return cause,
        // Python, Node and Java.
        () if has("RuntimeError: can't start new thread")
            || has("pthread_create: Resource temporarily unavailable")
            || has("unable to create native thread")
            || has("[Errno 11] Resource temporarily unavailable") =>
        {
            libc::EAGAIN
        }
        // Python, Go and Java.
        () if cause.starts_with("MemoryError")
            || has("[Errno 12] Cannot allocate memory")
            || has("failed to reserve page summary memory")
            || has("insufficient memory for the Java Runtime") =>
        {
            libc::ENOMEM
        }
        // Most; Node, whose loop has no other cause to fail; a system's number; and Go, in
        // which a child's descriptors are the parent's.
        () if cause.to_lowercase().contains("too many open files")
            || cause.ends_with(" EMFILE")
            || has("uv_loop_init(")
            || has("code: 24, kind: Uncategorized")
            || has("fork/exec ") && has("bad file descriptor") =>
        {
            libc::EMFILE
        }
        () => return cause,
    };
    cause + advice(code)
}

/// Whether Rust's standard library or the system's reports that there is no memory, and
/// has aborted. Several threads may report it at once, with their words mixed.
pub(crate) fn lacks_memory(stderr: &str) -> bool {
    stderr.contains("memory allocation of ") && stderr.contains(" bytes failed")
        || stderr.contains("Fatal glibc error: failed to register TLS destructor")
}

/// Whether a line is more than a frame of a stack or a hint.
fn says_something(line: &str) -> bool {
    let text = line.trim();
    let is_indented = text.len() < line.len();
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_frame = is_indented
        && (text.starts_with("at ")
            || text.starts_with("from ")
            || text.starts_with("... ")
            || text.starts_with("thrown in ")
            || text.starts_with("File \"")
            || text.starts_with("warnings.warn(")
            || text
                .split_once(": ")
                .is_some_and(|(number, _)| is_number(number)));
    let is_numbered = text.strip_prefix('#').is_some_and(|rest| {
        rest.split_once(' ')
            .is_some_and(|(number, _)| is_number(number))
    });
    // Python's have the file and the line first, and Node's its process.
    let is_warning = text.split_once("Warning: ").is_some_and(|(before, _)| {
        before.is_empty() || before.starts_with("(node:") || before.contains(": ")
    });
    let is_mark = text.chars().all(|c| "^~{}[]()|+-=*#".contains(c));
    let is_colour = strip_str(text).to_string().trim().is_empty();
    // Its own line, where not all is kept.
    let is_gap = text.starts_with("… ") && text.ends_with(" bytes left out …");
    let is_none = is_frame || is_numbered || is_warning || is_mark || is_colour || is_gap;
    !(is_none || is_hint(text))
}

/// Whether a line is what programs add to every failure of a kind.
fn is_hint(text: &str) -> bool {
    let hints = [
        "note: run with `RUST_BACKTRACE",
        "note: Some details are omitted",
        "note: we would appreciate a bug report",
        "stack backtrace:",
        "Stack backtrace:",
        "Stack trace:",
        "thread caused non-unwinding panic",
        "exit status ",
        "Node.js v",
        "----- Native stack trace -----",
        "----- JavaScript stack trace -----",
        "Bun v",
        "Extension modules:",
        "Exception ignored in",
        "Task was destroyed but it is pending!",
        "task: <Task ",
        "sys:1: ",
        "Backtrace omitted.",
        "Run with RUST_BACKTRACE=",
        "Run with COLORBT_",
        "Error: Could not create the Java Virtual Machine.",
        "Error: A fatal exception has occurred. Program will exit.",
        "(Use `node --trace",
        "Picked up JAVA_TOOL_OPTIONS: ",
        "Picked up _JAVA_OPTIONS: ",
        "ResourceWarning: Enable tracemalloc",
        "error: process didn't exit successfully: ",
        "error: could not compile `",
        "For more information about ",
        "For more information, try ",
        "error: compilation failed",
        "Unclosed client session",
        "client_session: <",
        "Unclosed connector",
        "connector: <",
        "connections: [",
        "Aborted",
        "Segmentation fault (core dumped)",
    ];
    hints.iter().any(|hint| text.starts_with(hint)) || text.ends_with(": too many errors")
}

fn last(lines: &[&str], is_it: impl Fn(&str) -> bool) -> Option<usize> {
    lines.iter().rposition(|line| is_it(line))
}

/// The place of the first line from there on that is none of these.
fn beyond(lines: &[&str], from: usize, is_part: impl Fn(&str) -> bool) -> usize {
    let rest = lines[from..].iter().position(|line| !is_part(line));
    rest.map_or(lines.len(), |count| from + count)
}

/// A panic: where, the message on one line or several, and perhaps a backtrace.
fn rust(lines: &[&str]) -> Option<Found> {
    let starts = |line: &str| {
        let words = line.strip_prefix("thread '");
        words.is_some_and(|words| words.contains(" panicked at "))
    };
    let ends = |line: &str| {
        starts(line) || line.starts_with("note: ") || line == "stack backtrace:"
    };
    let message = |start: usize| {
        // Before Rust 1.73 it stood on the same line, in quotes.
        if let Some((_, old)) = lines[start].split_once(" panicked at '") {
            let says = old.rsplit_once("', ").map_or(old, |(says, _)| says);
            return (says.to_owned(), start + 1);
        }
        let first = (start + 1).min(lines.len());
        let end = beyond(lines, first, |line| !ends(line));
        let is_ended = lines.get(end).is_some_and(|line| !starts(line));
        // Without a mark of its end, what is indented is part of it.
        let end = match is_ended {
            true => end,
            false => beyond(lines, (first + 1).min(lines.len()), |line| {
                line.starts_with([' ', '\t']) && !line.trim().is_empty()
            }),
        };
        let says: Vec<_> = lines[first..end].iter().map(|line| line.trim()).collect();
        (says.join(" ").trim().to_owned(), end)
    };
    let is_frame = |line: &str| {
        let text = line.trim();
        text.is_empty()
            || text.starts_with("at ")
            || text.starts_with("note: ")
            || text.starts_with("stack backtrace:")
            || text.starts_with("[... omitted ")
            || text.starts_with("thread caused non-unwinding panic")
            || text.split_once(": ").is_some_and(|(number, _)| {
                line.starts_with(' ') && number.bytes().all(|b| b.is_ascii_digit())
            })
    };
    let at = last(lines, starts)?;
    let (mut says, end) = message(at);
    // It only passes on another panic, whose message it has lost.
    let lost = [
        "Any { .. }",
        "panic in a destructor",
        "panic in a function that cannot unwind",
        "a scoped thread panicked",
        "PoisonError { .. }",
        "RecvError",
        "SendError { .. }",
    ];
    let hands_on = lost.iter().any(|words| says.contains(words));
    if hands_on && let Some(before) = last(&lines[..at], starts) {
        says = format!("{}; then {says}", message(before).0);
    }
    if says.is_empty() {
        let place = lines[at]
            .split_once(" panicked at ")
            .map_or("", |(_, place)| place);
        says = format!(
            "a panic without a message at {}",
            place.trim_end_matches(':')
        );
    }
    let end = beyond(lines, end, is_frame);
    Some(Found { says, end })
}

/// What `main` returned, with its causes below each other.
fn anyhow(lines: &[&str]) -> Option<Found> {
    let caused = last(lines, |line| line == "Caused by:")?;
    let at = last(&lines[..caused], |line| line.starts_with("Error: "))?;
    let end = beyond(lines, caused + 1, |line| line.starts_with(' '));
    let causes = lines[caused + 1..end].iter().map(|line| {
        let line = line.trim();
        match line.split_once(": ") {
            Some((number, cause)) if number.bytes().all(|b| b.is_ascii_digit()) => cause,
            _ => line,
        }
    });
    let says = [lines[at]]
        .into_iter()
        .chain(causes)
        .collect::<Vec<_>>()
        .join(": ");
    let is_trace = |line: &str| line.is_empty() || !says_something(line);
    let end = beyond(lines, end, is_trace);
    Some(Found { says, end })
}

/// What `eyre` and `color-eyre` report: the message of a panic, or an error with its causes
/// in numbers.
fn eyre(lines: &[&str]) -> Option<Found> {
    let is_end = |line: &str| {
        line.is_empty()
            || line.starts_with(' ')
            || line.starts_with("Location:")
            || !says_something(line)
    };
    let head =
        |line: &str| line.trim_end() == "Error:" || line.contains("panicked (crashed).");
    let at = last(lines, head)?;
    let message = lines.get(at + 1)?.strip_prefix("Message:");
    if let Some(message) = message {
        return Some(Found {
            says: message.trim().to_owned(),
            end: beyond(lines, at + 2, is_end),
        });
    }
    let numbered = lines[at + 1..].iter().map_while(|line| {
        let (number, cause) = line.trim().split_once(": ")?;
        number.bytes().all(|b| b.is_ascii_digit()).then_some(cause)
    });
    let causes: Vec<_> = numbered.collect();
    (!causes.is_empty()).then(|| Found {
        says: format!("Error: {}", causes.join(": ")),
        end: beyond(lines, at + 1, is_end),
    })
}

/// What `miette` draws: an error, and its causes at the ends of lines.
fn miette(lines: &[&str]) -> Option<Found> {
    let at = last(lines, |line| line.trim_start().starts_with("× "))?;
    let end = beyond(lines, at + 1, |line| {
        line.is_empty() || line.starts_with(' ')
    });
    let causes = lines[at + 1..end].iter().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("├─▶ ").or(line.strip_prefix("╰─▶ "))
    });
    let says: Vec<_> = [lines[at].trim_start().trim_start_matches("× ")]
        .into_iter()
        .chain(causes)
        .collect();
    Some(Found {
        says: says.join(": "),
        end,
    })
}

/// The line behind a traceback's frames, and what follows it without an empty line: the
/// further lines of its message, and notes. Of several the last one counts, but for those of
/// threads, and of what Python only mentions, beside one of the program's end.
fn python(lines: &[&str]) -> Option<Found> {
    if let Some(at) = last(lines, |line| line.starts_with("Fatal Python error: ")) {
        return Some(Found {
            says: lines[at].to_owned(),
            end: lines.len(),
        });
    }
    let is_head = |line: &str| line == "Traceback (most recent call last):";
    let is_frame =
        |line: &str| line.starts_with(' ') || line.starts_with("[Previous line");
    let is_aside = |line: &str| {
        line.starts_with("Exception ignored in")
            || line.starts_with("Exception in thread ")
    };
    let error = |head: usize| beyond(lines, head + 1, is_frame);
    let behind = |error: usize| {
        beyond(lines, error, |line| {
            !line.is_empty() && !is_aside(line) && says_something(line)
        })
    };
    let latest = last(lines, is_head)?;
    let own = (0..=latest).rev().find(|&at| {
        let before = at.checked_sub(1).map_or("", |before| lines[before]);
        is_head(lines[at]) && !is_aside(before)
    });
    let at = own.unwrap_or(latest);
    let first = error(at);
    let mut says = lines.get(first)?.to_string();
    let mut end = behind(first);
    for line in &lines[first + 1..end] {
        says = format!("{says} {}", line.trim());
    }
    if let Some(cause) = root(lines, at).and_then(|root| lines.get(error(root))) {
        says += &format!("; its cause: {cause}");
    }
    end = end.max(behind(error(latest)));
    // What is ignored may have no traceback of its own.
    while lines.get(end).is_some_and(|line| is_aside(line)) {
        end = behind(end + 1).max(end + 1);
    }
    Some(Found { says, end })
}

/// The first traceback of those that each were "the direct cause" of the next, up to this
/// one; none where this one has no cause.
fn root(lines: &[&str], head: usize) -> Option<usize> {
    let mut root = None;
    let mut at = head;
    while at >= 3
        && lines[at - 1].is_empty()
        && lines[at - 2].starts_with("The above exception was the direct cause of")
    {
        at = last(&lines[..at - 2], |line| {
            line.starts_with("Traceback (most recent")
        })?;
        root = Some(at);
    }
    root
}

/// A group: its own line, and that of each of its exceptions.
fn python_group(lines: &[&str]) -> Option<Found> {
    let starts = |line: &str| line.contains("+ Exception Group Traceback");
    let at = last(lines, starts)?;
    let end = beyond(lines, at + 1, |line| {
        line.starts_with(' ') && line.contains(['|', '+'])
    });
    let errors: Vec<&str> = lines[at..end]
        .iter()
        .filter_map(|line| line.trim_start().strip_prefix("| "))
        .filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            !name.is_empty() && name.chars().all(is_name)
        })
        .collect();
    let (group, inner) = errors.split_first()?;
    Some(Found {
        says: format!("{group}: {}", inner.join("; ")),
        end,
    })
}

/// A panic or a fatal error, before the dump of the goroutines.
fn go(lines: &[&str]) -> Option<Found> {
    let dump = lines.iter().position(|line| {
        line.starts_with("goroutine ") && line.ends_with("]:")
            || *line == "runtime stack:"
    })?;
    let is_signal = |line: &str| {
        let name = line.split_once(": ").map_or("", |(name, _)| name);
        name.starts_with("SIG") && name.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let is_it = |line: &str| {
        line.starts_with("panic: ")
            || line.starts_with("fatal error: ")
            || is_signal(line)
    };
    let at = last(&lines[..dump], is_it)?;
    let more = lines[at + 1..dump]
        .iter()
        .filter_map(|line| line.strip_prefix('\t'));
    let mut says = lines[at].to_owned();
    for line in more {
        // A panic while that one was handled, or a further line of its message.
        says += &match line.strip_prefix("panic: ") {
            Some(panic) => format!("; then {panic}"),
            None => format!(" {line}"),
        };
    }
    let before = at.checked_sub(1).map_or("", |before| lines[before]);
    if let Some(words) = before.strip_prefix("runtime: ") {
        says += &format!("; {words}");
    }
    // Nothing but dumps can follow.
    Some(Found {
        says,
        end: lines.len(),
    })
}

/// The error between the source's line and the stack, with its cause.
fn node(lines: &[&str]) -> Option<Found> {
    if let Some(at) = last(lines, |line| line.starts_with("FATAL ERROR: ")) {
        return Some(Found {
            says: lines[at].to_owned(),
            end: lines.len(),
        });
    }
    let Some(end) = last(lines, |line| line.starts_with("Node.js v")) else {
        return node_printed(lines);
    };
    let is_mark = |line: &str| {
        let text = line.trim();
        text.starts_with('^') && text.chars().all(|c| c == '^' || c == '~')
    };
    let from = last(&lines[..end], is_mark)? + 1;
    let rest = &lines[from..end];
    let first = rest.iter().position(|line| !line.trim().is_empty())?;
    // A message of several lines ends where its frames begin.
    let frames = rest.iter().position(|line| line.starts_with("    at "));
    let message = &rest[first..frames.unwrap_or(first).max(first + 1)];
    let says: Vec<_> = message
        .iter()
        .filter(|line| !line.is_empty())
        .copied()
        .collect();
    Some(Found {
        says: with_parts(&says.join(" "), rest),
        end: end + 1,
    })
}

/// An error that the program printed itself, with its cause below its frames.
fn node_printed(lines: &[&str]) -> Option<Found> {
    let part = last(lines, |line| {
        let line = line.trim_start();
        line.starts_with("[cause]: ") || line.starts_with("[errors]: [")
    })?;
    let at = last(&lines[..part], |line| !line.starts_with(' '))?;
    let end = beyond(lines, at + 1, |line| line.starts_with(' ') || line == "}");
    Some(Found {
        says: with_parts(lines[at], &lines[at..end]),
        end,
    })
}

/// An error with its last cause, and the first of its errors where it has several.
fn with_parts(says: &str, lines: &[&str]) -> String {
    // The properties follow in braces.
    let mut says = says.trim_end_matches(" {").to_owned();
    let cause = |line: &&str| line.trim().strip_prefix("[cause]: ").map(str::to_owned);
    if let Some(cause) = lines.iter().rev().find_map(cause) {
        says += &format!("; its cause: {}", cause.trim_end_matches(" {"));
    }
    let errors = lines.iter().position(|line| line.trim() == "[errors]: [");
    if let Some(error) = errors.and_then(|at| lines.get(at + 1)) {
        says += &format!("; the first of its errors: {}", error.trim());
    }
    says
}

/// An exception with its stack, and the last of its causes.
fn java(lines: &[&str]) -> Option<Found> {
    if let Some(at) = last(lines, |line| {
        line.contains("A fatal error has been detected")
    }) {
        let says = lines[at + 1..]
            .iter()
            .map(|line| line.trim_matches(['#', ' ']));
        let says = says
            .clone()
            .find(|line| !line.is_empty())
            .unwrap_or("a fatal error");
        return Some(Found {
            says: format!("the Java runtime was ended by {says}"),
            end: lines.len(),
        });
    }
    let short = "There is insufficient memory for the Java Runtime Environment";
    if let Some(at) = last(lines, |line| line.contains(short)) {
        let words = |line: &&str| line.trim_matches(['#', ' ']).to_owned();
        let more = lines.get(at + 1).map(words).unwrap_or_default();
        return Some(Found {
            says: format!("{} {more}", words(&lines[at]))
                .trim_end()
                .to_owned(),
            end: lines.len(),
        });
    }
    let is_frame = |line: &str| {
        line.starts_with("\tat ")
            || line.starts_with("\t... ")
            || line.starts_with("\t\t")
    };
    let starts = |line: &str| {
        let name = line.split([':', ' ']).next().unwrap_or_default();
        let is_name = name.contains('.') || name.ends_with("Error");
        line.starts_with("Exception in thread \"")
            || (is_name && (name.ends_with("Exception") || name.ends_with("Error")))
    };
    let no_class = "Error: Could not find or load main class ";
    if let Some(at) = last(lines, |line| line.starts_with(no_class)) {
        return Some(Found {
            says: lines[at].to_owned(),
            end: beyond(lines, at + 1, |line| line.starts_with("Caused by: ")),
        });
    }
    let frame = last(lines, |line| line.starts_with("\tat "))?;
    let at = last(&lines[..frame], starts)?;
    let caused = |line: &str| line.starts_with("Caused by: ");
    let end = beyond(lines, at + 1, |line| {
        is_frame(line) || caused(line) || line.starts_with("\tSuppressed: ")
    });
    // A message of several lines ends where its frames begin.
    let end = end.max(beyond(lines, frame, is_frame));
    let mut says = lines[at].to_owned();
    if let Some(cause) = lines[at..end].iter().rfind(|line| caused(line)) {
        says += &format!("; {cause}");
    }
    Some(Found { says, end })
}

/// An exception that nothing caught, and its message.
fn cpp(lines: &[&str]) -> Option<Found> {
    let at = last(lines, |line| line.starts_with("terminate called "))?;
    let what = lines
        .get(at + 1)
        .and_then(|line| line.trim().strip_prefix("what():"));
    Some(match what {
        Some(what) => Found {
            says: format!("{}: {}", lines[at], what.trim()),
            end: at + 2,
        },
        None => Found {
            says: lines[at].to_owned(),
            end: at + 1,
        },
    })
}

/// What a sanitizer found, before its stacks and its map of the memory.
fn sanitizer(lines: &[&str]) -> Option<Found> {
    let at = lines.iter().position(|line| {
        line.starts_with("==") && line.contains("==ERROR: ")
            || line.starts_with("WARNING: ThreadSanitizer: ")
    })?;
    Some(Found {
        says: lines[at].trim_matches('=').to_owned(),
        end: lines.len(),
    })
}

/// What clap refuses, before the usage.
fn clap(lines: &[&str]) -> Option<Found> {
    let hint = last(lines, |line| line.starts_with("For more information, try "))?;
    let at = last(&lines[..hint], |line| line.starts_with("error: "))?;
    let end = beyond(lines, at, |line| !line.is_empty());
    let says: Vec<_> = lines[at..end].iter().map(|line| line.trim()).collect();
    Some(Found {
        says: says.join(" "),
        end: hint + 1,
    })
}

/// A version that cargo does not find, before what it adds to that.
fn cargo(lines: &[&str]) -> Option<Found> {
    let at = last(lines, |line| {
        line.starts_with("error: failed to select a version ")
    })?;
    let candidates = lines
        .get(at + 1)
        .filter(|line| line.starts_with("candidate versions "));
    let says: Vec<_> = std::iter::once(&lines[at])
        .chain(candidates)
        .copied()
        .collect();
    Some(Found {
        says: says.join("; "),
        end: lines.len(),
    })
}

/// The first error of a program that could not be built: of rustc's or javac's.
fn compiler(lines: &[&str]) -> Option<Found> {
    let end = last(lines, |line| {
        line.starts_with("error: could not compile `")
            || line == "error: compilation failed"
    })?;
    let is_error = |line: &str| {
        line.starts_with("error[")
            || line.starts_with("error: ")
            || line.contains(": error: ")
    };
    let at = lines[..end].iter().position(|line| is_error(line))?;
    Some(Found {
        says: lines[at].to_owned(),
        end: end + 1,
    })
}

#[cfg(test)]
mod tests;
