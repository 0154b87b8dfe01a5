//! A sweep as tables and as a page of charts.

mod chart;
pub mod forms;
mod page;
pub(crate) mod sentences;
pub mod table;
