//! What is done to one hazard: its piece runs in a process of its own, under a watchdog; and
//! what pieces are given to do, with what that records of itself.

pub(crate) mod messages;
pub(crate) mod panics;
pub(crate) mod peers;
pub(crate) mod record;
pub(crate) mod retries;
mod stillness;
pub(crate) mod survivors;
pub(crate) mod switches;
pub(crate) mod turn;
pub(crate) mod watchdog;

pub use record::Record;
