//! The interface to any model: its job, its trials, and its contestants.

use std::{marker::PhantomData, path::Path, process::ExitCode, sync::Arc};

use anyhow::Result;
use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use test_fixtures::{
    Bench, Case, Checked, Deviation, Floor, Lesson, Misuse, Model, Peer, Program, Runner,
    Settings, Status, Surveyed, TrialError, Variant, Verdict, all_cases, command,
    demo_from, job_args, judge, run_floor, source, stage_and_run,
};

use crate::{
    requirement,
    source::{Pair, Part, Source},
};

/// A model, whatever its job.
pub trait AnyModel: Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Its job in one sentence.
    fn about(&self) -> &'static str;
    /// The arguments with which a comparison starts.
    fn comparison(&self) -> &'static [&'static str];
    /// How many trials of each variant a round has.
    fn trials(&self) -> usize;
    /// What an item is whose latency can be shown, or why none can be.
    fn item(&self) -> Result<&'static str, &'static str>;
    /// The two variants that differ most instructively.
    fn pair(&self) -> [&'static str; 2];
    /// Adds the job's arguments to a command.
    fn augment(&self, command: Command) -> Command;
    /// The names of its variants and peers, in reading order.
    fn names(&self) -> Vec<&'static str>;
    /// The variants and peers that can do the job, in reading order.
    fn contestants(&self) -> Vec<Contestant>;
    /// The source of a variant or peer.
    fn source(&self, name: &str) -> Result<Source, Misuse>;
    /// The job of these arguments.
    fn job(&self, matches: &ArgMatches) -> Result<Box<dyn AnyJob>>;
    /// The names of its cases, in the order in which they are judged.
    fn cases(&self) -> Vec<&'static str>;
    /// Holds a case against a contestant; `None` where it is not for it.
    fn judge(&self, contestant: &Contestant, case: &str) -> Result<Option<Verdict>>;
    /// Arguments of a job whose costs an item are counted; the first flag sets how many
    /// items there are. Empty where it has no items.
    fn counted(&self) -> &'static [&'static str];
    /// What an item is there.
    fn each(&self) -> &'static str;
    /// Arguments worth trying.
    fn examples(&self) -> &'static [&'static str];
    /// The model's own command line.
    fn command(&self) -> Command;
    /// Does what these words of the model's own command line ask for.
    fn main(&self, args: &mut dyn Iterator<Item = std::ffi::OsString>) -> ExitCode;
}

/// A job, whatever its model: each trial stages it anew.
pub trait AnyJob {
    /// The job in one line.
    fn describe(&self) -> Result<String>;
    /// How many items it has.
    fn size(&self) -> Result<u64> {
        Ok(0)
    }
    /// The least time that the job can take. It is measured in a process of its own.
    fn floor(&self, settings: &Settings) -> Result<Option<Floor>, TrialError>;
    /// One run of a contestant, staged, timed and checked.
    fn trial(
        &self,
        contestant: &Contestant,
        settings: &Settings,
    ) -> Result<Checked<()>, TrialError>;
    /// What goes wrong on a contestant and what the cure costs, where the model surveys
    /// that. The survey runs one trial.
    fn survey(
        &self,
        _contestant: &Contestant,
        _settings: &Settings,
    ) -> Result<Vec<Surveyed>, TrialError> {
        Ok(Vec::new())
    }
    /// What does it for a contestant, or what to do so that something can: one job names
    /// what the machine lacks for another.
    fn runner(&self, contestant: &Contestant) -> Result<Runner, String> {
        contestant.runner.clone()
    }
    /// Whether it is one for the contestant of that name.
    fn concerns(&self, _name: &str) -> Result<bool> {
        Ok(true)
    }
    /// Whether trials run on this machine, so that what else it does is watched.
    fn has_machine(&self) -> bool {
        true
    }
}

/// A variant or peer that can do a model's job.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// Its name.
    pub name: String,
    /// What it is, in a phrase.
    pub about: String,
    /// The runtime that it is on, or the language of a peer; empty of a program that the
    /// user brought.
    pub runtime: String,
    /// Whether new code should start from it.
    pub status: Status,
    /// What it leaves out or does instead, where its job isn't quite that of the others.
    pub another_job: Option<&'static str>,
    /// Whether it is a program outside Rust, or one that the user brought.
    pub is_peer: bool,
    /// How to run it, or what to do so that it can be.
    pub runner: Result<Runner, String>,
    /// The model's own binary, where it is not this program that runs the variant.
    pub program: Option<Arc<Path>>,
    /// Cases that it is known to fail.
    pub deviations: &'static [Deviation],
    /// None of a program that the user brought.
    pub source: Option<Source>,
    /// Functions that go wrong with their cures, where it has such.
    pub pairs: Vec<Pair>,
}

impl Contestant {
    /// Builds what must be built before it can run. Where it can't be, its runner says why.
    pub fn make_ready(&mut self) {
        if let Ok(runner) = &self.runner {
            self.runner = runner.clone().ready();
        }
    }
}

/// A model of that type, as [`AnyModel`].
#[derive(Debug)]
pub struct Of<M>(PhantomData<fn() -> M>);

impl<M> Of<M> {
    /// The model.
    #[must_use]
    pub const fn model() -> Self {
        Self(PhantomData)
    }
}

struct Job<M: Model> {
    args: M::Args,
    program: Program,
}

impl<M: Model> Job<M> {
    fn program_of(&self, contestant: &Contestant) -> Program {
        let own = contestant.program.as_deref();
        own.map_or_else(|| self.program.clone(), Program::at)
    }
}

fn prefix<M: Model>() -> [&'static str; 2] {
    ["model", M::NAME]
}

/// The file of a variant, with what its lesson comes with and needs.
fn variant_source<M: Model>(variant: &Variant<M>) -> Source {
    let part = |part: &test_fixtures::Part| Part {
        path: place::<M>(part.path),
        text: part.text.to_owned(),
    };
    Source {
        path: place::<M>(&format!("{}.rs", variant.name)),
        text: variant.text.to_owned(),
        parts: variant.parts.iter().map(part).collect(),
        needs: needs(variant.text),
    }
}

fn peer_source<M: Model>(peer: &Peer) -> Source {
    let file = peer.script.rsplit('/').next().unwrap_or(peer.script);
    Source {
        path: format!("crates/{}/peers/{file}", M::NAME),
        text: peer.source.to_owned(),
        parts: Vec::new(),
        needs: Vec::new(),
    }
}

fn pair<M: Model>(pair: &test_fixtures::Pair) -> Pair {
    let source = |part: &test_fixtures::Part| Source {
        path: place::<M>(part.path),
        text: part.text.to_owned(),
        parts: Vec::new(),
        needs: needs(part.text),
    };
    Pair {
        name: pair.name.to_owned(),
        failing: source(&pair.failing),
        cure: source(&pair.cure),
    }
}

/// Where a file is in the workspace that is there from `src/variants`.
fn place<M: Model>(path: &str) -> String {
    let folder = format!("crates/{}/src", M::NAME);
    match path.strip_prefix("../") {
        Some(shared) => format!("{folder}/{shared}"),
        None => format!("{folder}/variants/{path}"),
    }
}

/// The lines of a `Cargo.toml` that the lesson in a file needs.
fn needs(text: &str) -> Vec<String> {
    let needs = Lesson::of(text).map_or(Vec::new(), |lesson| lesson.needs);
    needs.iter().filter_map(requirement::line).collect()
}

/// Why what was tried did not go wrong, where a deviation of that case declares it.
fn why_not(one: &Surveyed, deviations: &[Deviation]) -> Option<String> {
    // A case is named as its folder is.
    let case = one.item.replace('-', "_");
    let mut declared = deviations.iter().filter(|deviation| deviation.case == case);
    let was_tried = !one.bites && one.spared.is_none();
    let declared = declared.next().filter(|_| was_tried)?;
    Some(declared.reason.to_owned())
}

/// The language of a peer: `python` of `python_numpy`.
fn language(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

impl Contestant {
    /// The name of what it runs: `tokio` of `tokio@1.45.0`.
    pub fn variant(&self) -> &str {
        self.name.split('@').next().unwrap_or(&self.name)
    }
}

impl<M: Model> AnyModel for Of<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn about(&self) -> &'static str {
        M::ABOUT
    }

    fn comparison(&self) -> &'static [&'static str] {
        M::COMPARISON
    }

    fn trials(&self) -> usize {
        const { assert!(M::TRIALS % 2 == 1, "a middle is that of an odd number") };
        M::TRIALS
    }

    fn item(&self) -> Result<&'static str, &'static str> {
        M::ITEM
    }

    fn counted(&self) -> &'static [&'static str] {
        M::COUNTED
    }

    fn each(&self) -> &'static str {
        M::EACH
    }

    fn examples(&self) -> &'static [&'static str] {
        M::EXAMPLES
    }

    fn pair(&self) -> [&'static str; 2] {
        M::PAIR
    }

    fn augment(&self, command: Command) -> Command {
        M::Args::augment_args(command)
    }

    fn names(&self) -> Vec<&'static str> {
        let variants = M::variants().iter().map(|variant| variant.name);
        variants
            .chain(M::peers().iter().map(|peer| peer.name))
            .collect()
    }

    fn contestants(&self) -> Vec<Contestant> {
        let usual = job_args::<M>(&[""; 0]).ok();
        let variants = M::variants().iter().map(|variant| Contestant {
            name: variant.name.to_owned(),
            about: variant.about.to_owned(),
            runtime: variant.runtime().to_owned(),
            status: variant.status,
            another_job: variant.another_job,
            is_peer: false,
            runner: match &usual {
                Some(args) => variant.runner(args),
                None => Ok(Runner::Variant(variant.name.to_owned())),
            },
            program: None,
            deviations: variant.deviations,
            source: Some(variant_source(variant)),
            pairs: variant.pairs.iter().map(pair::<M>).collect(),
        });
        let peers = M::peers().iter().map(|peer| Contestant {
            name: peer.name.to_owned(),
            about: peer.about.to_owned(),
            runtime: language(peer.name).to_owned(),
            status: Status::Current,
            another_job: None,
            is_peer: true,
            runner: peer.command().map(Runner::Peer),
            program: None,
            deviations: peer.deviations,
            source: Some(peer_source::<M>(peer)),
            pairs: Vec::new(),
        });
        variants.chain(peers).collect()
    }

    fn source(&self, name: &str) -> Result<Source, Misuse> {
        // For a name that isn't known, its error names what to write instead.
        source::<M>(name)?;
        let variant = M::variants().iter().find(|variant| variant.name == name);
        let peer = || M::peers().iter().find(|peer| peer.name == name);
        let source = variant.map(variant_source::<M>);
        let source = source.or_else(|| peer().map(peer_source::<M>));
        Ok(source.expect("it is a variant or a peer"))
    }

    fn job(&self, matches: &ArgMatches) -> Result<Box<dyn AnyJob>> {
        let args = M::Args::from_arg_matches(matches)?;
        Ok(Box::new(Job::<M> {
            args,
            program: Program::current(prefix::<M>())?,
        }))
    }

    fn cases(&self) -> Vec<&'static str> {
        all_cases::<M>().iter().map(|case| case.name).collect()
    }

    fn judge(&self, contestant: &Contestant, case: &str) -> Result<Option<Verdict>> {
        let Ok(runner) = &contestant.runner else {
            return Ok(None);
        };
        let all = all_cases::<M>();
        let case = all.iter().find(|one| one.name == case);
        let is_for_it = |case: &&Case<M>| !contestant.is_peer || case.is_for_peers();
        let Some(case) = case.filter(is_for_it) else {
            return Ok(None);
        };
        let program = Program::current(prefix::<M>())?;
        let bench = Bench::<M>::new(program, runner.clone(), &contestant.name);
        Ok(Some(judge(&bench, case, contestant.deviations)))
    }

    fn command(&self) -> Command {
        command::<M>(&format!("compare run {}", M::NAME))
    }

    fn main(&self, args: &mut dyn Iterator<Item = std::ffi::OsString>) -> ExitCode {
        let name = format!("compare run {}", M::NAME);
        demo_from::<M>(&name, &prefix::<M>(), args)
    }
}

impl<M: Model> AnyJob for Job<M> {
    fn describe(&self) -> Result<String> {
        Ok(M::describe(&M::job(&self.args)?))
    }

    fn size(&self) -> Result<u64> {
        Ok(M::size(&M::job(&self.args)?))
    }

    fn runner(&self, contestant: &Contestant) -> Result<Runner, String> {
        let is_it = |variant: &&Variant<M>| variant.name == contestant.variant();
        match M::variants().iter().find(is_it) {
            Some(variant) if !contestant.is_peer => variant.runner(&self.args),
            _ => contestant.runner.clone(),
        }
    }

    fn concerns(&self, name: &str) -> Result<bool> {
        Ok(M::concerns(&M::job(&self.args)?, name))
    }

    fn floor(&self, settings: &Settings) -> Result<Option<Floor>, TrialError> {
        let job = M::job(&self.args).map_err(TrialError::Stage)?;
        run_floor::<M>(&self.program, &job, settings)
    }

    fn survey(
        &self,
        contestant: &Contestant,
        settings: &Settings,
    ) -> Result<Vec<Surveyed>, TrialError> {
        let (Some(words), Ok(runner)) = (M::SURVEY, &contestant.runner) else {
            return Ok(Vec::new());
        };
        let command = M::Args::augment_args(Command::new(M::NAME).no_binary_name(true));
        let args = command.try_get_matches_from(words);
        let args = args.and_then(|matches| M::Args::from_arg_matches(&matches));
        let args = args.map_err(|error| TrialError::Stage(error.into()))?;
        let job = M::job(&args).map_err(TrialError::Stage)?;
        let (program, deviations) = (self.program_of(contestant), contestant.deviations);
        let trial = stage_and_run::<M>(&program, runner, &args, settings, deviations)?;
        let mut survey = M::survey(&job, &trial.output);
        for one in &mut survey {
            one.why = why_not(one, deviations);
        }
        Ok(survey)
    }

    fn trial(
        &self,
        contestant: &Contestant,
        settings: &Settings,
    ) -> Result<Checked<()>, TrialError> {
        let runner = contestant
            .runner
            .as_ref()
            .map_err(|missing| TrialError::Stage(anyhow::anyhow!(missing.clone())))?;
        let (program, deviations) = (self.program_of(contestant), contestant.deviations);
        let trial =
            stage_and_run::<M>(&program, runner, &self.args, settings, deviations)?;
        Ok(Checked {
            output: (),
            nanos: trial.nanos,
            started: trial.started,
            facts: trial.facts,
            usage: trial.usage,
            memory: trial.memory,
            descriptors: trial.descriptors,
            threads: trial.threads,
            spans: trial.spans,
            items: trial.items,
            left_behind: trial.left_behind,
            printed: trial.printed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What went wrong, or was not tried, has no reason why it did not.
    #[test]
    fn what_did_not_go_wrong_has_its_declared_reason() {
        let deviations = [Deviation {
            case: "cancelled_read",
            reason: "it reads all or nothing",
            may_hold: false,
        }];
        let one = |item: &str, bites, spared: Option<&str>| Surveyed {
            item: item.to_owned(),
            harm: String::new(),
            spared: spared.map(str::to_owned),
            bites,
            attempts: None,
            why: None,
            failing: None,
            cost: String::new(),
            cure: None,
        };
        let why = |one: &Surveyed| why_not(one, &deviations);
        let reason = "it reads all or nothing".to_owned();
        assert_eq!(why(&one("cancelled-read", false, None)), Some(reason));
        assert_eq!(why(&one("cancelled-read", true, None)), None);
        assert_eq!(why(&one("cancelled-read", false, Some("none"))), None);
        assert_eq!(why(&one("lost-update", false, None)), None);
    }
}
