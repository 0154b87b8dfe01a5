//! The whole command line, as completions know it.
//!
//! `parse` finds the model first and reads the rest with that model's flags. A shell's
//! script can't, so here every model is a subcommand with all that may follow it, and a
//! list of names is a choice.

use clap::{Arg, Command, builder::PossibleValuesParser};
use measure::model::AnyModel;

use super::commands::{of_model, top};
use crate::{
    cmd::{exercise, how, sweep, why},
    models::{MODELS, cases, names},
};

/// Models with all their flags, behind each word that takes one.
pub(crate) fn whole() -> Command {
    let of_one = |model: &dyn AnyModel| of(of_model(model), &names(&[model]));
    let all = names(MODELS);
    let models: Vec<_> = MODELS.iter().map(|model| model.name()).collect();
    of(top(of_one), &all)
        .mut_subcommand("run", |run| each("run", &run, |model| model.command()))
        .mut_subcommand("sweep", |sweep| each("sweep", &sweep, sweep::command))
        .mut_subcommand("why", |all| each("why", &all, why::command))
        .mut_subcommand("faults", |faults| {
            let models = models.clone();
            let faults = faults.mut_arg("models", |arg| choice(arg, models));
            let faults = faults.mut_arg("cases", |arg| choice(arg, cases(MODELS)));
            of(faults, &all)
        })
        .mut_subcommand("take", |take| {
            let models = models.clone();
            let take = take.mut_arg("model", |arg| choice(arg, models));
            take.mut_arg("variant", |arg| choice(arg, all.clone()))
        })
        .mut_subcommand("how", |command| {
            command.mut_arg("words", |arg| choice(arg, how::names()))
        })
        .mut_subcommand("exercise", |exercise| {
            exercise.mut_arg("name", |arg| choice(arg, exercise::names()))
        })
        .mut_subcommand("diff", |diff| {
            diff.mut_arg("words", |arg| choice(arg, models.clone()))
        })
}

/// The command with a subcommand for each model, in place of the words that `parse` reads
/// by hand.
fn each(
    name: &'static str,
    command: &Command,
    of_model: impl Fn(&dyn AnyModel) -> Command,
) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let subcommands = MODELS.iter().map(|model| {
        let command = of_model(*model).name(model.name());
        of(command, &names(&[*model]))
    });
    Command::new(name).about(about).subcommands(subcommands)
}

/// The command, whose lists of names are of these.
fn of(command: Command, names: &[&'static str]) -> Command {
    command.mut_args(|arg| match arg.get_id().as_str() {
        "variants" | "reference" => choice(arg, names.to_vec()),
        _ => arg,
    })
}

fn choice(arg: Arg, names: impl Into<PossibleValuesParser>) -> Arg {
    arg.value_parser(names.into())
}
