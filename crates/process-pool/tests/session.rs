//! Sessions against workers that are played: any order of answers, losses and delays.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use process_pool::parts::{
    frame::{Decoder, Frame, Kind},
    session::{self, ATTEMPTS, End, LOSSES, Task, WINDOW},
    waiting,
};
use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize};

const TIMEOUT: Duration = Duration::from_secs(1);

/// A task is its own number, and so is its answer.
type Session = process_pool::parts::session::Session<usize, usize>;
type Waiting = waiting::Waiting<Range<usize>, usize>;

fn waiting(tasks: usize, workers: usize) -> Waiting {
    Waiting::new(workers, 0..tasks, TIMEOUT)
}

fn task(id: usize) -> Task<usize> {
    Task {
        id,
        attempt: 1,
        task: id,
    }
}

fn word<R>(end: &End<R>) -> &'static str {
    match end {
        End::Done(_) => "done",
        End::Panicked(_) => "panicked",
        End::TimedOut => "timed out",
        End::WorkerLost => "worker lost",
        End::Refused(_) => "refused",
    }
}

fn done(task: &Task<usize>) -> Vec<u8> {
    let payload = postcard::to_stdvec(&task.task).expect("a number can be encoded");
    reply(task, Kind::Done, &payload)
}

fn reply(task: &Task<usize>, kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame {
        kind,
        attempt: task.attempt,
        id: task.id as u64,
        payload,
    }
    .encode(&mut bytes);
    bytes
}

/// A place in the pool, and the worker that is played there.
struct Place {
    session: Session,
    frames: Decoder,
    /// What the worker was sent and has not answered.
    queue: VecDeque<Task<usize>>,
}

impl Place {
    fn new(workers: usize) -> Self {
        Self {
            session: Session::new(workers, TIMEOUT),
            frames: Decoder::default(),
            queue: VecDeque::new(),
        }
    }

    /// What a variant does between two reads. False if nothing is left for this place.
    fn turn(&mut self, tasks: &Waiting) -> bool {
        if !tasks.exchange(&mut self.session) {
            return false;
        }
        if !self.session.is_open() {
            self.frames = Decoder::default();
            self.queue.clear();
            self.session.start();
        }
        self.frames.push(&self.session.outgoing());
        while let Some(frame) = self.frames.next_frame().expect("a session sends frames")
        {
            assert_eq!(frame.kind, Kind::Task);
            let task: usize =
                postcard::from_bytes(frame.payload).expect("a session sends tasks");
            assert_eq!(task as u64, frame.id);
            self.queue.push_back(Task {
                id: task,
                attempt: frame.attempt,
                task,
            });
        }
        true
    }

    fn reply(&mut self, kind: Kind, place: usize) -> Vec<u8> {
        match (self.queue.get(place), kind) {
            (None, _) => Vec::new(),
            (Some(task), Kind::Done) => done(task),
            (Some(task), kind) => reply(task, kind, b"ouch"),
        }
    }

    fn answer(&mut self) {
        let bytes = self.reply(Kind::Done, 0);
        self.queue.pop_front();
        self.session.received(&bytes);
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Answer { cut: usize },
    Panic,
    Vanish,
    Noise,
    OutOfTurn,
    Early,
    Late,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0_usize..60).prop_map(|cut| Event::Answer { cut }),
        1 => Just(Event::Panic),
        1 => Just(Event::Vanish),
        1 => Just(Event::Noise),
        1 => Just(Event::OutOfTurn),
        1 => Just(Event::Early),
        1 => Just(Event::Late),
    ]
}

proptest! {
    /// Whatever happens in whatever order, each task comes to the one outcome that what
    /// happened to it demands, and only the task in work pays for a lost worker.
    #[test]
    fn each_task_comes_to_exactly_one_outcome(
        count in 0_usize..200,
        workers in 1_usize..4,
        events in vec((0_usize..4, event()), 0..LOSSES as usize),
    ) {
        let tasks = waiting(count, workers);
        let mut places: Vec<_> = (0..workers).map(|_| Place::new(workers)).collect();
        let mut expected: HashMap<usize, &'static str> = HashMap::new();
        let mut settle = |task: &Task<usize>, word| {
            let earlier = expected.insert(task.id, word);
            assert_eq!(earlier, None, "task {} came to a second outcome", task.id);
        };
        for (place, event) in events {
            let place = &mut places[place % workers];
            if !place.turn(&tasks) {
                continue;
            }
            let in_work = place.queue[0].clone();
            let lost = (in_work.attempt == ATTEMPTS).then_some("worker lost");
            let comes_to = match event {
                Event::Answer { cut } => {
                    let bytes = place.reply(Kind::Done, 0);
                    let (one, other) = bytes.split_at(cut.min(bytes.len()));
                    place.session.received(one);
                    place.session.received(other);
                    place.queue.pop_front();
                    Some("done")
                }
                Event::Panic => {
                    let bytes = place.reply(Kind::Panicked, 0);
                    place.session.received(&bytes);
                    place.queue.pop_front();
                    Some("panicked")
                }
                Event::Vanish => {
                    place.session.lost();
                    // A read that ends after the loss was seen changes nothing.
                    place.session.lost();
                    lost
                }
                Event::Noise => {
                    place.session.received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    lost
                }
                Event::OutOfTurn if place.queue.len() > 1 => {
                    let bytes = place.reply(Kind::Done, 1);
                    place.session.received(&bytes);
                    lost
                }
                Event::OutOfTurn => None,
                Event::Early => {
                    place.session.overdue();
                    prop_assert!(place.session.is_open());
                    None
                }
                Event::Late => {
                    place.session.overdue_at(Instant::now() + TIMEOUT);
                    Some("timed out")
                }
            };
            if let Some(word) = comes_to {
                settle(&in_work, word);
            }
        }
        // From here on all goes well.
        for place in &mut places {
            while place.turn(&tasks) {
                settle(&place.queue[0].clone(), "done");
                place.answer();
            }
        }
        let ends = tasks.into_ends();
        prop_assert_eq!(ends.len(), count);
        prop_assert_eq!(expected.len(), count);
        for (id, end) in ends.iter().enumerate() {
            prop_assert_eq!(word(end), expected[&id], "task {}", id);
        }
    }

    /// Nobody ever has more than a window in hand, and a hand that is empty is never left so
    /// while tasks wait.
    #[test]
    fn room_is_a_window_at_most(waiting in 0_usize..100_000, workers in 1_usize..300) {
        let mut session = Session::new(workers, TIMEOUT);
        let room = session.room(waiting);
        prop_assert!((1..=WINDOW).contains(&room));
        for id in 0..room {
            session.assign(task(id));
        }
        prop_assert_eq!(session.room(waiting), 0);
    }
}

#[test]
fn only_the_task_in_work_pays_for_a_lost_worker() {
    let tasks = waiting(100, 1);
    let mut place = Place::new(1);
    assert!(place.turn(&tasks));
    assert_eq!(place.queue.len(), WINDOW);
    place.answer();
    place.session.lost();
    assert!(place.turn(&tasks));
    let given: Vec<_> = place.queue.iter().map(|t| (t.id, t.attempt)).collect();
    assert_eq!(given[..3], [(1, 2), (2, 1), (3, 1)]);
    place.session.lost();
    assert!(place.turn(&tasks));
    let given: Vec<_> = place.queue.iter().map(|t| (t.id, t.attempt)).collect();
    assert_eq!(given[..2], [(2, 1), (3, 1)], "task 1 is set aside");
}

#[test]
fn the_deadline_is_of_the_task_in_work() {
    let start = Instant::now();
    let mut session = Session::new(1, TIMEOUT);
    (0..3).for_each(|id| session.assign_at(task(id), start));
    session.start_at(start);
    let answered = start + TIMEOUT / 2;
    session.received_at(&done(&task(0)), answered);
    assert_eq!(session.time_left_at(answered), TIMEOUT);
    let almost = answered + TIMEOUT - Duration::from_nanos(1);
    session.overdue_at(almost);
    assert!(session.is_open(), "a deadline is never early");
    assert!(!session.time_left_at(almost).is_zero());
    session.overdue_at(answered + TIMEOUT);
    assert!(!session.is_open());
    let finished: Vec<_> = session
        .finished()
        .map(|(id, end)| (id, word(&end)))
        .collect();
    assert_eq!(finished, [(0, "done"), (1, "timed out")]);
    assert_eq!(session.returned().collect::<Vec<_>>(), [task(2)]);
}

/// Too short for a number, and longer than one.
#[test]
fn a_worker_whose_answer_is_of_another_type_is_lost() {
    for payload in [&[][..], &[7, 7]] {
        let mut session = Session::new(1, TIMEOUT);
        session.assign(task(0));
        session.start();
        session.received(&reply(&task(0), Kind::Done, payload));
        assert!(!session.is_open());
        assert_eq!(session.finished().count(), 0, "it is tried once more");
        session.start();
        let second = Task {
            attempt: 2,
            ..task(0)
        };
        session.received(&done(&second));
        let finished: Vec<_> = session.finished().collect();
        assert_eq!(finished, [(0, End::Done(0))]);
    }
}

#[test]
fn a_place_whose_workers_never_answer_is_given_up() {
    let tasks = waiting(1000, 1);
    let mut place = Place::new(1);
    let mut workers = 0;
    while place.turn(&tasks) {
        workers += 1;
        place.session.lost();
    }
    assert_eq!(workers, LOSSES);
    let ends = tasks.into_ends();
    assert!(ends.iter().all(|end| *end == End::WorkerLost));
}

/// Plays a whole job with each place on a clock of its own; how much later than the mean
/// the last place ends, in units of the longest task.
fn overhang(costs: &[u64], workers: usize) -> f64 {
    let tasks = waiting(costs.len(), workers);
    let mut places: Vec<_> = (0..workers).map(|_| (0, Place::new(workers))).collect();
    let mut ends = Vec::new();
    while !places.is_empty() {
        // The place that is furthest behind goes on; all were given their tasks before.
        places.sort_by_key(|(clock, _)| std::cmp::Reverse(*clock));
        let (clock, mut place) = places.pop().expect("not empty");
        if place.turn(&tasks) {
            let cost = costs[place.queue[0].id];
            place.answer();
            places.push((clock + cost, place));
        } else {
            ends.push(clock);
        }
    }
    let last = *ends.iter().max().expect("a place") as f64;
    let mean = ends.iter().sum::<u64>() as f64 / workers as f64;
    let longest = *costs.iter().max().expect("a task") as f64;
    (last - mean) / longest
}

#[test]
fn the_last_tasks_do_not_pile_up() {
    for workers in [2, 3, 4, 8] {
        for ranges in [8, 64, 500] {
            let equal = vec![100; ranges];
            let rising: Vec<_> =
                (1..=ranges as u64).map(|n| 50 + n.isqrt() * 10).collect();
            for costs in [equal, rising] {
                let overhang = overhang(&costs, workers);
                assert!(overhang <= 1.5, "{ranges} on {workers}: {overhang} tasks");
            }
        }
    }
}

/// What can't be sent is told of, and keeps nobody from sending the rest.
#[test]
fn a_task_that_is_too_long_is_refused() {
    let long = vec![0_u8; process_pool::parts::frame::LONGEST + 1];
    let tasks = [vec![1], long.clone(), vec![2], long].into_iter();
    let tasks = waiting::Waiting::<_, u8>::new(1, tasks, TIMEOUT);
    let mut session = session::Session::new(1, TIMEOUT);
    session.start();
    let mut frames = Decoder::default();
    let mut answered = 0;
    while tasks.exchange(&mut session) {
        frames.push(&session.outgoing());
        while let Some(frame) = frames.next_frame().expect("a session sends frames") {
            let payload = postcard::to_stdvec(&7_u8).expect("a number can be encoded");
            let mut bytes = Vec::new();
            Frame {
                kind: Kind::Done,
                payload: &payload,
                ..frame
            }
            .encode(&mut bytes);
            session.received(&bytes);
            answered += 1;
        }
    }
    assert_eq!(answered, 2);
    let words: Vec<_> = tasks.into_ends().iter().map(word).collect();
    assert_eq!(words, ["done", "refused", "done", "refused"]);
}

#[test]
fn a_pool_that_is_closed_gives_out_no_more() {
    let tasks = waiting(100, 1);
    let mut place = Place::new(1);
    assert!(place.turn(&tasks));
    let given = place.queue.len();
    tasks.close();
    for _ in 0..given {
        assert!(place.turn(&tasks));
        place.answer();
    }
    assert!(!place.turn(&tasks));
    let ends = tasks.into_ends();
    let done = ends.iter().filter(|end| matches!(end, End::Done(_)));
    assert_eq!(done.count(), given);
}

#[test]
fn a_place_that_ends_with_tasks_in_hand_closes_the_pool() {
    let tasks = waiting(100, 2);
    let (mut failed, mut other) = (tasks.place(), tasks.place());
    assert!(tasks.exchange(&mut failed));
    drop(failed);
    assert!(!tasks.exchange(&mut other));
}

#[test]
fn a_place_that_ends_with_nothing_in_hand_does_not() {
    let tasks = waiting(100, 2);
    drop(tasks.place());
    assert!(tasks.exchange(&mut tasks.place()));
}

/// It is the caller's panic, and reaches the caller once all places have ended.
#[test]
fn a_panic_of_the_iterator_closes_the_pool() {
    let numbers = (0..100).inspect(|number| assert_ne!(*number, 1, "one is not made"));
    let tasks = waiting::Waiting::<_, usize>::new(1, numbers, TIMEOUT);
    let mut place = tasks.place();
    place.start();
    assert!(tasks.exchange(&mut place), "task 0 was made");
    let task = task(0);
    place.received(&done(&task));
    assert!(!tasks.exchange(&mut place));
    drop(place);
    let panic = catch_unwind(AssertUnwindSafe(|| tasks.into_ends()));
    let panic = panic.expect_err("the iterator has panicked");
    let message = panic.downcast_ref::<String>().expect("it has a message");
    assert!(message.contains("one is not made"), "{message}");
}

/// A number that can't be carried if it is 1.
struct Odd(usize);

impl Serialize for Odd {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_ne!(self.0, 1, "one is not encoded");
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Odd {
    fn deserialize<D: serde::Deserializer<'de>>(bytes: D) -> Result<Self, D::Error> {
        let number = usize::deserialize(bytes)?;
        assert_ne!(number, 1, "one is not decoded");
        Ok(Self(number))
    }
}

#[test]
fn a_task_that_panics_when_it_is_encoded_is_refused() {
    let mut session = session::Session::<_, usize>::new(1, TIMEOUT);
    session.start();
    for id in 0..3 {
        let (attempt, task) = (1, Odd(id));
        session.assign(Task { id, attempt, task });
    }
    let finished: Vec<_> = session.finished().collect();
    assert!(
        matches!(&finished[..], [(1, End::Refused(_))]),
        "{finished:?}"
    );
    session.received(&[done(&task(0)), done(&task(2))].concat());
    let finished: Vec<_> = session.finished().collect();
    assert_eq!(finished, [(0, End::Done(0)), (2, End::Done(2))]);
}

#[test]
fn an_answer_that_panics_when_it_is_decoded_is_not_believed() {
    let mut session = session::Session::<_, Odd>::new(1, TIMEOUT);
    session.start();
    session.assign(task(1));
    session.received(&done(&task(1)));
    assert!(!session.is_open());
}

/// A reply that is always about to come is none.
#[test]
fn bytes_without_an_end_put_off_no_deadline() {
    let mut session = Session::new(1, TIMEOUT);
    let start = Instant::now();
    session.start_at(start);
    session.assign_at(task(0), start);
    let reply = done(&task(0));
    let (head, rest) = reply.split_at(1);
    session.received_at(head, start + TIMEOUT / 2);
    assert!(session.is_open());
    session.received_at(&rest[..1], start + TIMEOUT);
    assert!(!session.is_open());
    let finished: Vec<_> = session.finished().collect();
    assert_eq!(finished, [(0, End::TimedOut)]);
}
