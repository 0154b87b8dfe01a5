//! Answers by their names, and the way that they lead.

use test_fixtures::{Misuse, unknown};

use super::{Answer, Choice, Question, Then, tree::WAITS};

/// A question that was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) question: &'static Question,
    pub(crate) answer: &'static Answer,
    /// Whether nobody gave the answer.
    pub(crate) assumed: bool,
    /// The count that was given, or the one that an answer stands for; of other questions
    /// none.
    pub(crate) count: Option<usize>,
    /// Whether the count itself was given.
    pub(crate) is_number: bool,
}

/// What follows the steps so far.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Next {
    Ask(&'static Question),
    Take(Choice),
}

/// What follows these steps.
pub(crate) fn next(steps: &[Step]) -> Next {
    match steps.last().map(|step| &step.answer.then) {
        None => Next::Ask(&WAITS),
        Some(Then::Ask(question)) => Next::Ask(question),
        Some(Then::Take(choice)) => Next::Take(*choice),
    }
}

/// The counts that the steps have, by the names of their questions.
pub(crate) fn counts(steps: &[Step]) -> Vec<(&'static str, usize)> {
    let named = steps.iter();
    named
        .filter_map(|step| Some((step.question.name, step.count?)))
        .collect()
}

impl Question {
    /// The step of the answer of that name or, where counts are asked for, of that count.
    pub(crate) fn step(&'static self, text: &str) -> Result<Step, Misuse> {
        if let Some(answer) = self.answers.iter().find(|one| one.name == text) {
            return Ok(self.taken(answer, false));
        }
        if self.counts()
            && let Ok(count) = text.parse::<usize>()
        {
            let fits = |one: &&Answer| one.most.is_some_and(|most| count <= most);
            let answer = self.answers.iter().find(fits).filter(|_| count > 0);
            let most = self.answers.iter().filter_map(|one| one.most).max();
            let most = most.unwrap_or_default();
            let answer = answer.ok_or_else(|| {
                Misuse(format!("{}: a count is from 1 to {most}", self.name))
            })?;
            let mut step = self.taken(answer, false);
            step.count = Some(count);
            step.is_number = true;
            return Ok(step);
        }
        let names: Vec<&str> = self.answers.iter().map(|one| one.name).collect();
        let mut misuse = unknown(&format!("{} has no answer", self.name), text, &names);
        if self.counts() {
            misuse.0 += ", or a number";
        }
        Err(misuse)
    }

    /// The step of somebody who does not know.
    pub(crate) fn unknown(&'static self) -> Step {
        self.taken(self.assumed(), true)
    }

    /// The step of one of its answers.
    pub(crate) fn taken(&'static self, answer: &'static Answer, assumed: bool) -> Step {
        Step {
            question: self,
            answer,
            assumed,
            count: self.stands_for(answer),
            is_number: false,
        }
    }

    /// The count that an answer stands for: the most of the smallest, and of the others ten
    /// times the most of the one before.
    fn stands_for(&self, answer: &Answer) -> Option<usize> {
        let most = answer.most?;
        let counts = self.answers.iter().filter_map(|one| one.most);
        let below = counts.filter(|other| *other < most).max();
        Some(below.map_or(most, |below| most.min(below * 10)))
    }
}

/// The way of answers by name, as `--answers` gives them: `waits=network`. What is not
/// answered is assumed.
pub(crate) fn walk(given: &[(String, String)]) -> Result<Vec<Step>, Misuse> {
    let mut names: Vec<&str> = Vec::new();
    for question in WAITS.all() {
        if !names.contains(&question.name) {
            names.push(question.name);
        }
    }
    for (index, (name, _)) in given.iter().enumerate() {
        if !names.contains(&&**name) {
            return Err(unknown("there is no question", name, &names));
        }
        if given[..index].iter().any(|(other, _)| other == name) {
            return Err(Misuse(format!("{name} is answered twice")));
        }
    }
    let mut steps = Vec::new();
    while let Next::Ask(question) = next(&steps) {
        let answer = given.iter().find(|(name, _)| name == question.name);
        steps.push(match answer {
            Some((_, text)) => question.step(text)?,
            None => question.unknown(),
        });
    }
    Ok(steps)
}

/// Those of the answers that no question on the way asked for.
pub(crate) fn unasked<'a>(given: &'a [(String, String)], steps: &[Step]) -> Vec<&'a str> {
    let is_asked = |name: &str| steps.iter().any(|step| step.question.name == name);
    let names = given.iter().map(|(name, _)| &**name);
    names.filter(|name| !is_asked(name)).collect()
}
