//! Every entry, held to what it promises and to what it names.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use measure::model::AnyModel;
use report::taken;

use super::{
    page::{Block, Entry, LABELS, entries},
    search::{Found, find},
    text,
};
use crate::{command_line, models, pairs, workspace::workspace};

#[test]
fn every_entry_has_all_its_parts() {
    let entries = entries();
    assert!(entries.len() >= 60, "{} entries", entries.len());
    for entry in &entries {
        let Entry { name, summary, .. } = entry;
        assert!(!entry.python.is_empty(), "{name}: no Python");
        assert!(
            summary.ends_with('.') && summary.len() < 80,
            "{name}: {summary}"
        );
        let labels: Vec<_> = entry.parts.iter().map(|(label, _)| *label).collect();
        assert_eq!(labels, LABELS, "{name}");
        for (label, blocks) in &entry.parts {
            assert!(!blocks.is_empty(), "{name}: nothing under {label}");
        }
    }
    let names: BTreeSet<_> = entries.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), entries.len(), "a name that stands there twice");
}

#[test]
fn every_entry_fits_a_terminal() {
    let entries = entries();
    let all: Vec<_> = entries.iter().collect();
    let texts = entries.iter().map(|entry| text::entry(entry, 80));
    let lists = [text::list(&all, 0, 80), text::names(&entries, 80)];
    for text in texts.chain(lists) {
        let wide: Vec<_> = text
            .lines()
            .filter(|line| line.chars().count() > 80)
            .collect();
        assert!(wide.is_empty(), "{}", wide.join("\n"));
        // What is left of a mark-up that is not understood.
        for mark in ["```", "](", "**", "\n# ", "<!--"] {
            assert!(!text.contains(mark), "{mark} in\n{text}");
        }
    }
}

/// What an entry names in this workspace is there.
#[test]
fn every_command_and_path_is_there() {
    let root = workspace().expect("tests run in the workspace");
    let mut commands = 0;
    let mut complaints = Vec::new();
    for entry in entries() {
        for block in entry.parts.iter().flat_map(|(_, blocks)| blocks) {
            let Block::Shown(shown, what) = block else {
                continue;
            };
            let complaint = match shown.strip_prefix("compare ") {
                Some(words) => {
                    commands += 1;
                    wrong(&words.split(' ').collect::<Vec<_>>(), what)
                }
                None => (!root.join(shown).is_file()).then(|| "no such file".to_owned()),
            };
            if let Some(complaint) = complaint {
                complaints.push(format!("{}: {shown}: {complaint}", entry.name));
            }
        }
        let (_, here) = entry.parts.last().expect("an entry has parts");
        let all_shown = here.iter().all(|block| matches!(block, Block::Shown(..)));
        assert!(
            all_shown,
            "{}: an item that names nothing first",
            entry.name
        );
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(commands > 60, "{commands} commands");
}

/// What is wrong with a command, or with what is said of it.
fn wrong(words: &[&str], what: &str) -> Option<String> {
    let mut line = vec![OsString::from("compare")];
    line.extend(words.iter().map(OsString::from));
    if let Err(error) = command_line::parse(&line) {
        return Some(error.to_string());
    }
    let model = match words[0] {
        "run" | "take" | "diff" | "faults" | "sweep" | "why" => words[1],
        name => name,
    };
    let model = match models::named(model) {
        Ok(model) => model,
        Err(misuse) => return Some(misuse.to_string()),
    };
    match words {
        ["take" | "diff", _, names @ ..] => {
            let sources: Result<Vec<_>, _> =
                names.iter().map(|name| lesson(model, name)).collect();
            match sources {
                Err(why) => Some(why),
                Ok(sources) => functions(what)
                    .find(|name| !sources.iter().any(|source| source.contains(name)))
                    .map(|name| format!("{name} is not in it")),
            }
        }
        ["run", _, rest @ ..] => {
            let command = model.command().no_binary_name(true);
            let parsed = command.try_get_matches_from(rest);
            parsed.err().map(|error| error.to_string())
        }
        ["faults", _, "--cases", cases] => {
            let known = model.cases();
            let unknown = cases.split(',').find(|case| !known.contains(case));
            unknown.map(|case| format!("there is no case {case}"))
        }
        _ => {
            let names = words
                .iter()
                .skip_while(|word| **word != "--variants")
                .nth(1);
            let mut names = names.into_iter().flat_map(|names| names.split(','));
            let unknown = names.find(|name| !model.names().contains(name));
            unknown.map(|name| format!("there is no variant {name}"))
        }
    }
}

/// The lesson of a variant, or the two of a pair.
fn lesson(model: &dyn AnyModel, name: &str) -> Result<String, String> {
    if pairs::is_name(name) {
        let pair = pairs::find(model, name).map_err(|misuse| misuse.to_string())?;
        return Ok(taken::pair(&pair));
    }
    let source = model.source(name).map_err(|misuse| misuse.to_string())?;
    taken::text(&source).ok_or_else(|| format!("{name} has no lesson"))
}

/// The names between back quotes that could be a function's.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|name| {
        name.chars()
            .all(|letter| letter.is_lowercase() || letter == '_')
    })
}

/// A link to another entry leads to its heading, as mdBook names it.
#[test]
fn every_link_between_entries_leads_somewhere() {
    let root = workspace().expect("tests run in the workspace");
    let pages = root.join("docs/src/from-python");
    let anchors: BTreeSet<String> =
        entries().iter().map(|entry| anchor(entry.name)).collect();
    let mut links = 0;
    for entry in std::fs::read_dir(&pages).expect("the pages") {
        let path = entry.expect("a page").path();
        let text = std::fs::read_to_string(&path).expect("a page");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let Some((page, anchor)) = target.split_once('#') else {
                continue;
            };
            if page.starts_with("http") || page.starts_with("..") {
                continue;
            }
            links += 1;
            let page = if page.is_empty() {
                path.clone()
            } else {
                pages.join(page)
            };
            let there = std::fs::read_to_string(&page).unwrap_or_default();
            let mut headings = there.lines().filter_map(|line| line.strip_prefix("## "));
            let is_there = headings.any(|heading| self::anchor(heading) == anchor);
            assert!(is_there && anchors.contains(anchor), "{path:?}: {target}");
        }
    }
    assert!(links > 20, "{links} links");
}

fn anchor(heading: &str) -> String {
    let letters = heading.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '_' | '-' => Some(letter),
        letter => letter
            .is_alphanumeric()
            .then(|| letter.to_ascii_lowercase()),
    });
    letters.collect()
}

/// Where a Python is there to compile it.
#[test]
fn python_is_python() {
    const COMPILE: &str = "
import ast, sys
flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
for text in sys.stdin.read().split('\\0'):
    name, code = text.split('\\n', 1)
    compile(code, name, 'exec', flags)
print('compiled')
";
    let python = Command::new("python3")
        .args(["-c", COMPILE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        return;
    };
    let entries = entries();
    let texts = entries
        .iter()
        .map(|entry| format!("{}\n{}", entry.name, entry.python));
    let texts = texts.collect::<Vec<_>>().join("\0");
    let mut input = python.stdin.take().expect("it is piped");
    input.write_all(texts.as_bytes()).expect("it is read");
    drop(input);
    let output = python.wait_with_output().expect("python3 ends");
    assert_eq!(output.stdout, b"compiled\n", "see its standard error");
}

#[track_caller]
fn one(wanted: &str, name: &str) {
    match find(&entries(), wanted).expect("there is one") {
        Found::One(entry) => assert_eq!(entry.name, name),
        found => panic!("{wanted}: {found:?}"),
    }
}

#[test]
fn a_name_is_found_however_it_is_written() {
    one("asyncio.wait_for", "asyncio.wait_for");
    one("wait_for", "asyncio.wait_for");
    one("Wait_For()", "asyncio.wait_for");
    one("async for", "async for");
    one(
        "threadpoolexecutor",
        "concurrent.futures.ThreadPoolExecutor",
    );
    one("Future.result", "concurrent.futures.Future.result");
    // Every name finds its own entry.
    for entry in entries() {
        one(entry.name, entry.name);
    }
}

#[track_caller]
fn several(wanted: &str) -> Vec<&'static str> {
    match find(&entries(), wanted).expect("there are some") {
        Found::One(entry) => vec![entry.name],
        Found::Several(found, _) => found.iter().map(|entry| entry.name).collect(),
    }
}

#[test]
fn a_name_of_several_modules_lists_them() {
    let due = ["asyncio.Lock", "threading.Lock", "multiprocessing.Lock"];
    assert_eq!(several("lock"), due);
    let threading = several("threading");
    assert!(threading.contains(&"threading.Timer") && threading.len() > 8);
    assert!(threading.iter().all(|name| name.starts_with("threading.")));
}

/// What a newcomer would ask: the answer is among the first three.
#[test]
fn words_find_what_they_are_about() {
    for (words, name) in [
        ("cancel a task", "asyncio.Task.cancel"),
        ("run a program", "subprocess.run"),
        ("limit how many at once", "asyncio.Semaphore"),
        (
            "share memory between processes",
            "multiprocessing.shared_memory.SharedMemory",
        ),
        ("start in the background", "asyncio.create_task"),
        ("results in order", "asyncio.gather"),
        ("ctrl-c", "KeyboardInterrupt"),
        ("read a line", "asyncio.StreamReader.readline"),
        ("time limit", "asyncio.timeout"),
        (
            "worker process died",
            "concurrent.futures.process.BrokenProcessPool",
        ),
        ("blocking call in a coroutine", "asyncio.to_thread"),
        ("JoinSet", "asyncio.TaskGroup"),
        ("thread pool", "concurrent.futures.ThreadPoolExecutor"),
        ("deadlock", "threading.Lock"),
        ("graceful shutdown", "asyncio.start_server"),
        ("spawn_blocking", "asyncio.to_thread"),
        ("tokio::select!", "asyncio.wait"),
        ("pool.submit", "concurrent.futures.Executor.submit"),
        (
            "run cpu heavy code",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        (
            "cpu bound work in async handler",
            "asyncio.loop.run_in_executor",
        ),
        ("cpu heavy", "concurrent.futures.ProcessPoolExecutor"),
        ("handle dropped", "asyncio.create_task"),
        ("drop a handle of a spawned task", "asyncio.create_task"),
        ("limit number of concurrent requests", "asyncio.Semaphore"),
        ("limit concurrency", "asyncio.Semaphore"),
        ("run blocking function in async", "asyncio.to_thread"),
        ("run sync code from async", "asyncio.to_thread"),
        ("mutex in async code", "asyncio.Lock"),
        ("mutex between threads", "threading.Lock"),
        ("bounded queue memory grows", "asyncio.Queue"),
        ("bounded queue memory grows", "queue.Queue"),
        ("bounded channel", "asyncio.Queue"),
        ("bounded channel", "queue.Queue"),
        ("backpressure", "asyncio.Queue"),
        ("back-pressure", "asyncio.Queue"),
        ("task panics", "asyncio.loop.set_exception_handler"),
        ("panic", "asyncio.loop.set_exception_handler"),
        ("panic", "threading.excepthook"),
        ("read_exact in select", "asyncio.StreamReader.readexactly"),
        (
            "ProcessPoolExecutor.map",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        ("ProcessPoolExecutor.map", "concurrent.futures.Executor.map"),
        ("limit and the first error", "asyncio.TaskGroup"),
        ("graceful shutdown", "asyncio.loop.add_signal_handler"),
        ("kill a process tree", "os.killpg"),
        (
            "worker killed pool hangs",
            "multiprocessing.Pool.imap_unordered",
        ),
        ("async generator", "async def with yield"),
        (
            "future cannot be sent between threads safely",
            "asyncio.create_task",
        ),
    ] {
        let found = several(words);
        let first = &found[..found.len().min(3)];
        assert!(first.contains(&name), "{words}: {found:?}");
    }
}

/// A name among the words comes first, also one with a method or a parameter behind it.
#[test]
fn a_name_among_the_words_leads() {
    for (words, name) in [
        ("gather return_exceptions", "asyncio.gather"),
        ("asyncio.Queue maxsize", "asyncio.Queue"),
        (
            "ProcessPoolExecutor.map",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        ("what does wait_for cancel?", "asyncio.wait_for"),
        ("queue.Queue.put", "queue.Queue"),
    ] {
        assert_eq!(several(words)[0], name, "{words}");
    }
}

/// What an entry is for leads, and not one that has the same words by chance.
#[test]
fn what_an_entry_is_for_comes_first() {
    for (words, name) in [
        ("rate limit", "aiolimiter.AsyncLimiter"),
        ("ten requests a second", "aiolimiter.AsyncLimiter"),
        ("every n seconds", "asyncio.sleep in a loop"),
        ("periodic task", "asyncio.sleep in a loop"),
        ("share a dict", "dict"),
        ("lru_cache", "functools.lru_cache"),
        ("compute once per key", "functools.lru_cache"),
        ("call async function from sync code", "nest_asyncio.apply"),
        ("nest_asyncio", "nest_asyncio.apply"),
        (
            "Cannot start a runtime from within a runtime",
            "nest_asyncio.apply",
        ),
        ("uvloop", "uvloop.run"),
        ("retry", "tenacity.retry"),
        ("websocket", "websockets.connect"),
        ("pubsub", "asyncio.Queue per subscriber"),
        (
            "publish to many subscribers",
            "asyncio.Queue per subscriber",
        ),
        ("aiofiles", "aiofiles.open"),
        ("pyo3", "pyo3"),
        ("maxtasksperchild", "multiprocessing.Pool.maxtasksperchild"),
        ("fake time", "looptime"),
        (
            "time-out per request",
            "asyncio.timeout for each and for all",
        ),
        ("each time-out", "asyncio.timeout for each and for all"),
        ("several workers", "asyncio.Queue.join"),
        ("password hashing", "asyncio.to_thread"),
        ("bcrypt", "asyncio.to_thread"),
        ("killpg", "os.killpg"),
        ("request id in logs", "logging.Filter"),
        ("logging", "logging.Filter"),
        ("backoff", "tenacity.retry"),
        ("exponential backoff with jitter", "tenacity.retry"),
        ("connection pool", "module-level singleton"),
        ("lazy", "module-level singleton"),
        ("faulthandler", "asyncio.loop.set_debug"),
        ("test a time-out", "looptime"),
        ("a worker fails", "asyncio.Queue.join"),
        ("stop a TCP server", "asyncio.start_server"),
        ("max_blocking_threads", "asyncio.to_thread"),
        ("as they finish", "asyncio.as_completed"),
    ] {
        assert_eq!(several(words)[0], name, "{words}");
    }
}

/// Only a name prints an entry; what was searched for is listed, if it is one alone.
#[test]
fn a_match_is_no_answer() {
    let entries = entries();
    let listed = |wanted| match find(&entries, wanted).expect("there are some") {
        Found::Several(found, left) => (found.len(), left, text::list(&found, left, 80)),
        found => panic!("{wanted}: {found:?}"),
    };
    let (found, _, text) = listed("memfd");
    assert_eq!(found, 1);
    assert!(
        text.starts_with("Best match:\n\nmultiprocessing.shared"),
        "{text}"
    );
    let (found, left, text) = listed("thread pool");
    assert!(found == 8 && left > 0);
    assert!(
        text.contains(&format!("\n{left} more match less well")),
        "{text}"
    );
    let (.., text) = listed("lock");
    assert!(
        !text.contains("Best match") && !text.contains("more match"),
        "{text}"
    );
}

#[test]
fn what_is_unknown_is_one_line_with_what_is_near() {
    for (wanted, words) in [
        ("wait_fro", "did you mean asyncio.wait_for,"),
        ("gathre", "did you mean asyncio.gather?"),
        (
            "Executor.sumbit",
            "did you mean concurrent.futures.Executor.submit",
        ),
        ("xyzzy", "\"xyzzy\" is no entry; compare how lists all"),
        ("x", "\"x\" is no entry"),
        ("the forged plugh took xyzzy 1 ms", "is no entry"),
    ] {
        let misuse = find(&entries(), wanted)
            .expect_err("there is none")
            .to_string();
        assert!(misuse.contains(words), "{misuse}");
        assert!(!misuse.contains('\n') && misuse.len() < 200, "{misuse}");
    }
}

/// The pages are read at build time, so the program needs none of them.
#[test]
fn pages_are_those_of_the_book() {
    let root = workspace().expect("tests run in the workspace");
    let pages = std::fs::read_dir(root.join("docs/src/from-python")).expect("the pages");
    let headings = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("a page");
        text.matches("\n## ").count()
    };
    let paths = pages.map(|entry| entry.expect("a page").path());
    let all: usize = paths.map(|path| headings(&path)).sum();
    assert_eq!(all, entries().len());
}
