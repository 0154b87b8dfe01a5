//! What the programs here print: text made fit for a terminal, a locale and a document, and
//! outputs that can't be written.

mod output;
mod text;

pub use output::{ensure_output, give_up_when, print, print_coloured, print_json, tell};
pub use text::{ascii, is_utf8, local, markdown, shown};
