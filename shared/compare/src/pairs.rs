//! Functions that go wrong with their cures, by the names that a user writes.

use measure::{model::AnyModel, source::Pair};
use test_fixtures::{Misuse, unknown};

/// The pair of a name like `futurelock/tokio`: what goes wrong, and where.
pub(crate) fn find(model: &dyn AnyModel, name: &str) -> Result<Pair, Misuse> {
    let mut known = Vec::new();
    for contestant in model.contestants() {
        for pair in contestant.pairs {
            known.push((format!("{}/{}", pair.name, contestant.name), pair));
        }
    }
    // Flags write these names with dashes.
    let wanted = name.replace('-', "_");
    if let Some(place) = known.iter().position(|(name, _)| *name == wanted) {
        return Ok(known.swap_remove(place).1);
    }
    let model = model.name();
    if known.is_empty() {
        return Err(Misuse(format!("{model} has no pairs, so {name:?} is none")));
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| &**name).collect();
    Err(unknown(&format!("{model} has no pair"), name, &names))
}

/// Whether this is the name of a pair, and not that of a variant.
pub(crate) fn is_name(name: &str) -> bool {
    name.contains('/')
}
