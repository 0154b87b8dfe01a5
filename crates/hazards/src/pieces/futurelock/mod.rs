//! Futurelock: a future that waits for a lock is not dropped and polled no more, so the lock
//! is handed to somebody who never takes it, and all behind it wait for ever.
//!
//! Named by Oxide (RFD 609). In the wild: a lock that nobody holds and nobody gets, which no
//! stack shows, for the thread is parked like an idle one. No lint finds it; tokio-console
//! shows who waits for which of tokio's locks. Look for a `&mut future` in a `select!` that
//! is followed by an await.

pub mod async_std;
pub mod smol;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::Futurelock;
