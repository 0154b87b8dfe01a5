//! An answer's code, and what it prints.

/// The code without its comments and spaces, so that it does not matter how it is laid out.
pub(crate) fn plain(code: &str) -> String {
    let lines = code.lines().map(|line| match line.find("//") {
        Some(comment) => &line[..comment],
        None => line,
    });
    lines.flat_map(str::split_whitespace).collect()
}

/// The code of two files is the same, but for comments, spaces and attributes.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let bare = |code: &str| {
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("#["));
        plain(&lines.map(|line| format!("{line}\n")).collect::<String>())
    };
    bare(one) == bare(other)
}

/// What an answer has printed itself: without the panics of the work that it was given, and
/// without what the trial says.
pub(crate) fn printed(stderr: &str) -> String {
    let mut own = String::new();
    let mut lines = stderr.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("thread '")
            && line.contains("' (")
            && line.contains("panicked at")
        {
            // The adapters are a module of the same program, by the path `src/../adapters`.
            let is_own = line.contains("exercises/src/") && !line.contains("/adapters/");
            let message = lines.next().unwrap_or_default();
            if is_own {
                own += &format!("{line}\n{message}\n");
            }
            continue;
        }
        let is_of_trial = line.starts_with("note: run with `RUST_BACKTRACE")
            || line.starts_with("exercises: ")
            || line.starts_with("answers: ");
        let is_before_a_panic = line.is_empty()
            && lines
                .peek()
                .is_some_and(|next| next.starts_with("thread '"));
        if !is_of_trial && !is_before_a_panic {
            own += line;
            own.push('\n');
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_comments_are_no_code() {
        assert_eq!(
            plain("// yield_now().await\n  join!(\n  a, b) // c\n"),
            "join!(a,b)"
        );
        assert!(is_same("//! A.\n#[allow(x)]\nfn f() {}\n", "fn f() { }\n"));
        assert!(!is_same("fn f() {}\n", "fn g() {}\n"));
    }

    #[test]
    fn a_panic_that_was_asked_for_is_not_what_an_answer_prints() {
        let asked = "\nthread 'tokio-rt-worker' (7) panicked at crates/x/src/work.rs:3:5:\n\
                     task 2 panics\nnote: run with `RUST_BACKTRACE=1` environment variable\n";
        let own = "[exercises/src/a.rs:9:5] index = 3\n";
        let its = "thread 'main' (8) panicked at exercises/src/a.rs:9:5:\nboom\n";
        let all = format!("{own}{asked}{its}exercises: 1 of 3\n");
        assert_eq!(printed(&all), format!("{own}{its}"));
        assert_eq!(printed(asked), "");
        let look = "thread 'main' (8) panicked at exercises/src/../adapters/look.rs:9:5:\n\
                    `each` was asked to panic\n";
        assert_eq!(printed(look), "");
    }
}
