//! Work that tells when it has begun, and how it has ended.

use std::{
    fmt,
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use test_fixtures::lives;

/// How long work takes if nothing stops it.
pub(crate) const LENGTH: Duration = Duration::from_millis(600);
/// After how long a time-out elapses.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(200);
/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Timer,
    Socket,
    /// Computes, and yields now and then.
    Yielding,
    /// Computes, and never yields.
    Deaf,
    /// A blocking call that was begun, in the runtime's pool.
    Blocking,
    Process,
    /// The same, with `kill_on_drop`.
    KilledOnDrop,
}

/// The columns.
pub(crate) const KINDS: [Kind; 7] = [
    Kind::Timer,
    Kind::Socket,
    Kind::Yielding,
    Kind::Deaf,
    Kind::Blocking,
    Kind::Process,
    Kind::KilledOnDrop,
];

/// What becomes of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Stops,
    RunsOn,
    /// There is no such work here.
    None,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Stops => "stops",
            Fate::RunsOn => "runs on",
            Fate::None => "–",
        })
    }
}

/// Goes with the work. It is dropped where the work ends.
pub(crate) struct Watched {
    begun: Sender<Option<Pid>>,
    ended: Sender<bool>,
    is_done: bool,
}

/// Stays with whoever looks.
pub(crate) struct Watcher {
    begun: Receiver<Option<Pid>>,
    ended: Receiver<bool>,
    process: Option<Pid>,
}

pub(crate) fn watched() -> (Watched, Watcher) {
    let (begun, has_begun) = channel();
    let (ended, has_ended) = channel();
    let watched = Watched {
        begun,
        ended,
        is_done: false,
    };
    let watcher = Watcher {
        begun: has_begun,
        ended: has_ended,
        process: None,
    };
    (watched, watcher)
}

impl Watched {
    pub(crate) fn begin(&self) {
        self.begun.send(None).expect("somebody looks");
    }

    pub(crate) fn process(&self, id: u32) {
        let pid = Pid::from_raw(id as i32);
        self.begun.send(pid).expect("somebody looks");
    }

    pub(crate) fn finish(mut self) {
        self.is_done = true;
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // Nobody looks any more at a process's own task.
        let _ = self.ended.send(self.is_done);
    }
}

impl Watcher {
    /// Waits until the work has begun.
    pub(crate) fn begun(&mut self) {
        self.process = self.begun.recv_timeout(LONG).expect("it begins");
    }

    /// What has become of it.
    pub(crate) fn fate(self) -> Fate {
        let Some(process) = self.process else {
            return match self.ended.recv_timeout(LONG).expect("it ends") {
                true => Fate::RunsOn,
                false => Fate::Stops,
            };
        };
        let clock = Instant::now();
        while lives(process) {
            if clock.elapsed() > LENGTH {
                kill_process(process, Signal::KILL).expect("it lives");
                return Fate::RunsOn;
            }
            thread::sleep(Duration::from_millis(5));
        }
        Fate::Stops
    }
}

/// Computes for one part in a hundred of the work.
pub(crate) fn compute() {
    let clock = Instant::now();
    while clock.elapsed() < LENGTH / 100 {
        std::hint::spin_loop();
    }
}

/// A server that says nothing and closes after the time that work takes.
pub(crate) fn silent_server() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("it is bound");
    // It ends by itself: the client reads until it closes, or goes.
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream.set_read_timeout(Some(LENGTH)).expect("a time-out");
        let _ = stream.read(&mut [0]);
    });
    address
}

/// A process that outlasts the test, unless it is killed.
pub(crate) const PROCESS: [&str; 2] = ["sleep", "30"];
