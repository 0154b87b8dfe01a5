//! Rounds: one trial of every contestant, or the middle one of several, in an order that
//! changes from round to round.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use test_fixtures::{Checked, Floor, Settings, Status, TrialError, Value};

use crate::{
    foreign::Foreign,
    latency::Latency,
    looks::{Decided, Looks, undecided},
    model::{AnyJob, Contestant},
    noise,
    progress::{Expected, Progress},
    results::{Deviated, Kind, LastWords, ModelResults, Row, Sample},
    standing::standings,
    statistics::{FEWEST, TAIL},
    summary, timeline,
};

/// Rounds after which more would change little.
const MOST: usize = 40;
/// How long the trials of a variant in a round take together before it has no more of them.
/// What takes so long is not decided by a single moment of the machine.
const ENOUGH: Duration = Duration::from_millis(150);
/// Failures in a row after which a contestant is left out.
const PATIENCE: usize = 2;

/// Failed trials of a row whose last words are kept.
const WORDS_KEPT: usize = 2;
/// Bytes of a standard error that are kept: its end.
const STDERR_KEPT: usize = 4096;
/// Characters of one failure, or of one word of a check, that are kept.
const LONGEST: usize = 2000;

/// Samples whose facts are looked at for the same.
const FACTS_COMPARED: usize = 100;

/// How long a comparison continues, and how it runs its trials.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Exactly this many rounds, whatever the budget.
    pub rounds: Option<usize>,
    /// Continues until every pair is decided; the rounds or the budget are then the most.
    pub until: Option<Looks>,
    /// How long the rounds may take together.
    pub budget: Duration,
    /// How trials are run.
    pub settings: Settings,
    /// The seed of the orders of the turns in the rounds.
    pub seed: u64,
    /// Whether every contestant runs once more after the rounds, to report when it did
    /// what.
    pub timelines: bool,
}

/// What is compared.
pub struct Field {
    /// The model's name.
    pub name: &'static str,
    /// The model's job in one sentence.
    pub about: &'static str,
    /// The job in one line.
    pub description: String,
    /// The arguments that the job was given.
    pub args: Vec<String>,
    /// The two variants that differ most instructively.
    pub pair: [&'static str; 2],
    /// The most trials of each variant in a round, of which the middle one is its sample, and
    /// the number of those of the floor, of which it is the least.
    pub trials: usize,
    /// What an item is, where its latency can be shown.
    pub item: Option<&'static str>,
    /// What the trials do.
    pub job: Box<dyn AnyJob>,
    /// The contestants, in reading order.
    pub contestants: Vec<Contestant>,
    /// The name of the contestant that ratios are to.
    pub reference: String,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.description)
    }
}

/// A turn in a round.
#[derive(Clone, Copy)]
enum Turn {
    Floor,
    Row(usize),
}

/// Runs the rounds. If it was interrupted, the results are those of the rounds that were
/// done.
pub fn run(field: &Field, plan: &Plan, progress: &Progress) -> Run {
    let contestants = with_control(field);
    let control = control_name(&field.reference);
    let row = |contestant: &Contestant| row(contestant, contestant.name == control);
    let mut rows: Vec<Row> = contestants.iter().map(row).collect();
    let mut turns: Vec<Turn> = (0..rows.len()).map(Turn::Row).collect();
    turns.push(Turn::Floor);
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut floors: Vec<Floor> = Vec::new();
    let mut failures_in_a_row = vec![0; rows.len()];
    let clock = Instant::now();
    let mut rounds = 0;
    let mut noise = Vec::new();
    let mut interrupted = false;
    'rounds: while goes_on(rounds, clock.elapsed(), plan) {
        if plan.until.as_ref().is_some_and(|looks| {
            let left_out = left_out(&contestants, &failures_in_a_row);
            let undecided =
                || undecided(&rows, &left_out, &field.reference, looks.tail());
            looks.are_due(rounds) && undecided().is_empty()
        }) {
            break;
        }
        progress.begin_round(rounds, expected(rounds, clock.elapsed(), plan));
        let round = field.job.has_machine().then(noise::Round::begin);
        let mut floors_now = Vec::new();
        let mut no_floor = String::new();
        let mut trials: Vec<_> = rows.iter().map(|_| Vec::new()).collect();
        for (pass, turn) in passes(field.trials, &mut turns, &mut random) {
            let is_last = pass + 1 == field.trials;
            let index = match turn {
                Turn::Row(index) => index,
                Turn::Floor => {
                    match field.job.floor(&plan.settings) {
                        Ok(floor) => floors_now.extend(floor),
                        Err(TrialError::Interrupted) => {
                            interrupted = true;
                            break 'rounds;
                        }
                        // Without a floor there are still times.
                        Err(error) => {
                            let why = error.to_string();
                            if why != no_floor {
                                progress.warn(field.name, &why);
                            }
                            no_floor = why;
                        }
                    }
                    if is_last {
                        floors.extend(floors_now.drain(..).reduce(Floor::least));
                    }
                    continue;
                }
            };
            if failures_in_a_row[index] >= PATIENCE {
                continue;
            }
            let (contestant, row) = (&contestants[index], &mut rows[index]);
            // One failure is the round's.
            if contestant.is_peer && !is_last || row.failures.contains_key(&rounds) {
                continue;
            }
            if !are_enough(&trials[index]) {
                progress.tell(field.name, &contestant.name);
                match field.job.trial(contestant, &plan.settings) {
                    Ok(trial) => {
                        note_deviations(row, contestant, &trial);
                        trials[index].push(trial);
                    }
                    Err(TrialError::Interrupted) => {
                        interrupted = true;
                        break 'rounds;
                    }
                    Err(error) => {
                        let lost = contestant.runner.is_err()
                            || matches!(error, TrialError::TimedOut { .. });
                        failures_in_a_row[index] += if lost { PATIENCE } else { 1 };
                        keep_failure(row, rounds, &error);
                        continue;
                    }
                }
            }
            if is_last {
                failures_in_a_row[index] = 0;
                let trial = middle(&mut trials[index], |trial| trial.nanos);
                let sample = trial.map(|trial| sample(rounds, trial, &row.samples));
                row.samples.extend(sample);
            }
        }
        noise.extend(round.map(|round| round.end()));
        rounds += 1;
        if progress.is_live() {
            let standings = standings(&rows, &field.reference, plan.tail());
            progress.stand(standings, &field.reference);
        }
    }
    if plan.timelines && rounds > 0 && !interrupted {
        interrupted = add_timelines(field, plan, progress, &mut rows)
            || add_surveys(field, plan, progress, &mut rows);
    }
    let left_out = left_out(&contestants, &failures_in_a_row);
    let decided = plan.until.as_ref().map(|looks| Decided {
        tail: looks.tail(),
        undecided: undecided(&rows, &left_out, &field.reference, looks.tail()),
    });
    let mut results = ModelResults {
        name: field.name.to_owned(),
        about: field.about.to_owned(),
        job: field.description.clone(),
        args: field.args.clone(),
        reference: field.reference.clone(),
        pair: Some(field.pair.map(str::to_owned)),
        rounds,
        trials: field.trials,
        noise,
        noisy: Vec::new(),
        seed: plan.seed,
        floors,
        resolution: None,
        rows,
        ties: Vec::new(),
        item: field
            .item
            .filter(|_| plan.settings.spans)
            .map(str::to_owned),
        decided,
    };
    results.escape();
    results.noisy = noise::noisy_rounds(&results);
    summary::add(&mut results);
    Run {
        results,
        interrupted,
        left_out,
    }
}

/// The turns of a round, each with the number of its pass. Every contestant has one turn
/// in each pass, and each pass has an order of its own.
fn passes(
    count: usize,
    turns: &mut [Turn],
    random: &mut fastrand::Rng,
) -> Vec<(usize, Turn)> {
    let mut all = Vec::with_capacity(count * turns.len());
    for pass in 0..count {
        random.shuffle(turns);
        all.extend(turns.iter().map(|turn| (pass, *turn)));
    }
    all
}

/// Whether a variant needs no more trials in a round. Their number is odd then, so that one
/// stands in the middle.
fn are_enough(trials: &[Checked<()>]) -> bool {
    let nanos = trials.iter().map(|trial| trial.nanos).sum();
    trials.len() % 2 == 1 && Duration::from_nanos(nanos) >= ENOUGH
}

/// The one in the middle; `None` of none.
fn middle<T>(all: &mut Vec<T>, nanos: impl Fn(&T) -> u64) -> Option<T> {
    let middle = all.len().checked_sub(1)? / 2;
    all.sort_by_key(nanos);
    Some(all.swap_remove(middle))
}

/// The results of the rounds.
#[derive(Debug)]
pub struct Run {
    /// What was measured.
    pub results: ModelResults,
    /// Whether it ended before its time.
    pub interrupted: bool,
    /// Contestants that failed so often that further rounds are without them.
    pub left_out: BTreeSet<String>,
}

/// Contestants that failed so often that they have no further trials.
fn left_out(contestants: &[Contestant], failures_in_a_row: &[usize]) -> BTreeSet<String> {
    let all = contestants.iter().zip(failures_in_a_row);
    all.filter(|(_, failures)| **failures >= PATIENCE)
        .map(|(contestant, _)| contestant.name.clone())
        .collect()
}

fn goes_on(rounds: usize, elapsed: Duration, plan: &Plan) -> bool {
    let (fewest, most) = plan.bounds();
    if let Some(wanted) = plan.rounds {
        return rounds < wanted && (plan.until.is_none() || rounds < most);
    }
    let next = elapsed / (rounds.max(1) as u32);
    // Whatever the budget, as many rounds as an interval needs.
    rounds < fewest || (rounds < most && elapsed + next <= plan.budget)
}

impl Plan {
    /// The fewest and the most rounds, where their number isn't given.
    fn bounds(&self) -> (usize, usize) {
        let until = self.until.as_ref();
        until.map_or((FEWEST, MOST), |looks| (looks.fewest(), looks.most()))
    }

    /// The chance that an interval leaves the median out at one end.
    fn tail(&self) -> f64 {
        self.until.as_ref().map_or(TAIL, Looks::tail)
    }
}

/// How many rounds it will be, if the next ones take as long as those so far.
fn expected(rounds: usize, elapsed: Duration, plan: &Plan) -> Option<Expected> {
    let within_budget = || {
        let mean = elapsed.checked_div(rounds as u32)?;
        let fit = plan.budget.as_secs_f64() / mean.as_secs_f64().max(1e-9);
        let (fewest, most) = plan.bounds();
        Some((fit as usize).clamp(fewest, most).max(rounds + 1))
    };
    Some(Expected {
        rounds: plan.rounds.or_else(within_budget)?,
        after: usize::from(plan.timelines),
        is_most: plan.until.is_some(),
    })
}

/// The contestants, and the reference once more under another name.
fn with_control(field: &Field) -> Vec<Contestant> {
    let mut all = field.contestants.clone();
    if let Some(at) = all.iter().position(|one| one.name == field.reference) {
        let control = Contestant {
            name: control_name(&field.reference),
            ..all[at].clone()
        };
        all.insert(at + 1, control);
    }
    all
}

/// The reference's second name.
fn control_name(reference: &str) -> String {
    format!("{reference} again")
}

fn row(contestant: &Contestant, is_control: bool) -> Row {
    let kind = match (contestant.is_peer, is_control) {
        (_, true) => Kind::Control,
        (true, _) => Kind::Peer,
        (false, _) => Kind::Variant,
    };
    Row {
        name: contestant.name.clone(),
        kind,
        about: contestant.about.clone(),
        runtime: contestant.runtime.clone(),
        legacy: contestant.status == Status::Legacy,
        another_job: contestant.another_job.map(str::to_owned),
        is_not_installed: contestant.runner.is_err(),
        samples: Vec::new(),
        failures: BTreeMap::new(),
        last_words: BTreeMap::new(),
        deviations: BTreeMap::new(),
        summary: None,
        source: contestant.source.clone().filter(|_| !is_control),
        pairs: match is_control {
            true => Vec::new(),
            false => contestant.pairs.clone(),
        },
        timeline: None,
        survey: Vec::new(),
    }
}

/// One more trial of every contestant that has samples, which reports its spans. None of
/// the samples come from it. Returns true if it was interrupted.
fn add_timelines(
    field: &Field,
    plan: &Plan,
    progress: &Progress,
    rows: &mut [Row],
) -> bool {
    let settings = Settings {
        spans: true,
        ..plan.settings.clone()
    };
    for contestant in &field.contestants {
        let row = rows.iter_mut().find(|row| row.name == contestant.name);
        let Some(row) = row.filter(|row| !row.samples.is_empty()) else {
            continue;
        };
        progress.tell_timeline(field.name, &contestant.name);
        match field.job.trial(contestant, &settings) {
            Ok(trial) => row.timeline = timeline::of(&trial),
            Err(TrialError::Interrupted) => return true,
            // A trial that failed is no sample either; the samples of the rounds stay as
            // they are.
            Err(_) => {}
        }
    }
    false
}

/// One more trial of every contestant that has samples, where the model makes a survey.
/// Returns true if it was interrupted.
fn add_surveys(
    field: &Field,
    plan: &Plan,
    progress: &Progress,
    rows: &mut [Row],
) -> bool {
    for contestant in &field.contestants {
        let row = rows.iter_mut().find(|row| row.name == contestant.name);
        let Some(row) = row.filter(|row| !row.samples.is_empty()) else {
            continue;
        };
        match field.job.survey(contestant, &plan.settings) {
            Ok(mut survey) => {
                survey.escape();
                row.survey = survey;
            }
            Err(TrialError::Interrupted) => return true,
            Err(error) => {
                progress.warn_of(field.name, &contestant.name, &error.to_string())
            }
        }
    }
    false
}

/// What is kept of a trial: little, since a comparison may have thousands.
fn sample(round: usize, trial: Checked<()>, before: &[Sample]) -> Sample {
    let mut facts = trial.facts;
    for fact in &mut facts.seen {
        if let Value::Text(text) = &mut fact.value {
            *text = bounded(text);
        }
    }
    for breach in &mut facts.breaches {
        breach.why = bounded(&breach.why);
    }
    facts.escape();
    let same = before.iter().rev().take(FACTS_COMPARED);
    let same = same
        .map(|sample| &sample.facts)
        .find(|seen| ***seen == facts);
    Sample {
        round,
        nanos: trial.nanos,
        usage: trial.usage,
        memory: trial.memory,
        facts: same.map_or_else(|| Arc::new(facts), Arc::clone),
        latency: Latency::of(&trial.items),
    }
}

/// Keeps why a trial failed, and what the program printed in the last of those that did.
fn keep_failure(row: &mut Row, round: usize, error: &TrialError) {
    row.failures.insert(round, bounded(&error.to_string()));
    let Some((stderr, stdout)) = error.last_words() else {
        return;
    };
    let words = LastWords {
        stderr: end_of(stderr, STDERR_KEPT).to_owned(),
        stdout: stdout.to_owned(),
    };
    if words != LastWords::default() {
        row.last_words.insert(round, words);
    }
    while row.last_words.len() > WORDS_KEPT {
        row.last_words.pop_first();
    }
}

/// Words of a program, cut where they are longer than anything that is shown.
pub(crate) fn bounded(words: &str) -> String {
    match words.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words.to_owned(),
    }
}

/// The last bytes of a text, at most `most` of them.
fn end_of(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

fn note_deviations(row: &mut Row, contestant: &Contestant, trial: &Checked<()>) {
    for breach in &trial.facts.breaches {
        let declared = contestant.deviations.iter().find(|d| d.case == breach.case);
        let reason = declared.map_or("not declared", |deviation| deviation.reason);
        let (case, why) = (breach.case.clone(), bounded(&breach.why));
        let reason = reason.to_owned();
        row.deviations.insert(case, Deviated { why, reason });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use test_fixtures::{Facts, Printed, Runner, Usage};

    use super::*;

    /// Each contestant's trials take these times in turn; `None` is a trial that fails.
    const TIMES: [Option<u64>; 6] =
        [Some(50), Some(10), Some(30), Some(7), None, Some(8)];

    /// A job whose trials take what is written down, and how many there were of each name.
    struct Written {
        had: RefCell<BTreeMap<String, usize>>,
        /// Nanoseconds in which the times are.
        unit: u64,
    }

    impl Written {
        fn next(&self, name: &str) -> Option<u64> {
            let mut had = self.had.borrow_mut();
            let had = had.entry(name.to_owned()).or_default();
            *had += 1;
            TIMES[(*had - 1) % TIMES.len()].map(|time| time * self.unit)
        }
    }

    impl AnyJob for Written {
        fn describe(&self) -> anyhow::Result<String> {
            Ok("written".to_owned())
        }

        fn floor(&self, _settings: &Settings) -> Result<Option<Floor>, TrialError> {
            let time = Duration::from_nanos;
            let floor = |nanos| Floor::new(time(nanos), "it is written");
            let floor = self.next("floor").map(floor);
            Ok(floor.map(|floor| floor.but(&["peer"], time(60), "so is this")))
        }

        fn trial(
            &self,
            contestant: &Contestant,
            _settings: &Settings,
        ) -> Result<Checked<()>, TrialError> {
            let nanos = self.next(&contestant.name);
            let failed = || TrialError::Stage(anyhow::anyhow!("it is written"));
            Ok(Checked {
                output: (),
                nanos: nanos.ok_or_else(failed)?,
                started: None,
                facts: Facts::default(),
                usage: Usage::default(),
                memory: None,
                descriptors: None,
                threads: None,
                spans: Vec::new(),
                items: Vec::new(),
                left_behind: 0,
                printed: Printed::default(),
            })
        }

        fn has_machine(&self) -> bool {
            false
        }
    }

    fn contestant(name: &str, is_peer: bool) -> Contestant {
        Contestant {
            name: name.to_owned(),
            about: String::new(),
            runtime: String::new(),
            status: Status::Current,
            another_job: None,
            is_peer,
            runner: Ok(Runner::Variant(name.to_owned())),
            program: None,
            deviations: &[],
            source: None,
            pairs: Vec::new(),
        }
    }

    fn two_rounds(trials: usize, unit: u64) -> ModelResults {
        let field = Field {
            name: "written",
            about: "",
            description: String::new(),
            args: Vec::new(),
            pair: ["one", "peer"],
            trials,
            item: None,
            job: Box::new(Written {
                had: RefCell::default(),
                unit,
            }),
            contestants: vec![contestant("one", false), contestant("peer", true)],
            reference: "one".to_owned(),
        };
        let plan = Plan {
            rounds: Some(2),
            until: None,
            budget: Duration::ZERO,
            settings: Settings::default(),
            seed: 1,
            timelines: false,
        };
        run(&field, &plan, &Progress::shown()).results
    }

    fn times(row: &Row) -> Vec<(usize, u64)> {
        let samples = row.samples.iter();
        samples.map(|sample| (sample.round, sample.nanos)).collect()
    }

    #[test]
    fn a_sample_is_the_middle_one_of_its_trials() {
        let results = two_rounds(3, 1);
        let [one, again, peer] = &results.rows[..] else {
            panic!("a row, its control and a peer: {:?}", results.rows);
        };
        for row in [one, again] {
            assert_eq!(times(row), [(0, 30)], "{}", row.name);
            let failures: Vec<_> = row.failures.keys().copied().collect();
            assert_eq!(failures, [1], "one of the second round's trials failed");
        }
        assert_eq!(
            times(peer),
            [(0, 50), (1, 10)],
            "a peer has one trial a round"
        );
        let floors: Vec<_> = results.floors.iter().map(|floor| floor.nanos).collect();
        assert_eq!(floors, [10, 7]);
        assert_eq!(results.trials, 3);
    }

    /// Tens of milliseconds: of 500 there is one, and of 100, 300 and 70 all three.
    #[test]
    fn what_takes_long_has_fewer_trials_of_an_odd_number() {
        let results = two_rounds(5, 10_000_000);
        let one = &results.rows[0];
        assert_eq!(times(one), [(0, 500_000_000), (1, 100_000_000)]);
    }

    #[test]
    fn a_row_with_another_floor_is_held_against_that() {
        let results = two_rounds(1, 1);
        let to_floor = |row: &Row| row.summary.as_ref()?.to_floor;
        let ratios = results
            .rows
            .iter()
            .map(|row| to_floor(row).map(|to| to.median));
        let ratios: Vec<_> = ratios.collect();
        // 50 and 10, of a floor of 50 and 10, or of 60.
        assert_eq!(ratios, [Some(1.0), Some(1.0), Some(0.5)]);
    }

    #[test]
    fn one_trial_is_its_own_middle() {
        let results = two_rounds(1, 1);
        for row in &results.rows {
            assert_eq!(times(row), [(0, 50), (1, 10)], "{}", row.name);
        }
    }

    #[test]
    fn every_pass_has_everyone() {
        let mut turns = [Turn::Floor, Turn::Row(0), Turn::Row(1)];
        let all = passes(3, &mut turns, &mut fastrand::Rng::with_seed(1));
        let numbers: Vec<_> = all.iter().map(|(pass, _)| *pass).collect();
        assert_eq!(numbers, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
        for pass in all.chunks(3) {
            let floors = pass.iter().filter(|(_, turn)| matches!(turn, Turn::Floor));
            assert_eq!(floors.count(), 1);
        }
        assert_eq!(middle(&mut vec![3, 1, 2], |n| *n), Some(2));
        assert_eq!(middle(&mut Vec::<u64>::new(), |n| *n), None);
    }
}
