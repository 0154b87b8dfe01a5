//! Results as people read them: tables, timelines and differences in a terminal, and the
//! page with its charts.
//!
//! No model is known here by name: whatever is shown stands in the results.

pub mod change;
pub mod difference;
mod figure;
pub mod findings;
pub mod forms;
mod groups;
pub mod latency;
pub mod merged;
pub mod notes;
pub mod overview;
pub mod page;
mod scale;
mod seen;
pub mod site;
pub mod splice;
pub mod survey;
pub mod sweep;
pub mod table;
pub mod taken;
pub mod terminal;
pub mod timeline;
pub mod watch;
mod written;
