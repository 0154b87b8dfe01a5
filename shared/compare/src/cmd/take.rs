//! `compare take`: a variant's lesson, as it is pasted into another program.

use anyhow::Result;
use clap::Args;
use report::taken;
use test_fixtures::{Misuse, print};

use crate::{models, pairs};

/// Whose lesson to take.
#[derive(Debug, Args)]
pub(crate) struct Take {
    /// The model
    model: String,
    /// Its variant; of hazards, a hazard and a runtime: futurelock/tokio
    variant: String,
}

/// Prints the lesson.
pub(crate) fn run(take: &Take) -> Result<()> {
    let Take {
        model: name,
        variant,
    } = take;
    let model = models::named(name)?;
    if pairs::is_name(variant) {
        return print(&taken::pair(&pairs::find(model, variant)?));
    }
    if let Some(text) = taken::text(&model.source(variant)?) {
        return print(&text);
    }
    let contestants = model.contestants();
    let mut of_variant = contestants.iter().filter(|one| one.name == *variant);
    let pair = of_variant.find_map(|one| one.pairs.first());
    let why = match pair {
        Some(pair) => {
            format!(
                "has its functions in pairs: compare take {name} {}/{variant}",
                pair.name
            )
        }
        None => {
            "has no function to take: its file has no line `// The lesson`".to_owned()
        }
    };
    Err(Misuse(format!("{name}/{variant} {why}")).into())
}
