//! Files that several lessons come with. They name only the standard library and
//! packages.

pub mod atomic_ring;
pub mod futex;
pub mod memfd;
pub mod memory;
pub mod shared_ring;
pub mod worker;
