//! The poller: epoll for sockets, a timerfd for time, an eventfd to be woken by.
//!
//! A timerfd, as epoll's own timeout may be a thousandth of its length late
//! (`select_estimate_accuracy` in Linux' `fs/select.c`). It is set to an absolute time and
//! only when that changes, so a turn of the loop costs one system call.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, eventfd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create,
    timerfd_settime,
};

use crate::clock::{now_ns, timespec};

/// The keys of the poller's own descriptors.
const WAKER: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;
/// The least of these keys: all others belong to the poller's owner.
const OWN: u64 = TIMER;
/// Events taken in one turn.
const EVENTS: usize = 256;

/// Waits for readiness of descriptors, edge-triggered, and for one point in time.
#[derive(Debug)]
pub(crate) struct Poller {
    epoll: OwnedFd,
    timer: OwnedFd,
    /// What the timer is set to, in nanoseconds on the clock; 0 for never.
    armed: u64,
    /// How much earlier than a deadline the timer is set.
    lead: Lead,
    /// What the last wait found.
    ready: Vec<Ready>,
}

/// Wakes the poller from another thread.
#[derive(Debug)]
pub(crate) struct Waker(OwnedFd);

/// A descriptor that is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    pub(crate) key: usize,
    /// Whether it may be written to.
    pub(crate) writable: bool,
    /// Whether there is something to read, the end among it.
    pub(crate) readable: bool,
    /// Whether the client has ended its side.
    pub(crate) ended: bool,
    /// Whether both sides have ended: the connection was reset, or is over.
    pub(crate) gone: bool,
}

impl Poller {
    pub(crate) fn new() -> io::Result<(Poller, Waker)> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        // Edge-triggered, so neither ever has to be read.
        let edge = EventFlags::IN | EventFlags::ET;
        epoll::add(&epoll, &timer, EventData::new_u64(TIMER), edge)?;
        epoll::add(&epoll, &waker, EventData::new_u64(WAKER), edge)?;
        let ready = Vec::with_capacity(EVENTS);
        Ok((
            Poller {
                epoll,
                timer,
                armed: 0,
                lead: Lead::new(),
                ready,
            },
            Waker(waker),
        ))
    }

    /// Watches a descriptor until it is closed.
    pub(crate) fn add(&self, source: impl AsFd, key: usize) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        Ok(epoll::add(
            &self.epoll,
            source,
            EventData::new_u64(key as u64),
            flags,
        )?)
    }

    /// Waits until something is ready, a waker wakes, or the time `deadline` comes close;
    /// not at all if it is so close that sleeping would pass it, or if `at_once`.
    pub(crate) fn wait(
        &mut self,
        deadline: Option<u64>,
        at_once: bool,
    ) -> io::Result<()> {
        let alarm = deadline.map_or(0, |deadline| deadline.saturating_sub(self.lead.ns));
        let at_once = at_once || (alarm > 0 && now_ns() >= alarm);
        if self.armed != alarm && !at_once {
            let it_interval = timespec(0);
            let setting = Itimerspec {
                it_interval,
                it_value: timespec(alarm),
            };
            timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &setting)?;
            self.armed = alarm;
        }
        self.ready.clear();
        let timeout = at_once.then(|| timespec(0));
        let mut events = [const { MaybeUninit::uninit() }; EVENTS];
        match epoll::wait(&self.epoll, &mut events[..], timeout.as_ref()) {
            Ok((events, _)) => {
                let rang = events.iter().any(|event| event.data.u64() == TIMER);
                if rang && !at_once {
                    self.lead.learn(now_ns().saturating_sub(self.armed));
                    self.armed = 0;
                }
                let others = events.iter().filter(|event| event.data.u64() < OWN);
                self.ready.extend(others.map(Ready::new));
                Ok(())
            }
            Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The descriptor at `index` among those that the last wait found ready.
    pub(crate) fn ready(&self, index: usize) -> Option<Ready> {
        self.ready.get(index).copied()
    }
}

/// The time that waking up takes on this machine: near its lower quartile.
///
/// A sleeping processor needs 30 to 130 µs from the timer's ring to the loop's next turn.
/// Ringing that much earlier makes pauses true. It mostly costs nothing; only the wakings
/// that come sooner than the lead spin for what they saved.
#[derive(Debug)]
struct Lead {
    ns: u64,
}

impl Lead {
    const MOST_NS: u64 = 100_000;
    const STEP_NS: u64 = 1_000;

    fn new() -> Lead {
        Lead { ns: 30_000 }
    }

    /// Takes three steps down for a waking that was quicker, one step up for one that was
    /// slower: at rest, a quarter of them are quicker.
    fn learn(&mut self, took: u64) {
        self.ns = if took < self.ns {
            self.ns.saturating_sub(3 * Lead::STEP_NS)
        } else {
            (self.ns + Lead::STEP_NS).min(Lead::MOST_NS)
        };
    }
}

impl Ready {
    fn new(event: &epoll::Event) -> Ready {
        let (key, flags) = (event.data.u64() as usize, event.flags);
        let gone = flags.intersects(EventFlags::HUP | EventFlags::ERR);
        let ended = gone || flags.contains(EventFlags::RDHUP);
        let writable = flags.contains(EventFlags::OUT);
        let readable = ended || flags.contains(EventFlags::IN);
        Ready {
            key,
            writable,
            readable,
            ended,
            gone,
        }
    }
}

impl Waker {
    pub(crate) fn wake(&self) {
        // It fails only when the count is full, and then the poller is awake.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}
