//! What a model is, and everything that stands around one: trials in processes of their
//! own, the conformance suite, and the demo command line.
//!
//! A model implements [`Model`] and lists its variants with [`variants!`]; from that it
//! gets its command line ([`demo`]), its tests ([`conformance`]) and its place in
//! `compare`. Nothing here knows a model by name.

mod allocations;
mod bench;
mod case;
mod checked;
mod child;
mod conformance;
mod demo;
mod descendants;
mod duration;
mod encoding;
mod exit;
mod facts;
mod guard;
pub mod interrupt;
mod io_uring;
mod items;
mod lesson;
pub mod limits;
mod model;
mod number;
mod outcome;
mod peer;
mod process;
mod program;
mod protocol;
mod readme;
mod runtimes;
mod scarcity;
mod settings;
mod spans;
mod surveyed;
#[cfg(feature = "temporary")]
pub mod temporary;
mod trial;
mod usage;
mod wrap;

pub use allocations::{ALLOCATIONS, Allocations};
pub use bench::job_args;
pub use case::{Bench, Case};
pub use checked::{Checked, Printed};
pub use child::{CLOCKED, Held, settle, wait_for_stillness};
pub use conformance::{
    Verdict, all_cases, conformance, judge, stopped_and_continued, with_dev_shm,
};
pub use demo::{Demo, command, demo, demo_from, name, source, speak, unknown};
pub use descendants::{descendants, lives, state};
pub use duration::{deadline, duration};
pub use encoding::{NotUtf8, file_at_most, read_at_most, utf8, without_mark};
pub use exit::{exit_code, print, print_coloured, print_json};
pub use facts::{Breach, Done, Fact, Facts, Floor, OtherFloor, Value};
pub use guard::{die_with_parent, guard, is_guard};
pub use io_uring::{lacks_io_uring, refuse_io_uring};
pub use items::{Item, ItemTimes, Pace, due_after, take_items};
pub use lesson::{Lesson, Package};
pub use model::{
    Deviation, Direct, Model, Pair, Part, Peer, Status, Variant, run_unbuilt,
};
pub use number::{cores, whole, with_negatives};
pub use outcome::{Class, Failure, Outcome, panic_message};
pub use peer::{build_go_peers, not_run, peer_program, python_version};
pub use program::{Program, end_with_pool, ensure_environment, worker_command};
pub use protocol::{Memory, Range, Reply, SETTLE, SPANS, Span, WARM};
pub use runtimes::{NO_RUNTIME, RUNTIMES, runtime_of};
pub use settings::{Runner, Settings};
pub use spans::{monotonic_nanos, record_span, span, spans_wanted, take_spans};
pub use surveyed::Surveyed;
pub use trial::{
    TrialError, cause, run_aside, run_floor, run_helper, run_shown, run_trial, shortened,
    stage_and_run,
};
pub use usage::{Misuse, one_line};
pub use wrap::wrap;

pub use printed_text::{ascii, ensure_output, is_utf8, local, markdown, shown, tell};
pub use process::{Usage, wait_for};
