//! The command line of `compare`.

mod commands;
mod whole;

use std::ffi::OsString;

use anyhow::Result;
use clap::{ArgMatches, Command, FromArgMatches};
use measure::model::AnyModel;
use test_fixtures::{Misuse, with_negatives};

use self::commands::{of_model, top};
pub(crate) use self::whole::whole;
use crate::{
    cmd::{
        choose::Choose, compare::Asked, completions::Completions, diff::Diff,
        exercise::Exercise, faults::Faults, how::How, keep::Keep, list::List,
        merge::Merge, peers::Peers, report::Report, run::Run, site::Site, splice::Splice,
        sweep, take::Take, why,
    },
    job_arguments::{self, with_defaults},
    models::{self, MODELS, known_somewhere, unknown_model},
    options::Options,
};

/// What is asked for.
pub(crate) enum Request {
    Choose(Choose),
    Compare(Vec<Asked>, Options),
    Completions(Completions),
    Diff(Diff),
    Exercise(Exercise),
    Faults(Faults),
    How(How),
    Keep(Keep),
    List(List),
    Merge(Merge),
    Peers(Peers),
    Report(Report),
    /// A model's demo, with the words that follow.
    Run(&'static dyn AnyModel, Vec<OsString>),
    Site(Site),
    Splice(Splice),
    Sweep(sweep::Request),
    Take(Take),
    /// Help or a version: to be printed, and no error.
    Text(String),
    Why(why::Request),
}

/// Reads the command line, program name included.
pub(crate) fn parse(args: &[OsString]) -> Result<Request> {
    let first = args
        .get(1)
        .and_then(|word| word.to_str())
        .unwrap_or_default();
    let second = args.get(2).and_then(|word| word.to_str());
    let parsed = match (models::find(first), second.and_then(models::find)) {
        (Some(model), _) => parse_model(model, &args[2..]),
        (None, Some(model)) if first == "run" => {
            return Ok(Request::Run(model, args[3..].to_vec()));
        }
        (None, Some(model)) if first == "help" => {
            parse_model(model, &[OsString::from("--help")])
        }
        _ if first == "sweep" => sweep::parse(&args[2..]).map(Request::Sweep),
        _ if first == "why" => why::parse(&args[2..]).map(Request::Why),
        // A model may follow, whose fields are then in the help.
        _ if first == "help" && second == Some("sweep") => {
            sweep::parse(&for_help(args)).map(Request::Sweep)
        }
        _ if first == "help" && second == Some("why") => {
            why::parse(&for_help(args)).map(Request::Why)
        }
        _ => parse_top(args),
    };
    parsed.or_else(|error| match error.downcast::<clap::Error>() {
        Ok(error) if !error.use_stderr() => Ok(Request::Text(error.to_string())),
        Ok(error) => Err(error.into()),
        Err(error) => Err(error),
    })
}

/// The words behind `help` and a command, as they would ask that command for help.
fn for_help(args: &[OsString]) -> Vec<OsString> {
    let words = args.iter().skip(3).cloned();
    words.chain([OsString::from("--help")]).collect()
}

/// `compare MODEL …`: the model's job, which starts from the comparison's size.
fn parse_model(model: &'static dyn AnyModel, words: &[OsString]) -> Result<Request> {
    let command = with_negatives(of_model(model).args_override_self(true));
    let line = std::iter::once(OsString::from(model.name())).chain(words.iter().cloned());
    let matches = command.try_get_matches_from(line)?;
    let options = Options::read(&matches)?;
    options.ensure_terminal()?;
    options.ensure_items(model)?;
    let args = job_arguments::given(model, &matches);
    Ok(Request::Compare(
        vec![Asked {
            model,
            matches,
            args,
        }],
        options,
    ))
}

fn parse_top(args: &[OsString]) -> Result<Request> {
    if let Some(name) = args.iter().skip(2).find(|word| is_model(word)) {
        let first = args[1].to_string_lossy();
        if first.starts_with('-') {
            let name = name.to_string_lossy();
            let why = format!("write the model first: compare {name} {first} …");
            return Err(Misuse(why).into());
        }
    }
    let command = top(|model| Command::new(model.name()).about(model.about()));
    let word = args
        .get(1)
        .and_then(|word| word.to_str())
        .unwrap_or_default();
    let is_ours = command.find_subcommand(word).is_some();
    let matches =
        command
            .try_get_matches_from(args)
            .map_err(|error| match error.kind() {
                clap::error::ErrorKind::InvalidSubcommand
                | clap::error::ErrorKind::UnknownArgument
                    if !word.starts_with('-') && !is_ours =>
                {
                    anyhow::Error::from(unknown_model(word))
                }
                _ => error.into(),
            })?;
    if let Some((name, matches)) = matches.subcommand() {
        return subcommand(name, matches);
    }
    let options = Options::of_all(&matches)?;
    known_somewhere(MODELS, &options.variants)?;
    let chosen = MODELS.iter().filter(|model| options.chooses_from(**model));
    let asked = chosen.map(|model| {
        let command = model.augment(Command::new(model.name()));
        let command = with_defaults(command, model.comparison());
        let matches = command.try_get_matches_from([model.name()])?;
        let args = job_arguments::given(*model, &matches);
        Ok(Asked {
            model: *model,
            matches,
            args,
        })
    });
    Ok(Request::Compare(asked.collect::<Result<_>>()?, options))
}

fn subcommand(name: &str, matches: &ArgMatches) -> Result<Request> {
    Ok(match name {
        "choose" => Request::Choose(Choose::from_arg_matches(matches)?),
        "completions" => Request::Completions(Completions::from_arg_matches(matches)?),
        "diff" => Request::Diff(Diff::from_arg_matches(matches)?),
        "exercise" => Request::Exercise(Exercise::from_arg_matches(matches)?),
        "faults" => Request::Faults(Faults::from_arg_matches(matches)?),
        "how" => Request::How(How::from_arg_matches(matches)?),
        "keep" => Request::Keep(Keep::from_arg_matches(matches)?),
        "list" => Request::List(List::from_arg_matches(matches)?),
        "merge" => Request::Merge(Merge::from_arg_matches(matches)?),
        "peers" => Request::Peers(Peers::from_arg_matches(matches)?),
        "report" => Request::Report(Report::from_arg_matches(matches)?),
        "run" => {
            return Err(unknown_model(&Run::from_arg_matches(matches)?.model).into());
        }
        "site" => Request::Site(Site::from_arg_matches(matches)?),
        "splice" => Request::Splice(Splice::from_arg_matches(matches)?),
        "take" => Request::Take(Take::from_arg_matches(matches)?),
        _ => unreachable!("a model that comes first is parsed by itself"),
    })
}

fn is_model(word: &OsString) -> bool {
    word.to_str()
        .is_some_and(|word| models::find(word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<String> {
        let words = line.split(' ').map(Into::into).collect::<Vec<_>>();
        let Ok(Request::Compare(mut asked, _)) = parse(&words) else {
            panic!("{line} is a comparison");
        };
        asked.pop().expect("of a model").args
    }

    #[test]
    fn a_job_is_what_it_is_however_it_is_compared() {
        let expected = ["--workers", "4", "--increments", "80000"];
        for line in [
            "compare locks",
            "compare --variants std_mutex,sharded",
            "compare locks --rounds 3 --out /tmp --timeline --variants tokio",
            "compare locks --increments=7 --increments 80000",
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

    /// The words of each command in a chapter: `cargo run -- diff …`, `cargo run -p …`.
    fn commands(text: &str) -> Vec<Vec<&str>> {
        let spans = text.split('`').flat_map(str::lines);
        let commands = spans.filter(|line| line.starts_with("cargo run "));
        commands
            .map(|line| {
                line.split(' ')
                    .map(|word| word.trim_matches('\''))
                    .collect()
            })
            .collect()
    }

    /// What a chapter tells its readers to type is a command.
    #[test]
    fn commands_of_the_chapters_are_understood() {
        let root = crate::workspace::workspace().expect("this is built from it");
        let chapters = std::fs::read_dir(root.join("docs/src/learn")).expect("chapters");
        let mut pages: Vec<_> = chapters
            .map(|entry| entry.expect("an entry").path())
            .collect();
        pages.push(root.join("docs/src/learn.md"));
        pages.retain(|page| page.extension().is_some_and(|kind| kind == "md"));
        let mut found = 0;
        for page in pages {
            let text = std::fs::read_to_string(&page).expect("a page");
            for words in commands(&text) {
                let command = words.join(" ");
                let (cargo, args) = match words.iter().position(|word| *word == "--") {
                    Some(at) => (&words[..at], &words[at + 1..]),
                    None => (&words[..], &[][..]),
                };
                let package = cargo.iter().position(|word| *word == "-p");
                found += 1;
                let why = match package.map(|at| cargo[at + 1]) {
                    None => {
                        let line = ["compare"].iter().chain(args);
                        let line: Vec<OsString> = line.map(Into::into).collect();
                        parse(&line).err().map(|error| error.to_string())
                    }
                    // An example has arguments of its own.
                    Some(_) if cargo.contains(&"--example") => None,
                    Some(package) => {
                        let model = models::named(package).expect("a model's package");
                        let line = [package].into_iter().chain(args.iter().copied());
                        let parsed = model.command().try_get_matches_from(line);
                        parsed.err().map(|error| error.to_string())
                    }
                };
                assert_eq!(why, None, "{}: {command}", page.display());
            }
        }
        assert!(found > 40, "only {found} commands: are they still found?");
    }
}
