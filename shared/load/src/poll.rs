//! The poller: epoll for sockets, and a timerfd for the next point in time.
//!
//! epoll's own timeout may be late by a thousandth of its length, and by the 50 µs of
//! timer slack that Linux gives every thread (`timerslack_ns`, prctl(2)). A timerfd has
//! neither.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create,
    timerfd_settime,
};

use crate::clock::{now_ns, timespec};

/// The timer's key.
const TIMER: u64 = u64::MAX;
/// The key of the descriptor that ends a run.
const STOP: u64 = u64::MAX - 1;
/// Events taken by one wait.
const EVENTS: usize = 256;

/// Waits for readiness of sockets, edge-triggered, and for one point in time.
#[derive(Debug)]
pub(crate) struct Poller {
    epoll: OwnedFd,
    timer: OwnedFd,
    /// What the timer is set to, in nanoseconds on the clock; 0 for never.
    armed: u64,
    /// How much earlier than a deadline the timer is set; see [`Poller::learn`].
    lead: u64,
}

/// A socket that is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    pub(crate) key: usize,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// Whether the server has ended its side, so that the end lies behind the data.
    pub(crate) ended: bool,
}

impl Poller {
    pub(crate) fn new() -> io::Result<Poller> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        // Edge-triggered, so it never has to be read.
        let flags = EventFlags::IN | EventFlags::ET;
        epoll::add(&epoll, &timer, EventData::new_u64(TIMER), flags)?;
        Ok(Poller {
            epoll,
            timer,
            armed: 0,
            lead: 30_000,
        })
    }

    /// Watches a socket until it is closed.
    pub(crate) fn add(&self, socket: impl AsFd, key: usize) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        let key = EventData::new_u64(key as u64);
        Ok(epoll::add(&self.epoll, socket, key, flags)?)
    }

    /// Watches the descriptor that ends the run when it becomes readable.
    pub(crate) fn add_stop(&self, stop: impl AsFd) -> io::Result<()> {
        let key = EventData::new_u64(STOP);
        Ok(epoll::add(&self.epoll, stop, key, EventFlags::IN)?)
    }

    /// Waits until a socket is ready or the time `deadline` comes close, and puts what is
    /// ready into `ready`. It returns at once if sleeping would pass the deadline. Returns
    /// whether the run is to end.
    pub(crate) fn wait(
        &mut self,
        deadline: u64,
        ready: &mut Vec<Ready>,
    ) -> io::Result<bool> {
        let alarm = deadline.saturating_sub(self.lead).max(1);
        let at_once = now_ns() >= alarm;
        if self.armed != alarm && !at_once {
            let setting = Itimerspec {
                it_interval: timespec(0),
                it_value: timespec(alarm),
            };
            timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &setting)?;
            self.armed = alarm;
        }
        let timeout = at_once.then(|| timespec(0));
        let mut events = [const { MaybeUninit::uninit() }; EVENTS];
        let events = match epoll::wait(&self.epoll, &mut events[..], timeout.as_ref()) {
            Ok((events, _)) => events,
            Err(rustix::io::Errno::INTR) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let mut stopped = false;
        for event in events {
            match event.data.u64() {
                STOP => stopped = true,
                TIMER if at_once => {}
                TIMER => self.learn(),
                _ => ready.push(Ready::new(event)),
            }
        }
        Ok(stopped)
    }

    /// Moves the lead towards the lower quartile of the time that waking up takes: three
    /// steps down for a quicker waking, one step up for a slower one. The timer rings that
    /// much early, and the rest of the time is spent polling.
    fn learn(&mut self) {
        const STEP_NS: u64 = 1_000;
        const MOST_NS: u64 = 100_000;
        let took = now_ns().saturating_sub(self.armed);
        self.armed = 0;
        self.lead = match took < self.lead {
            true => self.lead.saturating_sub(3 * STEP_NS),
            false => (self.lead + STEP_NS).min(MOST_NS),
        };
    }
}

impl Ready {
    fn new(event: &epoll::Event) -> Ready {
        let (key, flags) = (event.data.u64() as usize, event.flags);
        let over = EventFlags::HUP | EventFlags::ERR | EventFlags::RDHUP;
        let ended = flags.intersects(over);
        Ready {
            key,
            readable: ended || flags.contains(EventFlags::IN),
            writable: flags.intersects(EventFlags::OUT | EventFlags::ERR),
            ended,
        }
    }
}
