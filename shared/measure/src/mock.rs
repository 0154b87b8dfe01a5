//! A job that takes no time: its trials answer at once, with times from a random model.
//!
//! A time is the machine's factor in this round, times what the variant takes, times the
//! factor of this trial. `docs/src/methodology.md` names the source of the figures.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    f64::consts::TAU,
    time::Duration,
};

use test_fixtures::{
    Checked, Facts, Floor, ItemTimes, Printed, Runner, Settings, Status, TrialError,
    Usage,
};

use crate::{
    looks::Looks,
    model::{AnyJob, Contestant},
    progress::Progress,
    results::ModelResults,
    rounds::{self, Field, Plan},
};

/// What a machine does to times that would be the same without it.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// What it is like.
    pub name: &'static str,
    /// The standard deviation of the logarithm of a round's factor.
    pub round: f64,
    /// The correlation of the logarithms of two neighbouring rounds' factors.
    pub persistence: f64,
    /// The standard deviation of the logarithm of a trial of the reference.
    pub reference: f64,
    /// The standard deviation of the logarithm of a trial of any other row.
    pub trial: f64,
    /// The chance that a trial takes 1.2 to 3 times as long.
    pub tail: f64,
}

impl Machine {
    /// One that adds nothing: every trial takes what its row takes.
    pub const EXACT: Self = Self {
        name: "exact",
        round: 0.0,
        persistence: 0.0,
        reference: 0.0,
        trial: 0.0,
        tail: 0.0,
    };
    /// One on which trials differ by about 0.1 %.
    pub const QUIET: Self = Self {
        name: "quiet",
        round: 0.001,
        reference: 0.002,
        trial: 0.001,
        ..Self::EXACT
    };
}

/// A contestant's name, and what it takes as a multiple of the reference.
pub type Entrant = (&'static str, f64);

/// The reference's name.
pub const REFERENCE: &str = "reference";

/// A whole comparison of the reference with the entrants, in no time.
pub fn compare(
    machine: Machine,
    entrants: &[Entrant],
    rounds: usize,
    seed: u64,
    progress: &Progress,
) -> ModelResults {
    run(Mock::new(machine, entrants, seed), rounds, seed, progress)
}

/// A comparison by that mock, in the orders of that seed.
pub fn run(mock: Mock, rounds: usize, seed: u64, progress: &Progress) -> ModelResults {
    run_until(mock, rounds, None, seed, progress)
}

/// A comparison by that mock of at most this many rounds, which looks at them on its way.
pub fn run_until(
    mock: Mock,
    rounds: usize,
    until: Option<Looks>,
    seed: u64,
    progress: &Progress,
) -> ModelResults {
    let names = std::iter::once(REFERENCE).chain(mock.entrants.keys().copied());
    let contestants = names.map(contestant).collect();
    let plan = Plan {
        rounds: Some(rounds),
        until,
        budget: Duration::ZERO,
        settings: Settings::default(),
        seed,
        timelines: false,
    };
    let field = Field {
        name: "mock",
        about: "nothing",
        description: "nothing".to_owned(),
        args: Vec::new(),
        pair: [REFERENCE; 2],
        trials: 1,
        item: Some("a request"),
        job: Box::new(mock),
        contestants,
        reference: REFERENCE.to_owned(),
    };
    let run = rounds::run(&field, &plan, progress);
    assert!(!run.interrupted);
    run.results
}

/// The job that takes no time.
#[derive(Debug)]
pub struct Mock {
    machine: Machine,
    entrants: BTreeMap<&'static str, f64>,
    /// A factor on top of the random one, by the number of the round.
    pub disturbed: BTreeMap<usize, f64>,
    /// What its trials report of items, if anything.
    pub items: Option<Items>,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    /// The rows that had their turn in this round. One that comes twice begins the next
    /// round.
    had: BTreeSet<String>,
    round: usize,
    /// The logarithm of this round's factor.
    factor: f64,
}

impl Mock {
    /// One with the times of that seed.
    #[must_use]
    pub fn new(machine: Machine, entrants: &[Entrant], seed: u64) -> Self {
        // Not the stream that the rounds shuffle with.
        let mut random = fastrand::Rng::with_seed(!seed);
        let factor = machine.round * normal(&mut random);
        Self {
            machine,
            entrants: entrants.iter().copied().collect(),
            disturbed: BTreeMap::new(),
            items: None,
            state: RefCell::new(State {
                random,
                had: BTreeSet::new(),
                round: 0,
                factor,
            }),
        }
    }

    fn time(&self, name: &str) -> f64 {
        let machine = self.machine;
        let State {
            random,
            had,
            round,
            factor,
        } = &mut *self.state.borrow_mut();
        if !had.insert(name.to_owned()) {
            had.clear();
            had.insert(name.to_owned());
            *round += 1;
            let fresh = (1.0 - machine.persistence.powi(2)).sqrt();
            let step = machine.round * normal(random);
            *factor = machine.persistence * *factor + fresh * step;
        }
        let is_reference = name.starts_with(REFERENCE);
        let sigma = match is_reference {
            true => machine.reference,
            false => machine.trial,
        };
        let mut factor = (*factor + sigma * normal(random)).exp();
        if random.f64() < machine.tail {
            factor *= 1.2 + 1.8 * random.f64();
        }
        let own = self.entrants.get(name).copied().unwrap_or(1.0);
        let disturbed = self.disturbed.get(round).copied().unwrap_or(1.0);
        1e8 * own * disturbed * factor
    }

    /// The items of a trial that takes this long, which is what most of them take.
    fn times_of_items(&self, nanos: f64) -> Vec<ItemTimes> {
        let Some(items) = self.items else {
            return Vec::new();
        };
        let random = &mut self.state.borrow_mut().random;
        let mut stalled_until = 0;
        let all = (0..items.count).map(|place| {
            if random.f64() < items.stalls / items.count as f64 {
                stalled_until = place + items.run;
            }
            let stall = if place < stalled_until {
                items.stall
            } else {
                1.0
            };
            let factor = (items.spread * normal(random)).exp() * stall;
            [0, 0, (nanos * factor) as u64].into()
        });
        all.collect()
    }
}

/// The items of each trial. A stall is met by a run of them, as on a machine.
#[derive(Clone, Copy, Debug)]
pub struct Items {
    /// How many there are.
    pub count: usize,
    /// The standard deviation of the logarithm of an item's factor.
    pub spread: f64,
    /// Stalls in a trial, on the average.
    pub stalls: f64,
    /// Items that a stall makes longer.
    pub run: usize,
    /// By what factor.
    pub stall: f64,
}

impl AnyJob for Mock {
    fn describe(&self) -> anyhow::Result<String> {
        Ok("nothing".to_owned())
    }

    fn floor(&self, _settings: &Settings) -> Result<Option<Floor>, TrialError> {
        Ok(None)
    }

    fn trial(
        &self,
        contestant: &Contestant,
        _settings: &Settings,
    ) -> Result<Checked<()>, TrialError> {
        let nanos = self.time(&contestant.name);
        Ok(Checked {
            output: (),
            nanos: nanos as u64,
            started: None,
            facts: Facts::default(),
            usage: Usage::default(),
            memory: None,
            descriptors: None,
            threads: None,
            spans: Vec::new(),
            items: self.times_of_items(nanos),
            left_behind: 0,
            printed: Printed::default(),
        })
    }

    fn has_machine(&self) -> bool {
        false
    }
}

fn contestant(name: &str) -> Contestant {
    Contestant {
        name: name.to_owned(),
        about: String::new(),
        runtime: String::new(),
        status: Status::Current,
        is_peer: false,
        runner: Ok(Runner::Variant(name.to_owned())),
        another_job: None,
        deviations: &[],
        program: None,
        source: None,
        pairs: Vec::new(),
    }
}

/// A draw from the normal distribution of deviation 1 (Box and Muller, 1958).
fn normal(random: &mut fastrand::Rng) -> f64 {
    // Never the logarithm of 0.
    let distance = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    distance * (TAU * random.f64()).cos()
}
