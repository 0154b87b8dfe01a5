//! A sweep as tables and as a page of charts.

mod axis;
mod chart;
pub mod forms;
mod page;
mod sentences;
pub mod table;
