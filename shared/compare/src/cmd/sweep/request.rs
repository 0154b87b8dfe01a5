//! The command line of a sweep.

use std::{any::TypeId, ffi::OsString, num::NonZero, time::Duration};

use anyhow::Result;
use clap::{ArgAction, Args, Command, FromArgMatches};
use measure::{model::AnyModel, rounds::Field, sweep::knee::RATE};
use test_fixtures::{Misuse, whole};

use super::grid::{self, Over};
use crate::{
    cmd::compare::leave_out,
    job_arguments::{self, with_defaults},
    models::{self, MODELS},
    options::Options,
};

/// A sweep that is asked for: every job of it is known to be one.
pub(crate) struct Request {
    pub(crate) model: &'static dyn AnyModel,
    pub(crate) over: Over,
    /// The arguments that all its jobs share.
    pub(crate) args: Vec<String>,
    /// One for each value of the field.
    pub(crate) jobs: Vec<Field>,
    /// Whether items are timed, for their p99.
    pub(crate) percentiles: bool,
    pub(crate) options: Options,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Sweep")]
struct Sweep {
    /// The field of the job that grows, and its sizes: tasks=10..10000 is a logarithmic
    /// grid, tasks=10,100,1000 a list, and times have units: delay=1ms..50ms. Over rate it
    /// finds where each p99 leaves the floor
    #[arg(long, value_name = "FIELD=FROM..TO")]
    over: String,
    /// Sizes on the grid [default: three for each factor of ten]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(2..=100))]
    points: Option<usize>,
}

/// Reads the words after `compare sweep`.
pub(crate) fn parse(words: &[OsString]) -> Result<Request> {
    let first = words.first().and_then(|word| word.to_str());
    let Some(model) = first.and_then(models::find) else {
        return Err(match first {
            Some("-h" | "--help") => help().into(),
            Some(name) if !name.starts_with('-') => models::unknown_model(name).into(),
            _ => Misuse::new(
                "write the model first: compare sweep MODEL --over FIELD=FROM..TO",
            )
            .into(),
        });
    };
    let given = &words[1..];
    let matches = command(model)
        .no_binary_name(true)
        .try_get_matches_from(given)?;
    let options = Options::read(&matches)?;
    if options.timeline || options.trace.is_some() {
        let why = "a sweep has no timelines; compare one size for them";
        return Err(Misuse::new(why).into());
    }
    if options.until_decided || options.watch {
        let why =
            "a sweep has no --watch and no --until-decided; compare one size for them";
        return Err(Misuse::new(why).into());
    }
    options.ensure_items(model)?;
    let sweep = Sweep::from_arg_matches(&matches)?;
    let over = grid::parse(&sweep.over, sweep.points)?;
    check_field(model, &over.field, given)?;
    let flag = format!("--{}", over.field);
    let (mut contestants, mut reference) = options.contestants(model)?;
    let job = model.job(&matches)?;
    leave_out(model.name(), &*job, &mut contestants, &mut reference)?;
    for one in &mut contestants {
        one.make_ready();
    }
    let jobs = over.values.iter().map(|value| {
        // Before the user's words, which may end in `--` and names.
        let field = [flag.clone(), over.given(*value)].map(OsString::from);
        let all: Vec<_> = field.into_iter().chain(given.iter().cloned()).collect();
        let matches = command(model)
            .no_binary_name(true)
            .try_get_matches_from(&all)?;
        let job = model.job(&matches)?;
        Ok(Field {
            name: model.name(),
            about: model.about(),
            description: job.describe()?,
            args: job_arguments::given(model, &matches),
            pair: model.pair(),
            trials: model.trials(),
            item: model.item().ok(),
            job,
            contestants: contestants.clone(),
            reference: reference.clone(),
        })
    });
    let jobs = jobs.collect::<Result<Vec<_>>>()?;
    let is_timed = options.percentiles || over.field == RATE;
    Ok(Request {
        percentiles: is_timed && model.item().is_ok(),
        model,
        over,
        args: job_arguments::given(model, &matches),
        jobs,
        options,
    })
}

/// The sweep's flags, how to compare, and the model's own.
pub(crate) fn command(model: &dyn AnyModel) -> Command {
    let fields = fields(model).join(", ");
    let command = Command::new(model.name())
        .bin_name(format!("compare sweep {}", model.name()))
        .after_help(format!("Fields to sweep over: {fields}"));
    let job = model.augment(Sweep::augment_args(command).next_help_heading("The job"));
    Options::augment_args(with_defaults(job, model.comparison()))
        .mut_arg("budget", |arg| {
            arg.help("How long all sizes may take together; at least six rounds are run")
        })
        .mut_arg("timeline", |arg| arg.hide(true))
        .mut_arg("trace", |arg| arg.hide(true))
        .mut_arg("until_decided", |arg| arg.hide(true))
        .mut_arg("watch", |arg| arg.hide(true))
        .mut_arg("percentiles", |arg| {
            arg.help("Report p99 of how long items took, as --over rate=… always does")
        })
        .mut_arg("json", |arg| arg.help("Print JSON instead of tables"))
        .mut_arg("csv", |arg| {
            arg.help("Print a line of CSV a variant and size instead of tables")
        })
        .mut_arg("out", |arg| {
            arg.help("Where sweep.json, .csv, .md and .html go [default: target/compare]")
        })
        .about(format!("{}, over a range of sizes", model.name()))
        .args_override_self(true)
}

fn help() -> clap::Error {
    let models: Vec<_> = MODELS.iter().map(|model| model.name()).collect();
    let mut command = Sweep::augment_args(
        Command::new("sweep")
            .bin_name("compare sweep MODEL")
            .about(
                "One model over a range of sizes: growth, crossings, knees, and where it ends",
            )
            .after_help(format!(
                "Models: {}. compare sweep MODEL --help has the model's fields",
                models.join(", ")
            )),
    );
    let asked = command.try_get_matches_from_mut(["sweep", "--help"]);
    asked.expect_err("help is an error to clap")
}

/// The field must be a numeric flag of the job, and given nowhere else.
fn check_field(
    model: &dyn AnyModel,
    field: &str,
    given: &[OsString],
) -> Result<(), Misuse> {
    let fields = fields(model);
    if field == RATE && !fields.iter().any(|known| known == field) {
        let at_a_rate = MODELS.iter().filter(|model| {
            let fields = self::fields(**model);
            fields.iter().any(|known| known == RATE)
        });
        let names: Vec<_> = at_a_rate.map(|model| model.name()).collect();
        return Err(Misuse(format!(
            "--over: {} has no rate; {} have one; it has {}",
            model.name(),
            names.join(", "),
            fields.join(", ")
        )));
    }
    if !fields.iter().any(|known| known == field) {
        return Err(Misuse(format!(
            "--over: {} has no numeric field {field:?}; it has {}",
            model.name(),
            fields.join(", ")
        )));
    }
    let flag = format!("--{field}");
    let is_flag = |word: &OsString| {
        let word = word.to_string_lossy();
        word == flag || word.starts_with(&format!("{flag}="))
    };
    match given.iter().any(is_flag) {
        true => Err(Misuse(format!(
            "{flag} is what --over sets; leave it out, or sweep over another field"
        ))),
        false => Ok(()),
    }
}

/// The job's flags that take one whole number, or one time.
fn fields(model: &dyn AnyModel) -> Vec<String> {
    let numeric = [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<NonZero<u32>>(),
        TypeId::of::<NonZero<u64>>(),
        TypeId::of::<NonZero<usize>>(),
        TypeId::of::<Duration>(),
    ];
    let command = model.augment(Command::new(model.name()));
    let fields = command.get_arguments().filter(|arg| {
        let parsed = arg.get_value_parser().type_id();
        matches!(arg.get_action(), ArgAction::Set)
            && numeric.iter().any(|number| parsed == *number)
    });
    fields
        .filter_map(|arg| arg.get_long().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(line: &str) -> String {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        match parse(&words) {
            Ok(_) => panic!("{line} is taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_model_has_fields() {
        for model in MODELS {
            assert!(fields(*model).len() >= 2, "{}", model.name());
        }
        let locks = models::find("locks").expect("a model");
        let all = ["workers", "increments", "reads", "threads", "hold"];
        assert_eq!(fields(locks), all);
    }

    #[test]
    fn each_size_is_a_job() {
        let line = "locks --over increments=10,1000 --workers 3 --variants tokio,smol";
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let request = parse(&words).expect("a sweep");
        let jobs: Vec<_> = request.jobs.iter().map(|job| &*job.description).collect();
        assert_eq!(jobs.len(), 2);
        assert!(jobs[0].starts_with("3 workers × 10 increments"), "{jobs:?}");
        assert!(
            jobs[1].starts_with("3 workers × 1000 increments"),
            "{jobs:?}"
        );
        assert_eq!(request.jobs[0].contestants.len(), 2);
    }

    #[test]
    fn what_cannot_be_swept_is_refused() {
        for (line, words) in [
            ("locks --over nonesuch=1..9", "workers, increments, reads"),
            ("locks --over panic=1..9", "workers, increments, reads"),
            ("semaphores --over latency=1..9", "write the unit"),
            ("locks --over tasks=1..9", "no numeric field \"tasks\""),
            (
                "locks --over rate=1..9",
                "gather, semaphores, serving have one",
            ),
            ("locks --over increments=9..1", "write 1..9"),
            (
                "locks --over increments=1..9 --increments 5",
                "leave it out",
            ),
            (
                "locks --over increments=1..9 --increments=5",
                "leave it out",
            ),
            ("locks --over workers=1..100000", "from 1 to 10000"),
            ("locks", "--over"),
            ("nonesuch --over n=1..9", "gather"),
            ("--over n=1..9", "write the model first"),
        ] {
            let why = refusal(line);
            assert!(why.contains(words), "{line}: {why}");
        }
    }
}
