//! The models, one line each.

use measure::model::{AnyModel, Of};
use test_fixtures::{Misuse, unknown};

/// Every model, in the order in which the report shows them.
pub(crate) const MODELS: &[&dyn AnyModel] = &[
    &Of::<gather::Gather>::model(),
    &Of::<semaphores::Semaphores>::model(),
    &Of::<thread_pool::ThreadPool>::model(),
    &Of::<pipelines::Pipelines>::model(),
    &Of::<process_pool::ProcessPool>::model(),
    &Of::<shared_memory::SharedMemory>::model(),
    &Of::<locks::Locks>::model(),
    &Of::<cancellation::Cancellation>::model(),
    &Of::<error_handling::ErrorHandling>::model(),
    &Of::<serving::Serving>::model(),
    &Of::<hazards::Hazards>::model(),
];

/// The model of that name.
pub(crate) fn find(name: &str) -> Option<&'static dyn AnyModel> {
    MODELS.iter().copied().find(|model| model.name() == name)
}

/// The model of that name, or what to write instead.
pub(crate) fn named(name: &str) -> Result<&'static dyn AnyModel, Misuse> {
    find(name).ok_or_else(|| unknown_model(name))
}

/// The model is not one of ours.
pub(crate) fn unknown_model(name: &str) -> Misuse {
    let names: Vec<_> = MODELS.iter().map(|model| model.name()).collect();
    unknown("there is no model", name, &names)
}

/// The names of all variants and peers, each once.
pub(crate) fn names(models: &[&dyn AnyModel]) -> Vec<&'static str> {
    each_once(models.iter().flat_map(|model| model.names()))
}

/// The names of all cases, each once.
pub(crate) fn cases(models: &[&dyn AnyModel]) -> Vec<&'static str> {
    each_once(models.iter().flat_map(|model| model.cases()))
}

fn each_once(all: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A name that none of the models has is a slip; one that only some have chooses.
pub(crate) fn known_somewhere(
    models: &[&dyn AnyModel],
    wanted: &[String],
) -> Result<(), Misuse> {
    known_among(&names(models), "no model has a variant", wanted)
}

/// The same of cases.
pub(crate) fn cases_known_somewhere(
    models: &[&dyn AnyModel],
    wanted: &[String],
) -> Result<(), Misuse> {
    known_among(&cases(models), "no model has a case", wanted)
}

fn known_among(known: &[&str], what: &str, wanted: &[String]) -> Result<(), Misuse> {
    match wanted.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(unknown(what, name, known)),
    }
}

#[cfg(test)]
mod tests;
