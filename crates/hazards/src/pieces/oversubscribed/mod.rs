//! Far more threads than cores: tasks that take short turns in step, each of them a thread.
//!
//! A thread that waits for the others costs two switches in the kernel a turn, a task that
//! does costs a poll. In the wild: processor time in the kernel, run queues far longer than
//! the cores are many, throughput that falls as threads are added. `pidstat -w`,
//! `vmstat` (column `cs`) and `perf sched` show it; no lint does. Here the kernel's own count
//! of the process's switches decides.

pub mod async_std;
pub mod crossbeam;
pub mod rayon;
pub mod smol;
pub mod std_only;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::Oversubscribed;
