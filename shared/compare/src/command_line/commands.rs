//! What the command line has: models, subcommands and their flags.

use clap::{Args, Command};
use measure::model::AnyModel;

use crate::{
    cmd::{
        choose::Choose, completions::Completions, diff::Diff, exercise::Exercise,
        faults::Faults, how::How, keep::Keep, list::List, merge::Merge, peers::Peers,
        report::Report, run::Run, site::Site, splice::Splice, take::Take,
    },
    job_arguments::with_defaults,
    models::MODELS,
    options::Options,
};

const EXAMPLES: &str = "\
Examples:
  compare                                every model
  compare semaphores --limit 100         one model
  compare locks --variants std_mutex,tokio --rounds 20
  compare run semaphores                 what the job is, and what comes of it
  compare choose                         which model and variant, by questions
  compare diff semaphores tokio smol     what a runtime changed
  compare take semaphores tokio          the function, to take home
  compare exercise at_most_tokio         the function, to be written by you
  compare sweep locks --over workers=1..16
  compare why locks                      what an increment costs, counted
  compare how asyncio.wait_for           what Python's names are in Rust

A model's own flags: compare MODEL --help
";

/// A model's job and how it is compared.
pub(super) fn of_model(model: &dyn AnyModel) -> Command {
    let name = format!("compare {}", model.name());
    let command = Command::new(model.name())
        .bin_name(&name)
        .after_help(examples(&name, model.examples()));
    let job = model.augment(command.next_help_heading("The job"));
    Options::augment_args(with_defaults(job, model.comparison())).about(model.about())
}

fn examples(name: &str, all: &[&str]) -> String {
    let lines = all.iter().map(|words| format!("  {name} {words}\n"));
    format!("Examples:\n{}", lines.collect::<String>())
}

/// The top level, with each model as a subcommand.
pub(super) fn top(of_model: impl Fn(&dyn AnyModel) -> Command) -> Command {
    let mut command = Command::new("compare")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .args_conflicts_with_subcommands(true);
    command = Options::augment_args(command)
        .about("One job, every runtime, side by side: compares every model, or one")
        .mut_arg("with", |arg| arg.hide(true));
    for model in MODELS {
        command = command.subcommand(of_model(*model));
    }
    command
        .subcommand(
            Choose::augment_args(Command::new("choose"))
                .about("Which model and variant: a few questions, each with its reason")
                .after_help("All questions: compare choose --tree, docs/src/choosing.md"),
        )
        .subcommand(
            Run::augment_args(Command::new("run"))
                .about("Do a model's job once on every variant, and show the results"),
        )
        .subcommand(
            Command::new("sweep").about("One model over a range of sizes: sweep --help"),
        )
        .subcommand(
            Command::new("why")
                .about("What an item costs: system calls, instructions, allocations"),
        )
        .subcommand(
            Faults::augment_args(Command::new("faults")).about(
                "Hold every case against every variant: models x variants x cases",
            ),
        )
        .subcommand(
            Diff::augment_args(Command::new("diff"))
                .about("Two variants side by side, or what changed between two results")
                .override_usage(
                    "compare diff MODEL A B [--headers] [--whole]\n       \
                     compare diff hazards HAZARD/RUNTIME [--headers] [--whole]\n       \
                     compare diff OLD.json NEW.json",
                )
                .after_help(
                    "Of two results: exit code 0 if nothing got slower, 1 if something \
                     did, 2 if nothing could be compared.",
                ),
        )
        .subcommand(
            Take::augment_args(Command::new("take"))
                .about("Print a variant's function, to be pasted into another program"),
        )
        .subcommand(
            How::augment_args(Command::new("how"))
                .about("From Python to Rust: what takes the place of asyncio.wait_for"),
        )
        .subcommand(
            Exercise::augment_args(Command::new("exercise"))
                .about("Write a function yourself, and have it judged: at_most_tokio"),
        )
        .subcommand(
            Merge::augment_args(Command::new("merge"))
                .about("Results of several machines beside each other, in ratios"),
        )
        .subcommand(
            Report::augment_args(Command::new("report"))
                .about("Write the report again from a results.json"),
        )
        .subcommand(
            List::augment_args(Command::new("list"))
                .about("Models, variants and peers, and what is not installed"),
        )
        .subcommand(
            Completions::augment_args(Command::new("completions"))
                .about("Print a shell's completions for this command"),
        )
        .subcommand(
            Keep::augment_args(Command::new("keep"))
                .about("Keep results without their samples, for documents to quote"),
        )
        .subcommand(
            Site::augment_args(Command::new("site"))
                .about("Make a site of the book, the kept results and the last report"),
        )
        .subcommand(
            Splice::augment_args(Command::new("splice"))
                .about("Write figures into documents, from kept results")
                .after_help("The markers: docs/src/figures.md"),
        )
        .subcommand(
            Peers::augment_args(Command::new("peers"))
                .about("Set up Python for the peers, and build those in Go"),
        )
}
