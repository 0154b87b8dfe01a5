//! The commands, a file each.

pub(crate) mod choose;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod exercise;
pub(crate) mod faults;
pub(crate) mod how;
pub(crate) mod keep;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod peers;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod site;
pub(crate) mod splice;
pub(crate) mod sweep;
pub(crate) mod take;
pub(crate) mod why;
