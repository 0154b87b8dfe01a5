//! Nothing is waited for without a bound, and no process is left behind. Here the user's
//! programs pass their outputs on, or never end, and `compare` itself is killed.

use std::{
    fs,
    io::{self, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::{pipe::fcntl_setpipe_size, process::Pid};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_fixtures::descendants;

/// A job of no time, in a model whose rounds have one trial of a row.
const JOB: [&str; 13] = [
    "error-handling",
    "--tasks",
    "2",
    "--wait",
    "0ms",
    "--fail",
    "0",
    "--flaky",
    "0",
    "--panic",
    "0",
    "--variants",
    "std_only",
];

/// What a trial has besides its limit: the start of processes on a busy machine.
const REST: Duration = Duration::from_secs(8);

/// A shell's words that no other process has.
fn mark(place: u32) -> String {
    format!("{}.{place}25", 1000 + std::process::id())
}

/// The processes whose command line ends in these words, but for zombies.
fn living(words: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").expect("/proc");
    let lines = all.flatten().filter_map(|entry| {
        let text = fs::read(entry.path().join("cmdline")).ok()?;
        let text = String::from_utf8_lossy(&text).replace('\0', " ");
        text.trim_end().ends_with(words).then_some(text)
    });
    lines.collect()
}

/// Waits until nothing is left of the processes of that mark, for two seconds.
#[track_caller]
fn assert_gone(words: &str) {
    let clock = Instant::now();
    loop {
        let left = living(words);
        if left.is_empty() {
            return;
        }
        assert!(clock.elapsed() < Duration::from_secs(2), "{left:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Holds a test against each of these, three at once: they mostly wait. The test is also
/// called with the place.
fn three_at_once<T: Sync>(all: &[T], test: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(place) else {
                        return;
                    };
                    test(place, one);
                }
            });
        }
    });
}

struct Compared {
    code: Option<i32>,
    took: Duration,
    json: Value,
}

impl Compared {
    /// One variant, and a program that is to fail in each of its rounds.
    fn with(program: &str, more: &[&str]) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let with = format!("x={program}");
        let clock = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_compare"))
            .args(JOB)
            .args(["--json", "--rounds", "1", "--with", &with])
            .args(more)
            .arg("--out")
            .arg(directory.path())
            .output()
            .expect("compare starts");
        Self {
            code: output.status.code(),
            took: clock.elapsed(),
            json: serde_json::from_slice(&output.stdout).expect("JSON"),
        }
    }

    fn row(&self) -> &Value {
        let rows = self.json["models"][0]["rows"].as_array().expect("rows");
        rows.iter().find(|row| row["name"] == "x").expect("a row")
    }

    fn failure(&self) -> &str {
        self.row()["failures"]["0"].as_str().unwrap_or("no failure")
    }
}

#[test]
fn what_keeps_a_pipe_is_not_waited_for() {
    let programs = [
        ("setsid sleep MARK & sleep 1; echo nothing", "begins with"),
        ("sleep MARK & exit 3", "exit code 3"),
        ("sleep MARK", "killed after 2s"),
        (
            "trap '' TERM INT HUP; setsid -f setsid sleep MARK",
            "no reply",
        ),
        ("exec 1>&- 2>&-; sleep MARK", "killed after 2s"),
        ("exec <&-; sleep MARK", "killed after 2s"),
        ("(setsid sleep MARK &) ; exec sleep MARK", "killed after 2s"),
        ("kill -STOP $$; sleep MARK", "killed after 2s"),
        ("setsid sleep MARK & kill -9 $$", "killed by signal 9"),
    ];
    three_at_once(&programs, |place, (program, words)| {
        let mark = mark(place as u32);
        let program = program.replace("MARK", &mark);
        let compared = Compared::with(&program, &["--time-limit", "2s"]);
        let failure = compared.failure();
        assert_eq!(compared.code, Some(1), "{program}: {failure}");
        assert!(failure.contains(words), "{program}: {failure}");
        let limit = Duration::from_secs(2) + REST;
        assert!(compared.took < limit, "{program}: {:?}", compared.took);
        assert_gone(&format!("sleep {mark}"));
    });
}

/// A program and its child, which have left the group and the session where they could.
const LEAVERS: &str = "setsid sh -c 'setsid sleep MARK & sleep MARK' & (sleep MARK &) ; \
                       sh -c 'sleep MARK & exit' & sleep MARK";

/// Starts a comparison with a program, and waits until `processes` of its processes are
/// there.
fn started(mark: &str, program: &str, processes: usize) -> (Child, TempDir) {
    // The tests may run under nohup.
    started_with("--default-signal=HUP", mark, program, processes)
}

/// The same, where env(1) has set signals in this way.
fn started_with(
    signals: &str,
    mark: &str,
    program: &str,
    processes: usize,
) -> (Child, TempDir) {
    let directory = TempDir::new().expect("a temporary directory");
    let with = format!("x={}", program.replace("MARK", mark));
    let child = Command::new("env")
        .arg(signals)
        .arg(env!("CARGO_BIN_EXE_compare"))
        .args(JOB)
        .args(["--rounds", "1", "--with", &with, "--out"])
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("compare starts");
    let clock = Instant::now();
    while living(&format!("sleep {mark}")).len() < processes {
        assert!(clock.elapsed() < REST, "its processes did not start");
        thread::sleep(Duration::from_millis(5));
    }
    (child, directory)
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status();
    assert!(sent.expect("kill").success());
}

#[test]
fn nothing_stays_of_a_comparison_that_is_ended() {
    for (place, (name, ends_with)) in [
        ("KILL", Err(9)),
        ("QUIT", Ok(131)),
        ("INT", Ok(130)),
        ("TERM", Ok(143)),
        ("HUP", Ok(129)),
        ("ABRT", Err(6)),
    ]
    .into_iter()
    .enumerate()
    {
        let mark = mark(100 + place as u32);
        let (mut child, _directory) = started(&mark, LEAVERS, 5);
        let clock = Instant::now();
        signal(child.id(), name);
        let status = child.wait().expect("it ends");
        assert!(clock.elapsed() < Duration::from_secs(2), "{name}");
        match ends_with {
            Ok(code) => assert_eq!(status.code(), Some(code), "{name}"),
            Err(signal) => assert_eq!(status.signal(), Some(signal), "{name}"),
        }
        assert_gone(&format!("sleep {mark}"));
    }
}

/// What whoever starts a program has set is inherited.
#[test]
fn signals_that_were_blocked_or_ignored_are_as_they_have_to_be() {
    let program = "sleep MARK & sleep 1; echo the end >&2; exit 7";
    for (place, (signals, name, code)) in [
        ("--block-signal", "INT", 130),
        ("--block-signal", "TERM", 143),
        ("--ignore-signal=INT", "INT", 130),
        // Nothing is sent, and a program that ends is seen to.
        ("--ignore-signal=CHLD", "", 1),
        // nohup is for this.
        ("--ignore-signal=HUP", "HUP", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let mark = mark(400 + place as u32);
        let (mut child, directory) = started_with(signals, &mark, program, 1);
        let clock = Instant::now();
        if !name.is_empty() {
            signal(child.id(), name);
        }
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(code), "{signals} {name}");
        assert_gone(&format!("sleep {mark}"));
        if code == 1 {
            let json = fs::read(directory.path().join("results.json")).expect("results");
            let json = String::from_utf8_lossy(&json).into_owned();
            assert!(json.contains("exit code 7: the end"), "{signals}: {json}");
        } else {
            assert!(clock.elapsed() < Duration::from_secs(2), "{signals} {name}");
        }
    }
}

/// `timeout` sends its signal to a program and then to the program's group.
#[test]
fn a_signal_that_comes_twice_at_once_is_one_request() {
    let directory = TempDir::new().expect("a temporary directory");
    for round in 0..5 {
        let output = Command::new("timeout")
            .args(["--signal", "INT", "--preserve-status", "0.5"])
            .args([env!("CARGO_BIN_EXE_compare"), "locks", "--increments"])
            .args(["20000000000", "--variants", "std_atomic", "--out"])
            .arg(directory.path())
            .output()
            .expect("timeout starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{round}: {stderr}");
        assert!(stderr.contains("interrupted: "), "{round}: {stderr}");
    }
}

#[test]
fn a_second_request_ends_it_at_once() {
    let mark = mark(300);
    let (mut child, _directory) = started(&mark, LEAVERS, 5);
    // Its guard does not do what it is asked for, which is waited for a while.
    signal(guard_of(child.id()), "STOP");
    signal(child.id(), "TERM");
    thread::sleep(Duration::from_millis(150));
    let clock = Instant::now();
    signal(child.id(), "TERM");
    let status = child.wait().expect("it ends");
    assert!(clock.elapsed() < Duration::from_millis(500));
    assert_eq!(status.code(), Some(143));
    assert_gone(&format!("sleep {mark}"));
}

/// The guard of a comparison's trial.
fn guard_of(pid: u32) -> u32 {
    let children = format!("/proc/{pid}/task/{pid}/children");
    let children = fs::read_to_string(children).expect("its children");
    let guard = children.split_whitespace().next().expect("a guard");
    guard.parse().expect("a process id")
}

#[test]
fn a_guard_that_is_killed_or_stopped_is_one_failed_trial() {
    for (place, name) in ["KILL", "STOP"].into_iter().enumerate() {
        let mark = mark(200 + place as u32);
        let (mut child, directory) = started(&mark, LEAVERS, 5);
        let clock = Instant::now();
        signal(guard_of(child.id()), name);
        if name == "STOP" {
            // It can't do what it is asked for.
            signal(child.id(), "INT");
        }
        let status = child.wait().expect("it ends");
        assert!(clock.elapsed() < REST, "{name}: {:?}", clock.elapsed());
        assert_gone(&format!("sleep {mark}"));
        if name == "KILL" {
            assert_eq!(status.code(), Some(1));
            let json = fs::read(directory.path().join("results.json")).expect("results");
            let json = String::from_utf8_lossy(&json).into_owned();
            assert!(json.contains("the guard of the trial was killed"), "{json}");
        }
    }
}

#[test]
fn a_comparison_that_was_stopped_goes_on() {
    let program = "sleep 1; echo the end >&2; exit 7";
    let (mut child, directory) = started("1", program, 1);
    signal(child.id(), "STOP");
    thread::sleep(Duration::from_millis(2500));
    signal(child.id(), "CONT");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    let json = fs::read(directory.path().join("results.json")).expect("results");
    let json = String::from_utf8_lossy(&json).into_owned();
    assert!(json.contains("exit code 7: the end"), "{json}");
}

/// A program that was stopped and continued has its time like all others.
#[test]
fn a_program_that_was_stopped_goes_on() {
    let program = "(sleep 1; kill -CONT $$) & kill -STOP $$; echo went on >&2; exit 7";
    let compared = Compared::with(program, &["--time-limit", "20s"]);
    assert_eq!(compared.failure(), "exit code 7: went on");
}

#[test]
fn what_never_ends_is_not_kept() {
    for (program, words) in [
        ("yes '{}' | head -c 300000000", "64 MiB on standard output"),
        ("yes", "64 MiB on standard output"),
        (
            "printf '{\"nanos\":\"'; cat /dev/zero",
            "64 MiB on standard output",
        ),
        (
            "yes | head -c 10000000; echo the end >&2; exit 3",
            "exit code 3: the end",
        ),
        ("yes no | head -c 30000000 >&2; exit 3", "exit code 3: no"),
    ] {
        let compared = Compared::with(program, &["--time-limit", "30s"]);
        let failure = compared.failure();
        assert!(failure.contains(words), "{program}: {failure}");
        let kept = compared.json.to_string().len();
        assert!(kept < 100_000, "{program}: {kept} bytes are kept");
    }
}

#[test]
fn what_a_program_said_is_kept_and_shown() {
    let programs = [
        (
            "echo waiting for the lock of 77 >&2; sleep 30",
            "killed after 2s, its time limit (--time-limit), with all its processes; it last \
             said: waiting for the lock of 77",
        ),
        (
            "echo warming up; echo '{}'",
            "one JSON object: it begins with \"warming up\"",
        ),
        (
            "echo '{}'; echo done; echo counted >&2",
            "one JSON object: behind its object stands \"done\"; it last said: counted",
        ),
        ("echo '{}'", "missing field `nanos`"),
        ("echo '[1]'", "it begins with \"[1]\""),
        ("printf '\\377\\376{}'", "it begins with"),
        ("echo '{\"nanos\":1'", "EOF while parsing"),
        (
            "echo counted >&2",
            "no reply on standard output; it last said: counted",
        ),
        (
            "echo half; exit 5",
            "nothing on standard error, and \"half\" on standard output",
        ),
        ("exit 141", "the shell's code for an end by SIGPIPE"),
        ("exit 137", "the shell's code for an end by SIGKILL"),
        (
            "nonesuch-program",
            "the shell's code for a program that is not there",
        ),
        (
            "/dev/null",
            "the shell's code for a file that is no program",
        ),
        (
            "kill -SEGV $$",
            "killed by signal 11: it said nothing on standard error; SIGSEGV",
        ),
        ("kill -XCPU $$", "SIGXCPU, the limit of its time on a core"),
        (
            "python3 -c 'import sys; print(\"begun\", file=sys.stderr); 1 / 0'",
            "exit code 1: ZeroDivisionError: division by zero",
        ),
    ];
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    if !has_python {
        eprintln!("one program is not run: there is no python3");
    }
    let programs: Vec<_> = (programs.into_iter())
        .filter(|(program, _)| has_python || !program.starts_with("python3"))
        .collect();
    three_at_once(&programs, |_, (program, words)| {
        // One that exits has the time that a busy machine needs.
        let limit = if program.contains("sleep 30") {
            "2s"
        } else {
            "30s"
        };
        let compared = Compared::with(program, &["--time-limit", limit]);
        let failure = compared.failure();
        assert!(failure.contains(words), "{program}: {failure}");
    });
    let compared = Compared::with("seq 100000 >&2; echo half; exit 5", &[]);
    let said = &compared.row()["last_words"]["0"];
    let stderr = said["stderr"].as_str().expect("its standard error");
    assert!(
        stderr.ends_with("99999\n100000\n") && stderr.len() <= 4096,
        "{stderr}"
    );
    assert_eq!(said["stdout"], "half\n");
    // What the check refuses, or can't be, is said with them, too.
    for (fields, words) in [
        ("\"nanos\":0", "it tells 0ns for the job"),
        ("\"started\":7", "it tells"),
        (
            "\"output\":{\"first\":null,\"outcomes\":[]}",
            "check failed",
        ),
    ] {
        let mut reply = json!({"nanos": 1_000_000, "output": {"first": null, "outcomes": [
            {"ok": {"value": 0, "attempts": 1}}, {"ok": {"value": 1, "attempts": 1}}]}});
        let fields: Value = serde_json::from_str(&format!("{{{fields}}}")).expect("JSON");
        for (name, value) in fields.as_object().expect("fields") {
            reply[name] = value.clone();
        }
        let program =
            format!("cat >/dev/null; echo counted >&2; sleep 0.01; echo '{reply}'");
        let compared = Compared::with(&program, &[]);
        let failure = compared.failure();
        assert!(failure.contains(words), "{fields}: {failure}");
        assert!(failure.ends_with("; it last said: counted"), "{failure}");
        let said = &compared.row()["last_words"]["0"];
        assert_eq!(said["stderr"], "counted\n", "{fields}");
        let stdout = said["stdout"].as_str().expect("its standard output");
        assert!(stdout.starts_with('{'), "{stdout}");
    }
}

/// A reply that is right but for these fields.
fn reply(fields: &str) -> String {
    format!(
        "cat >/dev/null; sleep 0.01; echo '{{\"nanos\":1000000,\"output\":{{\"first\":null,\
         \"outcomes\":[{{\"ok\":{{\"value\":0,\"attempts\":1}}}},{{\"ok\":{{\"value\":1,\
         \"attempts\":1}}}}]}}{fields}}}'"
    )
}

#[test]
fn what_a_reply_tells_must_be_able_to_be() {
    let compared = Compared::with(&reply(r#","memory":{"before":1,"peak":1}"#), &[]);
    assert_eq!(compared.failure(), "no failure");
    let replies = [
        (
            r#","memory":{"before":1,"peak":18446744073709551615}"#,
            "the machine has",
        ),
        (
            r#","memory":{"before":1,"peak":18446744073709551616}"#,
            "not what the trial",
        ),
        (r#","memory":{"before":-1,"peak":1}"#, "not what the trial"),
        (r#","memory":{"before":1,"peak":1e999}"#, "out of range"),
        (r#","memory":{"before":NaN,"peak":1}"#, "not what the trial"),
        (r#","started":1"#, "CLOCK_MONOTONIC"),
        (r#","started":18446744073709551615"#, "CLOCK_MONOTONIC"),
        (
            r#","threads":{"before":1,"after":18446744073709551615}"#,
            "no process has",
        ),
        (r#","nanos":5"#, "duplicate field `nanos`"),
    ];
    three_at_once(&replies, |_, (fields, words)| {
        let compared = Compared::with(&reply(fields), &[]);
        let failure = compared.failure();
        assert!(failure.contains(words), "{fields}: {failure}");
    });
}

#[test]
fn what_a_reply_says_is_bounded_before_it_is_kept() {
    for (start, end) in [
        (
            r#"{"nanos":1,"output":{"first":null,"outcomes":[{"ok":{"value":0,"attempts":1}},{"panicked":""#,
            r#""}]}}"#,
        ),
        (r#"{"nanos":1,"output":""#, r#""}"#),
        (r#"{"nanos":1,"output":{"outcomes":[{""#, r#"":1}]}}"#),
    ] {
        let program = format!(
            "cat >/dev/null; printf '%s' '{start}'; yes x | tr -d '\\n' | head -c 5000000; \
             echo '{end}'"
        );
        let compared = Compared::with(&program, &[]);
        let failure = compared.failure();
        assert!(
            failure != "no failure" && failure.chars().count() < 2100,
            "{failure}"
        );
        assert!(compared.json.to_string().len() < 100_000, "{failure}");
    }
}

/// Sends one SIGINT, and sees that it ends.
fn assert_one_interrupt_ends(mut child: Child, words: &str) {
    signal(child.id(), "INT");
    let clock = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if clock.elapsed() > REST {
            child.kill().expect("it is there");
            panic!("{words} is still there");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Where no trial is under way, one Ctrl-C ends the program at once.
#[test]
fn one_interrupt_ends_what_reads() {
    let directory = TempDir::new().expect("a temporary directory");
    let pipe = directory.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    for words in [
        &["report"][..],
        &["semaphores", "--rounds", "1", "--urls-from"],
        &["run", "semaphores", "--variants", "tokio", "--urls-from"],
        &["sweep", "semaphores", "--over", "limit=1..2", "--urls-from"],
    ] {
        // The shell that runs the tests may ignore the signal: it does so for jobs in the
        // background.
        let mut child = Command::new("env")
            .arg("--default-signal=INT")
            .arg(env!("CARGO_BIN_EXE_compare"))
            .args(words)
            .arg(&pipe)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("compare starts");
        // It waits until the pipe has a writer. Before that, the signal ends it as well.
        thread::sleep(Duration::from_millis(300));
        assert!(
            child
                .try_wait()
                .expect("a child")
                .is_none_or(|status| !status.success())
        );
        assert_one_interrupt_ends(child, &format!("{words:?}"));
    }
}

/// A pipe without a reader, where a file is due.
#[test]
fn one_interrupt_ends_what_writes() {
    let directory = TempDir::new().expect("a temporary directory");
    let pipe = directory.path().join("results.json");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let mut child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(env!("CARGO_BIN_EXE_compare"))
        .args(JOB)
        .args(["--rounds", "1", "--out"])
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("compare starts");
    let pid = Pid::from_child(&child);
    // It writes once its last trial has ended.
    let (clock, mut quiet) = (Instant::now(), Instant::now());
    while clock.elapsed() < Duration::from_secs(2)
        || quiet.elapsed() < Duration::from_millis(500)
    {
        if !descendants(pid).is_empty() {
            quiet = Instant::now();
        }
        assert!(child.try_wait().expect("a child").is_none(), "it ended");
        thread::sleep(Duration::from_millis(5));
    }
    assert_one_interrupt_ends(child, "what writes");
    let left = fs::read_dir(directory.path()).expect("it is there");
    assert_eq!(left.count(), 1, "an unfinished file stayed");
}

/// A standard output whose reader takes nothing.
#[test]
fn one_interrupt_ends_what_prints() {
    let directory = TempDir::new().expect("a temporary directory");
    let mut child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(env!("CARGO_BIN_EXE_compare"))
        .args(JOB)
        .args(["--rounds", "1", "--json", "--out"])
        .arg(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("compare starts");
    let pipe = child.stdout.take().expect("it is piped");
    fcntl_setpipe_size(&pipe, 4096).expect("it is a pipe");
    // The files are written before.
    let results = directory.path().join("results.json");
    let clock = Instant::now();
    while !results.exists() {
        assert!(clock.elapsed() < REST, "it did not come to its end");
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().expect("a child").is_none(), "it ended");
    assert_one_interrupt_ends(child, "what prints");
}

/// A standard error whose reader takes nothing: what is said there comes first.
#[test]
fn one_interrupt_ends_what_tells() {
    let directory = TempDir::new().expect("a temporary directory");
    let (_reader, mut full) = io::pipe().expect("a pipe");
    fcntl_setpipe_size(&full, 4096).expect("it is a pipe");
    full.write_all(&[b'.'; 4096]).expect("it has room");
    let mut child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(env!("CARGO_BIN_EXE_compare"))
        .args(JOB)
        .args(["--rounds", "1", "--out"])
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(full)
        .spawn()
        .expect("compare starts");
    thread::sleep(Duration::from_secs(2));
    assert!(child.try_wait().expect("a child").is_none(), "it ended");
    assert_one_interrupt_ends(child, "what tells");
}
