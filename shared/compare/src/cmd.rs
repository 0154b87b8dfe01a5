//! The commands, a file each.

pub(crate) mod diff;
pub(crate) mod take;
