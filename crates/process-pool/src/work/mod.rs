//! The work: to count the primes of a range, and to go wrong if that is asked for.

mod fault;
mod primes;
mod task;

pub use fault::{Fault, FaultKind};
pub use primes::count_primes;
pub use task::{BALLAST, Count, Report, Task, this_host};
