//! `chained` and `staged`, on numbers and sleeps.

use std::{
    ops::ControlFlow,
    panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use taken_home::pipelines;

const QUEUE: usize = 1;
const WORKERS: usize = 2;
const PAUSE: Duration = Duration::from_millis(5);

/// Where a number failed.
type Failed = &'static str;

/// How many are at work now and were at most, and how many numbers were drawn.
#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    most: AtomicUsize,
    drawn: AtomicUsize,
}

/// One at work. It is no more once this is dropped, a panic included.
struct AtWork(Arc<Seen>);

impl Seen {
    fn enter(self: &Arc<Self>) -> AtWork {
        let now = self.now.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
        AtWork(Arc::clone(self))
    }

    /// No stage is at work, and no number is drawn any more.
    fn check_at_rest(&self) {
        let drawn = self.drawn.load(SeqCst);
        assert_eq!(self.now.load(SeqCst), 0);
        thread::sleep(4 * PAUSE);
        assert_eq!(self.drawn.load(SeqCst), drawn);
    }

    /// As many numbers as are asked for.
    fn numbers(self: &Arc<Self>) -> impl Iterator<Item = u32> + Send + use<> {
        let seen = Arc::clone(self);
        (0..).inspect(move |_| {
            seen.drawn.fetch_add(1, SeqCst);
        })
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, SeqCst);
    }
}

/// Two fails in the first step, three panics there.
fn fetched(number: u32) -> Result<u64, Failed> {
    assert_ne!(number, 3, "three is not liked");
    if number == 2 {
        Err("fetch")
    } else {
        Ok(number.into())
    }
}

/// Five fails in the second step, seven panics there.
fn process(seen: &Arc<Seen>) -> impl Fn(u64) -> Result<i128, Failed> + Clone + use<> {
    let seen = Arc::clone(seen);
    move |number| {
        let _at_work = seen.enter();
        thread::sleep(PAUSE);
        assert_ne!(number, 7, "seven is not liked");
        if number == 5 {
            Err("process")
        } else {
            Ok(number.into())
        }
    }
}

/// Eleven fails in the third step, thirteen panics there.
fn save(seen: &Arc<Seen>) -> impl Fn(i128) -> Result<String, Failed> + Clone + use<> {
    let seen = Arc::clone(seen);
    move |number| {
        let _at_work = seen.enter();
        assert_ne!(number, 13, "thirteen is not liked");
        if number == 11 {
            Err("save")
        } else {
            Ok(number.to_string())
        }
    }
}

/// Awaits a future. When it has ended, with a panic included, no stage is at work.
async fn at_rest<T>(seen: &Seen, all: impl Future<Output = T>) -> T {
    let ended = AssertUnwindSafe(all).catch_unwind().await;
    assert_eq!(seen.now.load(SeqCst), 0);
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The result of one number; a panic is `None`.
type End = (usize, Option<Result<String, Failed>>);

/// Holds the results of the first twenty numbers against what was due.
fn check_all(mut ends: Vec<End>) {
    ends.sort();
    assert_eq!(ends.len(), 20);
    for (number, (place, end)) in ends.into_iter().enumerate() {
        let due = match number {
            2 => Some(Err("fetch")),
            5 => Some(Err("process")),
            11 => Some(Err("save")),
            3 | 7 | 13 => None,
            _ => Some(Ok(number.to_string())),
        };
        assert_eq!((place, end), (number, due));
    }
}

/// Counts the panics of a task's end that is asked for the panic that it has not, from now on.
fn join_errors_without_a_panic() -> &'static AtomicUsize {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let why = info.payload_as_str().unwrap_or_default();
            if why.contains("JoinError") {
                COUNT.fetch_add(1, SeqCst);
            }
            before(info);
        }));
    });
    &COUNT
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        mod $lesson {
            use super::*;

            fn takes_all(most: usize, shape: Shape) {
                let seen = Arc::new(Seen::default());
                let mut ends = Vec::new();
                let each = |place, end| {
                    ends.push((place, end));
                    ControlFlow::<()>::Continue(())
                };
                let left = shape.run(&seen, seen.numbers().take(20), each);
                assert!(left.is_continue());
                check_all(ends);
                assert_eq!(seen.now.load(SeqCst), 0);
                let at_work = seen.most.load(SeqCst);
                assert!((WORKERS..=most).contains(&at_work), "{at_work} at work");
            }

            #[test]
            fn chains_take_all() {
                takes_all(WORKERS, Shape::Chained);
            }

            #[test]
            fn stages_take_all() {
                takes_all(3 * WORKERS, Shape::Staged);
            }

            fn leaves(room: usize, shape: Shape) {
                let seen = Arc::new(Seen::default());
                let mut calls = 0;
                let each = |place, _| {
                    calls += 1;
                    match calls {
                        6 => ControlFlow::Break(place),
                        _ => ControlFlow::Continue(()),
                    }
                };
                // There is no end of the numbers.
                let left = shape.run(&seen, seen.numbers(), each);
                assert!(left.is_break());
                assert_eq!((calls, seen.now.load(SeqCst)), (6, 0));
                let drawn = seen.drawn.load(SeqCst);
                assert!(drawn <= 6 + 2 * room, "{drawn} drawn");
                seen.check_at_rest();
            }

            #[test]
            fn chains_end_when_the_consumer_leaves() {
                // A number at each worker, one in each queue, and one before the first.
                leaves(WORKERS + 2 * QUEUE + 1, Shape::Chained);
            }

            #[test]
            fn stages_end_when_the_consumer_leaves() {
                leaves(3 * WORKERS + 4 * QUEUE + 1, Shape::Staged);
            }

            example!(@dropped $manner $lesson);

            example!(@begins $manner $lesson);

            example!(@shut_down $manner $lesson);

            fn is_no_clean_end(shape: Shape) {
                let seen = Arc::new(Seen::default());
                let numbers = seen.numbers().inspect(|number| assert_ne!(*number, 4));
                let each = |_, _| ControlFlow::<()>::Continue(());
                let run = AssertUnwindSafe(|| shape.run(&seen, numbers, each));
                assert!(catch_unwind(run).is_err());
            }

            #[test]
            fn a_panic_of_the_iterator_is_no_clean_end() {
                is_no_clean_end(Shape::Chained);
                is_no_clean_end(Shape::Staged);
            }

            fn ends_before_its_panic_goes_on(shape: Shape) {
                let seen = Arc::new(Seen::default());
                let each = |_, _| -> ControlFlow<()> { panic!("each is not liked") };
                let numbers = seen.numbers();
                let run = AssertUnwindSafe(|| shape.run(&seen, numbers, each));
                let panic = catch_unwind(run).expect_err("it panics");
                assert_eq!(panic.downcast_ref(), Some(&"each is not liked"));
                seen.check_at_rest();
            }

            #[test]
            fn all_end_before_a_panic_of_the_consumer_goes_on() {
                ends_before_its_panic_goes_on(Shape::Chained);
                ends_before_its_panic_goes_on(Shape::Staged);
            }

            fn is_refused(shape: fn() -> Shape, queue: usize, workers: usize, why: &str) {
                let seen = Arc::new(Seen::default());
                let numbers = seen.numbers();
                let each = |_, _| ControlFlow::<()>::Continue(());
                let run = || shape().run_with((queue, workers), &seen, numbers, each);
                let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
                assert_eq!(panic.downcast_ref(), Some(&why));
                assert_eq!(seen.drawn.load(SeqCst), 0);
            }

            #[test]
            fn a_width_of_none_is_refused() {
                for shape in [|| Shape::Chained, || Shape::Staged] {
                    is_refused(shape, 0, WORKERS, "a queue needs room");
                    is_refused(shape, QUEUE, 0, "a stage needs a worker");
                }
            }

            enum Shape {
                Chained,
                Staged,
            }

            impl Shape {
                fn run<L: Send + 'static>(
                    self,
                    seen: &Arc<Seen>,
                    numbers: impl Iterator<Item = u32> + Send + 'static,
                    each: impl FnMut(
                        usize,
                        Option<Result<String, Failed>>,
                    ) -> ControlFlow<L>
                    + Send,
                ) -> ControlFlow<L> {
                    self.run_with((QUEUE, WORKERS), seen, numbers, each)
                }

                fn run_with<L: Send + 'static>(
                    self,
                    widths: (usize, usize),
                    seen: &Arc<Seen>,
                    numbers: impl Iterator<Item = u32> + Send + 'static,
                    mut each: impl FnMut(
                        usize,
                        Option<Result<String, Failed>>,
                    ) -> ControlFlow<L>
                    + Send,
                ) -> ControlFlow<L> {
                    let mut left = ControlFlow::Continue(());
                    let mut each = |place, end| {
                        left = each(place, end);
                        match left {
                            ControlFlow::Break(_) => ControlFlow::Break(()),
                            ControlFlow::Continue(()) => ControlFlow::Continue(()),
                        }
                    };
                    let ended = self.run_any(widths, seen, Box::new(numbers), &mut each);
                    assert_eq!(ended.is_break(), left.is_break());
                    left
                }

                /// The lesson is compiled once for all of these, and not for each.
                fn run_any(
                    self,
                    widths: (usize, usize),
                    seen: &Arc<Seen>,
                    numbers: Box<dyn Iterator<Item = u32> + Send>,
                    each: &mut (
                             dyn FnMut(
                        usize,
                        Option<Result<String, Failed>>,
                    ) -> ControlFlow<()>
                                 + Send
                         ),
                ) -> ControlFlow<()> {
                    let (process, save) = (process(seen), save(seen));
                    let each = |place, end: pipelines::$lesson::End<_, _>| each(place, end.ok());
                    example!(@$manner $lesson, self, widths, seen, numbers, process, save, each)
                }
            }
        }
    };
    // A thread can't see whether the next queue is still there.
    (@begins blocking $lesson:ident) => {};
    (@begins $manner:ident $lesson:ident) => {
        #[test]
        fn no_work_begins_once_the_consumer_has_left() {
            const FIRST: u64 = 20;
            let seen = Arc::new(Seen::default());
            let left = Arc::new(AtomicBool::new(false));
            let each = |_, _| {
                left.store(true, SeqCst);
                ControlFlow::Break(())
            };
            let (process, save) = (process(&seen), save(&seen));
            // Every number but the first waits until the consumer has left.
            let held = {
                let left = Arc::clone(&left);
                move |number| {
                    while number > FIRST && !left.load(SeqCst) {
                        thread::sleep(PAUSE);
                    }
                    thread::sleep(10 * PAUSE);
                    process(number)
                }
            };
            let begun = Arc::new(AtomicUsize::new(0));
            let counted = {
                let begun = Arc::clone(&begun);
                move |number| {
                    begun.fetch_add(1, SeqCst);
                    save(number)
                }
            };
            // With these, all steps succeed.
            let numbers = seen.numbers().map(|number| number + FIRST as u32);
            let (shape, widths, seen) = (Shape::Staged, (QUEUE, WORKERS), &seen);
            let ended = example!(@$manner $lesson, shape, widths, seen, numbers, held,
                counted, each);
            assert!(ended.is_break());
            assert_eq!(begun.load(SeqCst), 1);
        }
    };
    (@shut_down tokio $lesson:ident) => {
        #[test]
        fn a_runtime_that_is_shut_down_panics_nowhere() {
            let panics = join_errors_without_a_panic();
            let seen = Arc::new(Seen::default());
            let gone = Arc::new(AtomicBool::new(false));
            let runtime = ::tokio::runtime::Builder::new_multi_thread().build();
            let runtime = runtime.expect("it starts");
            // It holds its thread until the runtime is gone, so the next step comes after that.
            let fetch = {
                let (seen, gone) = (Arc::clone(&seen), Arc::clone(&gone));
                move |number| {
                    let (at_work, gone) = (seen.enter(), Arc::clone(&gone));
                    async move {
                        while !gone.load(SeqCst) {
                            thread::sleep(PAUSE);
                        }
                        drop(at_work);
                        Ok::<_, String>(number)
                    }
                }
            };
            let (numbers, steps) = (seen.numbers(), (fetch, Ok, Ok));
            let each = |_, _| ControlFlow::<()>::Continue(());
            let chained = pipelines::$lesson::chained;
            runtime.spawn(async move {
                chained(QUEUE, WORKERS, numbers, steps, each).await
            });
            let until = |wanted: &dyn Fn() -> bool| {
                let begun = Instant::now();
                while !wanted() {
                    assert!(begun.elapsed() < Duration::from_secs(10), "it never came");
                    thread::sleep(PAUSE);
                }
            };
            until(&|| seen.now.load(SeqCst) > 0);
            runtime.shutdown_background();
            gone.store(true, SeqCst);
            until(&|| Arc::strong_count(&seen) == 1);
            assert_eq!(panics.load(SeqCst), 0);
        }
    };
    (@shut_down $manner:ident $lesson:ident) => {};
    // There is no future.
    (@dropped blocking $lesson:ident) => {};
    // A dropped handle detaches its task.
    (@dropped async_std $lesson:ident) => {};
    (@dropped $manner:ident $lesson:ident) => {
        #[test]
        fn a_dropped_future_leaves_nothing() {
            example!(@drop $manner $lesson, chained);
            example!(@drop $manner $lesson, staged);
        }
    };
    (@drop executor $lesson:ident, $function:ident) => {{
        let seen = &Arc::new(Seen::default());
        let executor = ::smol::Executor::new();
        let fetch = example!(@fetch seen, ::smol::Timer::after);
        let (numbers, steps) = (seen.numbers(), (fetch, process(seen), save(seen)));
        let each = |_, _| ControlFlow::<()>::Continue(());
        let function = pipelines::$lesson::$function;
        let all = async {
            let all = function(&executor, QUEUE, WORKERS, numbers, steps, each);
            let late = async {
                ::smol::Timer::after(10 * PAUSE).await;
                None
            };
            let ended = ::smol::future::or(async { Some(all.await) }, late).await;
            assert!(ended.is_none());
            ::smol::Timer::after(10 * PAUSE).await;
            seen.check_at_rest();
        };
        ::smol::block_on(executor.run(all));
    }};
    (@drop tokio $lesson:ident, $function:ident) => {{
        let seen = &Arc::new(Seen::default());
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.enable_time().build().expect("it starts");
        let fetch = example!(@fetch seen, ::tokio::time::sleep);
        let (numbers, steps) = (seen.numbers(), (fetch, process(seen), save(seen)));
        let each = |_, _| ControlFlow::<()>::Continue(());
        let function = pipelines::$lesson::$function;
        runtime.block_on(async {
            let all = function(QUEUE, WORKERS, numbers, steps, each);
            let ended = ::tokio::time::timeout(10 * PAUSE, all).await;
            assert!(ended.is_err());
            ::tokio::time::sleep(10 * PAUSE).await;
            seen.check_at_rest();
        });
    }};
    (@drop compio $lesson:ident, $function:ident) => {{
        let seen = &Arc::new(Seen::default());
        let runtime = ::compio::runtime::Runtime::new().expect("it starts");
        let fetch = example!(@fetch seen, ::compio::time::sleep);
        let (numbers, steps) = (seen.numbers(), (fetch, process(seen), save(seen)));
        let each = |_, _| ControlFlow::<()>::Continue(());
        let function = pipelines::$lesson::$function;
        runtime.block_on(async {
            let all = function(QUEUE, WORKERS, numbers, steps, each);
            let ended = ::compio::time::timeout(10 * PAUSE, all).await;
            assert!(ended.is_err());
            ::compio::time::sleep(10 * PAUSE).await;
            seen.check_at_rest();
        });
    }};
    (@blocking $lesson:ident, $shape:ident, $widths:ident, $seen:ident, $numbers:ident,
        $process:ident, $save:ident, $each:ident) => {{
        let (queue, workers) = $widths;
        // It may borrow what the caller has.
        let fetch = |number| {
            let _at_work = $seen.enter();
            thread::sleep(PAUSE);
            fetched(number)
        };
        let (numbers, steps) = ($numbers, (fetch, $process, $save));
        use pipelines::$lesson::{chained, staged};
        let left = match $shape {
            Shape::Chained => chained(queue, workers, numbers, steps, $each),
            Shape::Staged => staged(queue, workers, numbers, steps, $each),
        };
        left.expect("threads start")
    }};
    (@executor $lesson:ident, $shape:ident, $widths:ident, $seen:ident, $numbers:ident,
        $process:ident, $save:ident, $each:ident) => {{
        let (queue, workers) = $widths;
        let executor = ::smol::Executor::new();
        let fetch = example!(@fetch $seen, ::smol::Timer::after);
        let (numbers, steps) = ($numbers, (fetch, $process, $save));
        use pipelines::$lesson::{chained, staged};
        let all = async {
            match $shape {
                Shape::Chained => {
                    chained(&executor, queue, workers, numbers, steps, $each).await
                }
                Shape::Staged => {
                    staged(&executor, queue, workers, numbers, steps, $each).await
                }
            }
        };
        ::smol::block_on(executor.run(at_rest($seen, all)))
    }};
    (@tokio $lesson:ident, $shape:ident, $widths:ident, $seen:ident, $numbers:ident,
        $process:ident, $save:ident, $each:ident) => {{
        let (queue, workers) = $widths;
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.enable_time().build().expect("it starts");
        let fetch = example!(@fetch $seen, ::tokio::time::sleep);
        let all = example!(@awaited $lesson, $shape, queue, workers, $numbers, fetch,
            $process, $save, $each);
        runtime.block_on(at_rest($seen, all))
    }};
    (@compio $lesson:ident, $shape:ident, $widths:ident, $seen:ident, $numbers:ident,
        $process:ident, $save:ident, $each:ident) => {{
        let (queue, workers) = $widths;
        let runtime = ::compio::runtime::Runtime::new().expect("it starts");
        let fetch = example!(@fetch $seen, ::compio::time::sleep);
        let all = example!(@awaited $lesson, $shape, queue, workers, $numbers, fetch,
            $process, $save, $each);
        runtime.block_on(at_rest($seen, all))
    }};
    (@async_std $lesson:ident, $shape:ident, $widths:ident, $seen:ident, $numbers:ident,
        $process:ident, $save:ident, $each:ident) => {{
        let (queue, workers) = $widths;
        let fetch = example!(@fetch $seen, ::async_std::task::sleep);
        let all = example!(@awaited $lesson, $shape, queue, workers, $numbers, fetch,
            $process, $save, $each);
        ::async_std::task::block_on(at_rest($seen, all))
    }};
    (@awaited $lesson:ident, $shape:ident, $queue:ident, $workers:ident, $numbers:ident,
        $fetch:ident, $process:ident, $save:ident, $each:ident) => {{
        let (numbers, steps) = ($numbers, ($fetch, $process, $save));
        use pipelines::$lesson::{chained, staged};
        async {
            match $shape {
                Shape::Chained => chained($queue, $workers, numbers, steps, $each).await,
                Shape::Staged => staged($queue, $workers, numbers, steps, $each).await,
            }
        }
    }};
    (@fetch $seen:ident, $sleep:expr) => {{
        let seen = Arc::clone($seen);
        move |number| {
            let seen = Arc::clone(&seen);
            async move {
                let _at_work = seen.enter();
                $sleep(PAUSE).await;
                fetched(number)
            }
        }
    }};
}

taken_home::pipelines!(example);

/// rayon has no pool of as many threads as these would need.
macro_rules! too_many {
    ($name:ident, $function:ident, $workers:expr) => {
        #[test]
        #[should_panic = "too many for a pool"]
        fn $name() {
            let seen = Arc::new(Seen::default());
            let steps = (fetched, process(&seen), save(&seen));
            let each = |_, _| ControlFlow::<()>::Continue(());
            let numbers = seen.numbers().take(1);
            let _ = pipelines::rayon::$function(QUEUE, $workers, numbers, steps, each);
        }
    };
}

too_many!(rayon_has_no_chain_without_a_thread, chained, 65_536);
too_many!(rayon_has_no_stage_without_a_thread, staged, 21_845);

#[test]
fn the_numbers_of_a_stream_stay_on_their_thread() {
    let seen = &Arc::new(Seen::default());
    let runtime = ::tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.enable_time().build().expect("it starts");
    let one = Rc::new(1);
    let fetch = example!(@fetch seen, ::tokio::time::sleep);
    let steps = (fetch, process(seen), save(seen));
    let each = |_, end: pipelines::stream::End<String, Failed>| match end {
        Ok(Ok(text)) => ControlFlow::Break(text),
        _ => ControlFlow::Continue(()),
    };
    let numbers = (0..).map(move |number| number + *one);
    let left = pipelines::stream::staged(QUEUE, WORKERS, numbers, steps, each);
    let left = runtime.block_on(left);
    assert_eq!(left, ControlFlow::Break("1".to_owned()));
}
