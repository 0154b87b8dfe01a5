//! The service from outside, the same test for each step.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use leaving::service::STEPS;

use crate::{
    alone::{alone, alone_with},
    threads,
};

/// What is different from step to step, and seen from outside. The page's table is made
/// from it.
pub(crate) struct Facts {
    pub(crate) step: &'static str,
    /// The threads that run tasks: what their names begin with, and how many there are.
    pub(crate) threads: (&'static str, Count),
    /// Whether they are there when the service has stopped.
    pub(crate) outlived: bool,
    /// What the error for a missing file says.
    pub(crate) error: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Count {
    One,
    Cores,
    /// tokio's blocking threads have the workers' name.
    CoresAndBlocking,
}

const PATH_NAMED: &str = "error could not read file `/not/there`";
const SYSTEM: &str = "error No such file or directory (os error 2)";

pub(crate) const FACTS: &[Facts] = &[
    Facts {
        step: "step_0",
        threads: ("async-std/runti", Count::Cores),
        outlived: true,
        error: PATH_NAMED,
    },
    Facts {
        step: "step_1",
        threads: ("async-std/runti", Count::Cores),
        outlived: true,
        error: PATH_NAMED,
    },
    Facts {
        step: "step_2",
        threads: ("async-std/runti", Count::Cores),
        outlived: true,
        error: PATH_NAMED,
    },
    Facts {
        step: "step_3",
        threads: ("async-std/runti", Count::Cores),
        outlived: true,
        error: SYSTEM,
    },
    Facts {
        step: "step_4",
        threads: ("smol-", Count::One),
        outlived: true,
        error: SYSTEM,
    },
    Facts {
        step: "step_5",
        threads: ("executor", Count::Cores),
        outlived: false,
        error: SYSTEM,
    },
    Facts {
        step: "on_tokio",
        threads: ("tokio-rt", Count::CoresAndBlocking),
        outlived: false,
        error: SYSTEM,
    },
];

#[test]
fn every_step_passes_the_same_test() {
    const STEP: &str = "LEAVING_STEP";
    if let Ok(step) = env::var(STEP) {
        alone(|| works(&step));
        return;
    }
    // All at once: each waits for a client that is silent.
    thread::scope(|scope| {
        for (step, _) in STEPS {
            scope.spawn(move || alone_with(&[(STEP, step)], || {}));
        }
    });
}

/// A connection, a line each way.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        let limit = Some(Duration::from_secs(10));
        stream.set_read_timeout(limit).expect("a time-out");
        Self(BufReader::new(stream))
    }

    fn say(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.0
            .get_mut()
            .write_all(line.as_bytes())
            .expect("it reads");
    }

    /// The next line, empty at the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("it answers in time");
        line.trim_end().to_string()
    }

    fn ask(&mut self, line: &str) -> String {
        self.say(line);
        self.hear()
    }
}

fn works(step: &str) {
    let run = STEPS
        .iter()
        .find(|(name, _)| *name == step)
        .expect("a step")
        .1;
    let facts = FACTS
        .iter()
        .find(|facts| facts.step == step)
        .expect("its facts");
    let directory = tempfile::tempdir().expect("a directory");
    let journal = directory.path().join("journal");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let path = journal.clone();
    let service = thread::spawn(move || run(listener, &path));

    let mut silent = Client::new(address);
    let since = Instant::now();
    let mut one = Client::new(address);
    let mut two = Client::new(address);

    // Values.
    assert_eq!(one.ask("get name"), "none");
    assert_eq!(one.ask("set name Ada King"), "ok");
    assert_eq!(two.ask("get name"), "value Ada King");
    assert_eq!(one.ask("put name Ada"), "error no such command");

    // Time-outs, and what ends them.
    assert_eq!(one.ask("wait colour 30"), "late");
    one.say("wait colour 5000");
    thread::sleep(Duration::from_millis(30));
    assert_eq!(two.ask("set colour blue"), "ok");
    assert_eq!(one.hear(), "value blue");

    // A watcher hears what is set and what is over.
    let mut watcher = Client::new(address);
    assert_eq!(watcher.ask("watch"), "watching");
    let start = Instant::now();
    assert_eq!(one.ask("keep short 60 gone soon"), "ok");
    assert_eq!(watcher.hear(), "set short gone soon");
    assert_eq!(watcher.hear(), "over short");
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert_eq!(one.ask("get short"), "none");

    // A thread, a child, a file.
    assert_eq!(two.ask("digest colour"), one.ask("digest colour"));
    assert_eq!(one.ask("set words pear apple fig"), "ok");
    assert_eq!(two.ask("sort words"), "sorted apple fig pear");
    let values = directory.path().join("values");
    fs::write(&values, "a 1\nb 2\n").expect("a file");
    assert_eq!(one.ask(&format!("load {}", values.display())), "loaded 2");
    assert_eq!(two.ask("get b"), "value 2");
    assert!(
        one.ask("load /not/there").starts_with(facts.error),
        "{}",
        one.ask("load /not/there")
    );

    // More lines than may wait for the journal.
    for round in 0..100 {
        assert_eq!(one.ask(&format!("set round {round}")), "ok");
    }
    assert_eq!(one.ask("count"), "count 106");
    assert_eq!(one.ask("quit"), "bye");
    assert_eq!(one.hear(), "");

    let (name, count) = facts.threads;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    match count {
        Count::One => assert_eq!(threads(name), 1),
        Count::Cores => assert_eq!(threads(name), cores),
        Count::CoresAndBlocking => assert!(threads(name) >= cores),
    }

    // The silent client was sent away, and nothing else was.
    assert_eq!(silent.hear(), "idle");
    assert!(since.elapsed() >= Duration::from_secs(3));

    // A graceful stop: all are told, and the journal is whole.
    let mut last = Client::new(address);
    let mut reader = Client::new(address);
    assert_eq!(reader.ask("count"), "count 106");
    // Some lines are on their way to the journal then.
    for round in 0..50 {
        last.say(&format!("set late {round}"));
    }
    last.say("stop");
    for _ in 0..50 {
        assert_eq!(last.hear(), "ok");
    }
    assert_eq!(last.hear(), "stopping");
    assert_eq!(reader.hear(), "stopping");
    assert_eq!(reader.hear(), "");
    service.join().expect("no panic").expect("no error");
    let lines = fs::read_to_string(&journal).expect("a journal");
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 156);
    assert_eq!(lines[..2], ["set name Ada King", "set colour blue"]);
    assert_eq!(lines[105], "set round 99");
    assert_eq!(lines[155], "set late 49");
    assert!(TcpStream::connect(address).is_err());
    if facts.outlived {
        thread::sleep(Duration::from_millis(50));
        assert!(threads(name) > 0);
    } else {
        // A thread that was joined may be listed for a moment.
        let end = Instant::now() + Duration::from_secs(5);
        while threads(name) > 0 && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(threads(name), 0);
    }
}
