//! The words of a command line that are a model's job, and not how it is compared.
//!
//! Two results are of the same job if these are the same, wherever their files went and
//! however long their rounds took.

use clap::{Arg, ArgMatches, Command, parser::ValueSource};
use measure::model::AnyModel;

/// Every argument of the job that was given or that a comparison starts from, in the
/// order of the model's help, options first. Of one that was given twice it returns the
/// one that counts.
pub(crate) fn given(model: &dyn AnyModel, matches: &ArgMatches) -> Vec<String> {
    let command = model.augment(Command::new(model.name()));
    let is_given = |arg: &Arg| {
        matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let is_own = |arg: &Arg| {
        let long = arg.get_long();
        let flags = model.comparison().iter().step_by(2);
        flags.copied().any(|flag| flag.strip_prefix("--") == long)
    };
    let excludes = |arg: &Arg, other: &Arg| {
        let conflicts = command.get_arg_conflicts_with(arg);
        conflicts.iter().any(|each| each.get_id() == other.get_id())
    };
    let is_excluded = |arg: &Arg| {
        let mut given = command.get_arguments().filter(|each| is_given(each));
        given.any(|each| excludes(arg, each) || excludes(each, arg))
    };
    let counts = |arg: &&Arg| is_given(arg) || (is_own(arg) && !is_excluded(arg));
    let (positionals, options): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        .filter(counts)
        .partition(|arg| arg.is_positional());
    let all = options.into_iter().chain(positionals);
    all.flat_map(|arg| words(arg, matches)).collect()
}

fn words(arg: &Arg, matches: &ArgMatches) -> Vec<String> {
    let name = arg.get_long().map(|name| format!("--{name}"));
    if !arg.get_action().takes_values() {
        return name.into_iter().collect();
    }
    let values = matches.get_raw(arg.get_id().as_str()).into_iter().flatten();
    let values = values.map(|value| value.to_string_lossy().into_owned());
    values
        .flat_map(|value| name.clone().into_iter().chain([value]))
        .collect()
}

/// The command with these flags' values as its defaults. So they show in its help, and no
/// argument of the user's can conflict with them.
pub(crate) fn with_defaults(command: Command, words: &'static [&'static str]) -> Command {
    command.mut_args(|arg| {
        let is_own = |pair: &&[&str]| pair[0].strip_prefix("--") == arg.get_long();
        match words.chunks_exact(2).find(is_own) {
            Some(pair) => arg.default_value(pair[1]),
            None => arg,
        }
    })
}
