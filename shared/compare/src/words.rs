//! The words of a command line that are a model's job, and not how it is compared.
//!
//! Two results are of the same job if these are the same, wherever their files went and
//! however long their rounds took.

use clap::{Arg, ArgMatches, Command, parser::ValueSource};

use crate::models::AnyModel;

/// Every argument of the job that was given or that a comparison starts from, in the order
/// of the model's help, options first; of one that was given twice, what counts.
pub(crate) fn of_job(model: &dyn AnyModel, matches: &ArgMatches) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use crate::command_line::{Request, parse};

    fn args(line: &str) -> Vec<String> {
        let words = line.split(' ').map(Into::into).collect::<Vec<_>>();
        let Ok(Request::Compare(mut asked, _)) = parse(&words) else {
            panic!("{line} is a comparison");
        };
        asked.pop().expect("of a model").args
    }

    #[test]
    fn a_job_is_what_it_is_however_it_is_compared() {
        let expected = ["--workers", "4", "--increments", "150000"];
        for line in [
            "compare locks",
            "compare --variants std_mutex,sharded",
            "compare locks --rounds 3 --out /tmp --timeline --variants tokio",
            "compare locks --increments=7 --increments 150000",
        ] {
            assert_eq!(args(line), expected, "{line}");
        }
        assert_eq!(args("compare locks --workers 2")[..2], ["--workers", "2"]);
        let pool = args("compare process-pool --noop --fault 1:kill --fault 2:panic");
        assert_eq!(pool.iter().filter(|word| *word == "--fault").count(), 2);
        assert!(pool.contains(&"--noop".to_owned()), "{pool:?}");
        let urls = args("compare gather http://127.0.0.1:1/ http://127.0.0.1:2/");
        assert!(
            urls.ends_with(&["http://127.0.0.1:1/".into(), "http://127.0.0.1:2/".into()])
        );
    }
}
