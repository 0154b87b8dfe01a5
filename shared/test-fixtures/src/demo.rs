//! A model's own command line: its job on every variant, and the trial protocol.

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{
    Checked, Deviation, Floor, Misuse, Model, Program, Runner, Settings, Status,
    TrialError, child, interrupt, one_line,
    trial::{check, run_floor},
};

/// How many lines of results are shown without `--all`.
const LINES: usize = 5;

/// A model's command line.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Demo<A: clap::Args> {
    #[command(flatten)]
    args: A,
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    variants: Vec<String>,
    /// Print the result of every item
    #[arg(long)]
    all: bool,
    /// Seconds after which a trial is killed
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    time_limit: u64,
    #[command(subcommand)]
    command: Option<Subcommands>,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Read a job as JSON, do it with one variant, answer as JSON (docs/src/protocol.md)
    Trial {
        /// The variant's name
        variant: String,
    },
    /// List the variants
    List,
    /// Print a variant's source
    Source {
        /// The variant's or peer's name
        variant: String,
    },
    /// Read a job as JSON and answer with its floor
    #[command(hide = true)]
    Floor,
    /// Serve tasks on standard input and output
    #[command(hide = true)]
    Worker,
}

/// The main function of a model's own program.
pub fn demo<M: Model>() -> ExitCode {
    demo_from::<M>(&[], std::env::args_os().skip(1))
}

/// The same in a program that speaks for several models, where `prefix` are the arguments
/// that make it speak for this one, and `args` those that follow.
pub fn demo_from<M: Model>(
    prefix: &[&str],
    args: impl Iterator<Item = OsString>,
) -> ExitCode {
    let command = Demo::<M::Args>::command()
        .name(M::NAME)
        .about(M::ABOUT)
        .args_override_self(true);
    let name = OsString::from(M::NAME);
    let parsed = command
        .try_get_matches_from(std::iter::once(name).chain(args))
        .and_then(|matches| Demo::from_arg_matches(&matches));
    let demo: Demo<M::Args> = match parsed {
        Ok(demo) => demo,
        Err(error) if !error.use_stderr() => {
            return exit_code(M::NAME, print(&error.to_string()).map(|()| true));
        }
        Err(error) => {
            return exit_code(M::NAME, Err(Misuse(one_line(&error)).into()));
        }
    };
    exit_code(M::NAME, demo.run::<M>(prefix))
}

impl<A: clap::Args> Demo<A> {
    fn run<M: Model<Args = A>>(self, prefix: &[&str]) -> Result<bool> {
        let program = Program::current(prefix)?;
        program.remember();
        match &self.command {
            Some(Subcommands::Trial { variant }) => {
                let known = M::variants().iter().find(|known| known.name == variant);
                child::trial(known.ok_or_else(|| unknown::<M>(variant))?)?;
                Ok(true)
            }
            Some(Subcommands::Floor) => child::floor::<M>().map(|()| true),
            Some(Subcommands::Worker) => M::worker().map(|()| true),
            Some(Subcommands::List) => print(&list::<M>()).map(|()| true),
            Some(Subcommands::Source { variant }) => {
                print(source::<M>(variant)?).map(|()| true)
            }
            None => self.show::<M>(&program),
        }
    }

    /// Does the job with every variant and prints what came of it. False if any failed.
    fn show<M: Model<Args = A>>(&self, program: &Program) -> Result<bool> {
        let runners = runners::<M>(&self.variants)?;
        interrupt::listen()?;
        let settings = Settings {
            time_limit: Duration::from_secs(self.time_limit),
            ..Settings::default()
        };
        let mut out = io::stdout().lock();
        let mut floor = None;
        let mut shown: Vec<String> = Vec::new();
        let mut all_well = true;
        for (
            index,
            Named {
                name,
                runner,
                deviations,
            },
        ) in runners.iter().enumerate()
        {
            let (stage, job) = M::stage(&self.args)?;
            if index == 0 {
                writeln!(out, "{}: {}", M::NAME, M::describe(&job))?;
                floor = match run_floor::<M>(program, &job, &settings) {
                    Err(TrialError::Interrupted) => {
                        eprintln!("interrupted: none was done");
                        return Ok(false);
                    }
                    floor => floor?,
                };
                writeln!(out, "{}\n", floor_line(floor.as_ref()))?;
            }
            let trial = match runner {
                Ok(runner) => crate::run_trial::<M>(program, runner, &job, &settings)
                    .and_then(|trial| check::<M>(trial, &stage, &job, deviations))
                    .map_err(|error| match error {
                        TrialError::Interrupted => None,
                        error => Some(error.to_string()),
                    }),
                Err(missing) => Err(Some(missing.clone())),
            };
            let trial = match trial {
                Ok(trial) => trial,
                Err(Some(why)) => {
                    all_well &= runner.is_err();
                    writeln!(out, "  {name:17} {why}")?;
                    continue;
                }
                Err(None) => {
                    let names: Vec<_> = runners.iter().map(|named| named.name).collect();
                    eprintln!("{}", interrupted_line(&names, index));
                    return Ok(false);
                }
            };
            writeln!(out, "  {name:17} {}", row(&trial, floor.as_ref()))?;
            for breach in &trial.facts.breaches {
                writeln!(out, "      deviation {}: {}", breach.case, breach.why)?;
            }
            let results = M::results(&job, &trial.output);
            if shown != results {
                self.print_results(&mut out, &results)?;
                shown = results;
            }
            out.flush()?;
        }
        Ok(all_well)
    }

    fn print_results(&self, out: &mut impl Write, results: &[String]) -> Result<()> {
        let count = if self.all {
            results.len()
        } else {
            LINES.min(results.len())
        };
        for line in &results[..count] {
            writeln!(out, "      {line}")?;
        }
        if count < results.len() {
            writeln!(out, "      … {} more (--all)", results.len() - count)?;
        }
        Ok(())
    }
}

/// Who is to do the job, or what to do so that it can.
struct Named {
    name: &'static str,
    runner: Result<Runner, String>,
    deviations: &'static [Deviation],
}

/// Those asked for, in reading order; all of them if none was asked for.
fn runners<M: Model>(wanted: &[String]) -> Result<Vec<Named>> {
    let variants = M::variants().iter().map(|variant| Named {
        name: variant.name,
        runner: Ok(Runner::Variant(variant.name.to_owned())),
        deviations: variant.deviations,
    });
    let peers = M::peers().iter().map(|peer| Named {
        name: peer.name,
        runner: peer.command().map(Runner::Peer),
        deviations: peer.deviations,
    });
    let mut all: Vec<_> = variants.chain(peers).collect();
    for name in wanted {
        if !all.iter().any(|known| known.name == name) {
            return Err(unknown::<M>(name).into());
        }
    }
    all.retain(|known| wanted.is_empty() || wanted.iter().any(|name| name == known.name));
    Ok(all)
}

fn row<O>(trial: &Checked<O>, floor: Option<&Floor>) -> String {
    let time = milliseconds(trial.nanos);
    let ratio = match floor {
        Some(floor) => format!("{:5.2} × floor", trial.nanos as f64 / floor.nanos as f64),
        None => String::new(),
    };
    format!("{time:>9} {ratio}  {}", trial.facts)
}

fn floor_line(floor: Option<&Floor>) -> String {
    match floor {
        Some(floor) => format!("floor {}: {}", milliseconds(floor.nanos), floor.reason),
        None => "no floor: nothing bounds this job from below".to_owned(),
    }
}

fn milliseconds(nanos: u64) -> String {
    let milliseconds = nanos as f64 / 1e6;
    let digits = if milliseconds < 10.0 {
        2
    } else {
        usize::from(milliseconds < 100.0)
    };
    format!("{milliseconds:.digits$} ms")
}

fn interrupted_line(names: &[&str], at: usize) -> String {
    let done = match at {
        0 => "none was done".to_owned(),
        _ => format!("done: {}", names[..at].join(", ")),
    };
    let left = match &names[at + 1..] {
        [] => String::new(),
        left => format!("; not started: {}", left.join(", ")),
    };
    format!("interrupted: {done}; stopped: {}{left}", names[at])
}

fn list<M: Model>() -> String {
    let mut text = String::new();
    for variant in M::variants() {
        let legacy = if variant.status == Status::Legacy {
            " (legacy)"
        } else {
            ""
        };
        text += &format!("{:17} {}{legacy}\n", variant.name, variant.about);
        for deviation in variant.deviations {
            text += &format!("{:17}   {}: {}\n", "", deviation.case, deviation.reason);
        }
    }
    for peer in M::peers() {
        text += &format!("{:17} {} (peer)\n", peer.name, peer.about);
    }
    text
}

/// The source of a variant or peer, by name.
pub fn source<M: Model>(name: &str) -> Result<&'static str, Misuse> {
    let variant = M::variants().iter().find(|variant| variant.name == name);
    let peer = M::peers().iter().find(|peer| peer.name == name);
    let source = variant
        .map(|variant| variant.source)
        .or(peer.map(|peer| peer.source));
    source.ok_or_else(|| unknown::<M>(name))
}

fn unknown<M: Model>(name: &str) -> Misuse {
    let variants = M::variants().iter().map(|variant| variant.name);
    let known: Vec<_> = variants
        .chain(M::peers().iter().map(|peer| peer.name))
        .collect();
    let known = known.join(", ");
    Misuse(format!(
        "{} has no variant {name:?}; it has {known}",
        M::NAME
    ))
}

fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("standard output")
}

/// Prints the error, if there is one to be seen, and turns all into an exit code.
fn exit_code(name: &str, result: Result<bool>) -> ExitCode {
    if let Some(signal) = interrupt::received() {
        return signal.exit_code();
    }
    let error = match result {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::FAILURE,
        Err(error) => error,
    };
    let misuse = error.chain().any(|cause| cause.is::<Misuse>());
    let closed = error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    });
    if !closed {
        eprintln!("{name}: {error:#}");
    }
    ExitCode::from(if misuse { 2 } else { 1 })
}
