//! `compare take`: a variant's lesson, as it is pasted into another program.

use anyhow::Result;
use clap::Args;
use test_fixtures::{Misuse, print};

use crate::{command_line::unknown_model, models, taken};

/// Whose lesson to take.
#[derive(Debug, Args)]
pub(crate) struct Take {
    /// The model
    model: String,
    /// Its variant
    variant: String,
}

/// Prints the lesson.
pub(crate) fn run(take: &Take) -> Result<()> {
    let Take {
        model: name,
        variant,
    } = take;
    let model = models::find(name).ok_or_else(|| unknown_model(name))?;
    match taken::text(&model.source(variant)?) {
        Some(text) => print(&text),
        None => Err(Misuse(format!(
            "{name}/{variant} has no function to take: its file has no line `// The lesson`"
        ))
        .into()),
    }
}
