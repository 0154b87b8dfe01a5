//! The work: to count the primes of a range, and to go wrong if that is asked for; and the
//! way to those who do it elsewhere.

mod fault;
mod primes;
mod remote;
mod sockets;
mod task;

pub use fault::{Fault, FaultKind};
pub use primes::count_primes;
pub use remote::{connect, worker_with_host};
pub use sockets::ensure_sockets;
pub use task::{BALLAST, Count, Report, Task, epoch_of_clock, this_host};
