//! Every method of the table, tried: what is seen, what is documented, and the page.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use cancel_safety::{
    Documented, Method, Observation, Sources, Verdict, findings, methods, observe, splice,
};
use libtest_mimic::{Arguments, Failed, Trial};

type Observed = Result<Observation, String>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // One after the other, and once: some of them send signals to this process.
    let observed: Vec<(&Method, Observed)> = if arguments.list {
        methods()
            .map(|it| (it, Err("not tried".to_owned())))
            .collect()
    } else {
        methods().map(|method| (method, observe(method))).collect()
    };
    let mut trials = Vec::new();
    for (method, seen) in &observed {
        let (method, seen) = (*method, seen.clone());
        let name = format!("{} {}", method.package, method.name.replace('`', ""));
        trials.push(Trial::test(name.clone() + " seen", move || {
            is_as_expected(method, seen)
        }));
        trials.push(Trial::test(name + " documented", move || {
            is_documented(method)
        }));
    }
    trials.push(Trial::test("names_are_unique", names_are_unique));
    let name = "python_prints_what_the_page_says";
    trials.push(match Command::new("python3").arg("--version").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = format!("{name}::skipped: there is no python3");
            Trial::test(name, || Ok(())).with_ignored_flag(true)
        }
        _ => Trial::test(name, python_prints),
    });
    trials.push(Trial::test("the_page_is_right", move || {
        is_right(&observed)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn is_as_expected(method: &Method, seen: Observed) -> Result<(), Failed> {
    let seen = seen?;
    if seen.verdict == method.verdict {
        return Ok(());
    }
    Err(format!(
        "the table says {}, and this was seen: {seen:?}",
        method.verdict
    )
    .into())
}

fn is_documented(method: &Method) -> Result<(), Failed> {
    let Some(text) = sources()?.documentation(method)? else {
        return Ok(());
    };
    if let Documented::As(verdict, words) = method.documented {
        let meant = match words {
            _ if words.contains("not cancel safe") => Verdict::Lost,
            _ if words.contains("not cancellation safe") => Verdict::Lost,
            _ if words.contains("cancel safe") => Verdict::Kept,
            _ if words.contains("in the queue") => Verdict::QueuedAnew,
            _ => verdict,
        };
        if meant != verdict {
            return Err(format!("{words:?} is {meant}, and not {verdict}").into());
        }
    }
    match method.documented {
        Documented::As(_, words) if !text.contains(words) => {
            Err(format!("its documentation has not {words:?}: {text}").into())
        }
        Documented::Nothing => {
            let lower = text.to_lowercase();
            let about = [
                "cancel safe",
                "cancel-safe",
                "cancellation safe",
                "in the queue",
            ];
            match about.iter().find(|words| lower.contains(**words)) {
                Some(words) => Err(format!("it does speak of {words:?}: {text}").into()),
                None => Ok(()),
            }
        }
        Documented::As(..) => Ok(()),
    }
}

fn names_are_unique() -> Result<(), Failed> {
    let mut names: Vec<_> = methods().map(|it| (it.package, it.name)).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{:?} is there twice", pair[0]).into()),
        None => Ok(()),
    }
}

fn is_right(observed: &[(&Method, Observed)]) -> Result<(), Failed> {
    let mut seen = Vec::new();
    for (method, observed) in observed {
        seen.push((*method, observed.clone()?));
    }
    let page = fs::read_to_string(page())?;
    if splice(&page, &findings(&seen, &sources()?)?)? == page {
        return Ok(());
    }
    Err("docs/src/cancel-safety.md differs from what was seen; \
         `cargo run -p cancel-safety -- --write` writes it anew"
        .into())
}

/// The page's Python, run, against the block behind it.
fn python_prints() -> Result<(), Failed> {
    let page = fs::read_to_string(page())?;
    let block = |kind: &str| -> Option<String> {
        let (_, rest) = page.split_once(&format!("```{kind}\n"))?;
        Some(rest.split_once("```")?.0.to_owned())
    };
    let program = block("python").ok_or("the page has no Python")?;
    let expected = block("text").ok_or("the page has no output")?;
    let output = Command::new("python3").args(["-c", &program]).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if printed == expected {
        return Ok(());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    Err(format!("it prints {printed:?}, {error}").into())
}

fn sources() -> Result<Sources, Failed> {
    Ok(Sources::of(&root())?)
}

fn page() -> PathBuf {
    root().join("docs/src/cancel-safety.md")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
