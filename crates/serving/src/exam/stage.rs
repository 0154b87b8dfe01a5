//! The stage: a socket that listens, and the load that is offered to it and then stops
//! the server.

use std::{
    io::{self, Read, Write},
    mem,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use load::{Pace, Plan, Report, Span, Target};
use rustix::{
    net::{AddressFamily, SocketFlags, SocketType, bind, listen, socket_with},
    process::{Pid, Signal, getpid, kill_process},
};
use test_fixtures::{descendants, lives, monotonic_nanos};

use super::{
    args::Args,
    descriptors,
    guests::{Guest, next_answer, request, statuses, waits},
    half_heads::HalfHeads,
    idle::{Before, Cost},
};
use crate::{
    Job,
    work::{PID, answer},
};

/// Connections that wait to be accepted: as many as the system allows.
const BACKLOG: i32 = 4096;
/// How long the load has to end once the server has, and the server once its grace time is
/// over.
const LATE: Duration = Duration::from_secs(5);
/// Requests of a load of which each is kept.
const MOST_SPANS: u64 = 200_000;
/// How long an answer may take.
const GIVEN_UP: Duration = Duration::from_secs(10);
/// How long a server may go on to accept after its first connections have ended.
const ALL_STOPPED: Duration = Duration::from_millis(200);
/// The time to the first SIGTERM of two, in which the requests reach their handlers, and
/// from there to the second.
const TWICE: Duration = Duration::from_millis(100);

/// What stands around a server: its socket, and a thread with the load.
#[derive(Debug)]
pub struct Stage {
    listener: TcpListener,
    shared: Arc<Shared>,
    /// The load ends when this does.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and the check have together.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    is_over: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a server is under load.
    is_busy: bool,
    /// What came of the last load.
    last: Option<Result<Session>>,
    /// Its requests.
    spans: Vec<Span>,
    /// When the server was stopped, in nanoseconds of the system's monotonic clock.
    stopped: u64,
}

/// What came of one load.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) report: Report,
    /// What was sent after the stop, on a connection that was opened then: it must not be
    /// answered.
    pub(crate) late: Option<TcpStream>,
    /// From the stop until each answer was there.
    pub(crate) drained: Duration,
    /// When the server was stopped, in nanoseconds of the system's monotonic clock.
    pub(crate) stopped: u64,
    /// From the stop until the server was gone, where others stayed longer than the grace
    /// time.
    pub(crate) ended: Option<Duration>,
    /// How many of them a server may leave before that: it owes them no more than the answer
    /// that is under way.
    pub(crate) may_leave: usize,
    /// What came of half heads, where some were sent.
    pub(crate) half_heads: Option<HalfHeads>,
    /// What idle connections have cost, where there were some.
    pub(crate) idle: Option<Cost>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic is in the lock")
    }
}

impl Stage {
    pub(crate) fn start(args: &Args, job: &Job) -> Result<Self> {
        descriptors::allow(args.most_open())?;
        let listener = listening()?;
        let server = listener.local_addr()?;
        let (stop, stopped) = UnixStream::pair()?;
        let shared = Arc::<Shared>::default();
        let load = Offer {
            server,
            job: job.clone(),
            beside: args.beside.map(|guest| (guest, args.guests)),
            twice: args.twice,
            stopped,
            shared: Arc::clone(&shared),
        };
        let thread = thread::Builder::new().name("load".to_owned());
        let thread = thread.spawn(move || load.to_each())?;
        Ok(Self {
            listener,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// What a server inherits.
    pub(crate) fn socket(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// What came of the last load, which has ended or does so now.
    pub(crate) fn session(&self) -> Result<Session> {
        let busy = |state: &mut State| state.is_busy;
        let state = self.shared.lock();
        let waited = self.shared.changed.wait_timeout_while(state, LATE, busy);
        let (mut state, waited) = waited.expect("as above");
        ensure!(
            !waited.timed_out(),
            "the load goes on {LATE:?} after the server's end"
        );
        let none = || anyhow!("the server ended before it had answered {PID}");
        let mut session = state.last.take().unwrap_or_else(|| Err(none()))?;
        state.spans = mem::take(&mut session.report.spans);
        state.stopped = session.stopped;
        Ok(session)
    }

    /// The requests of the last load, with when the server was stopped, once that load was
    /// looked at.
    pub(crate) fn requests(&self) -> (Vec<Span>, u64) {
        let state = self.shared.lock();
        (state.spans.clone(), state.stopped)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A socket that listens on loopback, with room for all clients before any is accepted.
fn listening() -> Result<TcpListener> {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    listen(&socket, BACKLOG)?;
    Ok(TcpListener::from(socket))
}

/// The load, and to whom it is offered.
struct Offer {
    server: SocketAddr,
    job: Job,
    beside: Option<(Guest, usize)>,
    twice: bool,
    stopped: UnixStream,
    shared: Arc<Shared>,
}

impl Offer {
    /// Offers the load to each server that has the socket, one after another.
    fn to_each(&self) {
        while let Some((witness, body)) = self.server_is_there() {
            self.shared.lock().is_busy = true;
            let came = ours(&body).and_then(|pid| self.session(pid));
            let mut state = self.shared.lock();
            state.last = Some(came);
            state.is_busy = false;
            drop(state);
            self.shared.changed.notify_all();
            // Until it has stopped, the same server would say again who it is. Its parts
            // may not stop in the same moment.
            self.wait_for_end(witness);
            let ended = Instant::now();
            while ended.elapsed() < ALL_STOPPED && !self.is_over() {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::SeqCst)
    }

    /// Waits until the server has ended a connection, or the stage is taken down.
    fn wait_for_end(&self, mut witness: TcpStream) {
        let mut buffer = [0; 64];
        while !self.is_over() {
            match witness.read(&mut buffer) {
                Ok(1..) => {}
                Err(error) if waits(&error) => {}
                Ok(0) | Err(_) => return,
            }
        }
    }

    /// Waits until a server says who it is, and keeps the connection; none if the stage is
    /// taken down.
    fn server_is_there(&self) -> Option<(TcpStream, String)> {
        while !self.is_over() {
            match self.ask_who() {
                Ok(there) => return Some(there),
                // The server before has ended, and no other is there yet.
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
        None
    }

    fn ask_who(&self) -> io::Result<(TcpStream, String)> {
        let mut stream = TcpStream::connect(self.server)?;
        stream.set_read_timeout(Some(Duration::from_millis(20)))?;
        stream.write_all(request(PID).as_bytes())?;
        let mut rest = Vec::new();
        loop {
            match next_answer(&mut stream, &mut rest) {
                Ok((_, body)) => return Ok((stream, body)),
                Err(error) if waits(&error) && !self.is_over() => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn session(&self, pid: Pid) -> Result<Session> {
        let plan = self.plan()?;
        let leave = AtomicBool::new(false);
        let (mut stopped_at, mut stopped) = (None, 0);
        let idle = self.beside.filter(|(guest, _)| *guest == Guest::Idle);
        let before = idle.map(|_| Before::of(pid));
        thread::scope(|scope| {
            let (there, are_there) = mpsc::channel();
            let guests = self.beside.map(|(guest, count)| {
                let (leave, there) = (&leave, there);
                scope.spawn(move || {
                    guest.visit(count, (self.server, pid), &self.job, &there, leave)
                })
            });
            // They are there, or have failed, or there are none.
            let are_there = are_there.recv().is_ok();
            let idle = idle.zip(before).filter(|_| are_there);
            let idle = idle.map(|((_, guests), before)| before?.then(guests));
            let mut late = None;
            let stop = || {
                if self.twice {
                    thread::sleep(TWICE);
                }
                // Before the signal, which may wake the server on this very core. A guest
                // that sees the end of its connection has to know why.
                stopped_at = Some(Instant::now());
                stopped = monotonic_nanos();
                leave.store(true, Ordering::SeqCst);
                // It is a descendant of ours; if it has ended, the load says so.
                _ = kill_process(pid, Signal::TERM);
                if self.twice {
                    scope.spawn(move || {
                        thread::sleep(TWICE);
                        _ = kill_process(pid, Signal::TERM);
                    });
                }
                let half = Duration::from_secs_f64(self.job.wait_ms / 2e3);
                if half > Duration::from_millis(40) {
                    let server = self.server;
                    late = Some(scope.spawn(move || {
                        thread::sleep(half);
                        let mut late = TcpStream::connect(server)?;
                        late.write_all(request("/late").as_bytes())?;
                        io::Result::Ok(late)
                    }));
                }
            };
            let report = load::run_with(&plan, Some(self.stopped.as_fd()), stop);
            let drained = stopped_at.map_or(Duration::ZERO, |at: Instant| at.elapsed());
            leave.store(true, Ordering::SeqCst);
            if report.is_err() {
                // Else the server would wait for a load that does not come.
                _ = kill_process(pid, Signal::TERM);
            }
            let mut guests = match guests.map(|guests| guests.join()) {
                Some(Ok(guests)) => guests.context("beside the load")?,
                Some(Err(_)) => bail!("a guest panicked"),
                None => Vec::new(),
            };
            let beside = self.beside.map(|(guest, _)| guest);
            let outstay = beside.is_some_and(Guest::outstays);
            let most = Duration::from_millis(self.job.grace_ms) + LATE;
            let ended = stopped_at.filter(|_| outstay).map(|at| {
                while lives(pid) && at.elapsed() < most {
                    thread::sleep(Duration::from_millis(2));
                }
                at.elapsed()
            });
            let sends_halves = beside == Some(Guest::HalfHead);
            let half_heads = ended.filter(|_| sends_halves).map(|ended| HalfHeads {
                sent: guests.len(),
                statuses: statuses(&mut guests),
                ended,
            });
            let may_leave = match beside {
                Some(Guest::Ahead) => guests.len(),
                _ => 0,
            };
            drop(guests);
            let late = match late.map(|late| late.join()) {
                Some(Ok(late)) => Some(late.context("after the stop")?),
                Some(Err(_)) => bail!("the late client panicked"),
                None => None,
            };
            Ok(Session {
                report: report?,
                late,
                drained,
                stopped,
                ended,
                may_leave,
                half_heads,
                idle: idle.transpose().context("the server's memory")?,
            })
        })
    }

    fn plan(&self) -> Result<Plan> {
        let load = &self.job.load;
        let target = Target::parse(&format!("http://{}/", self.server), false)?;
        let mut plan = Plan::new(target.numbered());
        plan.connections = load.clients;
        plan.most = load.requests;
        plan.greets = true;
        plan.spans = load.requests <= MOST_SPANS;
        plan.is_right =
            Some(|number, body| answer(&format!("/{number}")).as_bytes() == body);
        (plan.pace, plan.duration) = match load.rate {
            Some(per_second) => {
                let seconds = load.requests as f64 / f64::from(per_second);
                let duration = Duration::from_secs_f64(seconds.max(0.01));
                (Pace::Open { per_second }, duration)
            }
            None => (Pace::Closed, Duration::from_secs(600)),
        };
        plan.grace = GIVEN_UP;
        plan.timeout = GIVEN_UP;
        Ok(plan)
    }
}

/// The process that a server says it is: one that this program has started.
fn ours(body: &str) -> Result<Pid> {
    let pid = body.parse().ok().and_then(Pid::from_raw);
    let pid = pid.with_context(|| format!("{PID} was answered by {body:?}"))?;
    let is_ours = descendants(getpid()).contains(&pid);
    ensure!(
        is_ours,
        "{PID} was answered by {body}, which is no process of this trial"
    );
    Ok(pid)
}
