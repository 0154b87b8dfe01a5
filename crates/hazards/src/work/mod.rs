//! What is done to one hazard: its piece runs in a process of its own, under a watchdog; and
//! what pieces are given to do, with what that records of itself.

pub(crate) mod messages;
pub(crate) mod record;
mod stillness;
pub(crate) mod switches;
pub(crate) mod turn;
pub(crate) mod watchdog;

pub use record::Record;
