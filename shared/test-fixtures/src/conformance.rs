//! The conformance suite: every case against every variant, and the program itself.

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::{anyhow, bail};
use libtest_mimic::Arguments;

use crate::{
    Bench, Case, Deviation, Model, Program, Runner, conformance::side_by_side::Test,
    job_args, lesson, readme,
};

mod elsewhere;
mod imports;
mod program_tests;
mod scarce;
mod side_by_side;
mod stopped;
mod universal;

pub use elsewhere::with_dev_shm;
pub use stopped::stopped_and_continued;

/// The result of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It fails, as is declared, and this is the declared reason.
    Deviates(&'static str),
    /// It fails, and why.
    Fails(String),
    /// It holds although it is declared to fail: the declaration is out of date.
    Outdated,
}

/// Holds one case against one variant or peer with its declared deviations.
pub fn judge<M: Model>(
    bench: &Bench<M>,
    case: &Case<M>,
    deviations: &[Deviation],
) -> Verdict {
    let declared = deviations
        .iter()
        .find(|deviation| deviation.case == case.name);
    match (case.run(bench), declared) {
        (Ok(()), Some(deviation)) if !deviation.may_hold => Verdict::Outdated,
        (Ok(()), _) => Verdict::Holds,
        (Err(_), Some(deviation)) => Verdict::Deviates(deviation.reason),
        (Err(error), None) => Verdict::Fails(format!("{error:#}")),
    }
}

/// Every case of a model: those that hold in all models, then its own.
pub fn all_cases<M: Model>() -> Vec<Case<M>> {
    let mut cases = universal::cases();
    cases.extend(M::cases());
    cases
}

/// The model's tests: one per variant and case (`tokio::one_item`), one per peer and
/// case, and those of its command line (`program::unknown_variant`). `program` is the
/// model's own.
pub fn conformance<M: Model>(program: impl AsRef<Path>) -> ExitCode {
    let arguments = Arguments::from_args();
    let program = Program::at(program.as_ref());
    let cases = Arc::new(all_cases::<M>());
    let mut tests = Vec::new();
    for variant in M::variants() {
        let usual = job_args::<M>(&[""; 0]);
        let runner = match usual.map(|args| variant.runner(&args)) {
            Ok(Err(reason)) => {
                let name = format!("{}::skipped: {reason}", variant.name);
                tests.push(Test::ignored(name));
                continue;
            }
            _ => Runner::Variant(variant.name.to_owned()),
        };
        add(
            &mut tests,
            &cases,
            &program,
            &runner,
            variant.name,
            variant.deviations,
        );
        tests.extend(scarce::tests::<M>(&program, variant.name));
    }
    for peer in M::peers() {
        let declaration = format!("{}::declaration", peer.name);
        tests.push(Test::new(declaration, || imports::check(peer)));
        match peer.command().map(Runner::Peer).and_then(Runner::ready) {
            Ok(runner) => {
                add(
                    &mut tests,
                    &cases,
                    &program,
                    &runner,
                    peer.name,
                    peer.deviations,
                );
                tests.extend(scarce::peer_tests::<M>(&program, &runner, peer));
            }
            Err(reason) => {
                tests.push(Test::ignored(format!("{}::skipped: {reason}", peer.name)));
            }
        }
    }
    for program_tests::Test { name, run } in program_tests::tests::<M>() {
        let program = program.clone();
        tests.push(Test::new(format!("program::{name}"), move || run(&program)));
    }
    let has_lessons = M::variants()
        .iter()
        .any(|one| one.lesson().is_some() || !one.pairs.is_empty());
    for variant in M::variants().iter().filter(|_| has_lessons) {
        let lesson = format!("{}::lesson", variant.name);
        tests.push(Test::new(lesson, || lesson::check(variant)));
    }
    tests.push(Test::new("readme::variants", readme::check::<M>));
    side_by_side::run(arguments, tests).exit_code()
}

fn add<M: Model>(
    tests: &mut Vec<Test>,
    cases: &Arc<Vec<Case<M>>>,
    program: &Program,
    runner: &Runner,
    name: &'static str,
    deviations: &'static [Deviation],
) {
    let is_peer = matches!(runner, Runner::Peer(_));
    for index in 0..cases.len() {
        if is_peer && !cases[index].is_for_peers() {
            continue;
        }
        let cases = Arc::clone(cases);
        let case = cases[index].name;
        let others = deviations.iter().copied().filter(|one| one.case != case);
        let bench = Bench::new(program.clone(), runner.clone(), name).declaring(others);
        let (waits, alone) = (cases[index].waits, cases[index].alone);
        let is_deviation = deviations.iter().any(|deviation| deviation.case == case);
        let test = Test::new(format!("{name}::{case}"), move || {
            match judge(&bench, &cases[index], deviations) {
                Verdict::Holds | Verdict::Deviates(_) => Ok(()),
                Verdict::Fails(why) => bail!("{}\n{why}", cases[index].about),
                Verdict::Outdated => {
                    bail!("it holds: take the deviation out of src/variants/mod.rs")
                }
            }
        });
        let kind = if is_deviation { "deviation" } else { "" };
        tests.push(test.of_kind(kind).waiting(waits).alone(alone));
    }
    for deviation in deviations {
        if !cases.iter().any(|case| case.name == deviation.case) {
            let why = format!("no case is named {:?}", deviation.case);
            let name = format!("{name}::{}", deviation.case);
            tests.push(Test::new(name, || Err(anyhow!(why))));
        }
    }
}
