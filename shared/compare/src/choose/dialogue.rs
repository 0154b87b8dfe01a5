//! Questions and answers, one at a time.

use std::io::{BufRead, Read};

use anyhow::Result;
use report::splice::figures::Figures;
use test_fixtures::{Misuse, shortened, wrap};

use super::{
    Answer, Found, Question,
    answers::{Next, Step, next},
    reasons::filled,
};

/// Bytes of an answer at the most.
const LONGEST: u64 = 1_000;

/// Characters of it that an error quotes; no answer has more.
const SHOWN: usize = 20;

/// What is said before the first question.
pub(crate) const HOW: &str = "A number or a name answers. Enter: I don't know. b: back. \
                              q: leave.";

/// What somebody at a terminal answers. None where they left.
pub(crate) fn hold(
    input: &mut impl BufRead,
    say: &mut impl FnMut(&str) -> Result<()>,
    figures: &Figures,
    width: usize,
) -> Result<Option<Vec<Step>>> {
    let mut steps: Vec<Step> = Vec::new();
    say(&(wrap(HOW, width, 0) + "\n"))?;
    let mut is_new = true;
    while let Next::Ask(question) = next(&steps) {
        if is_new {
            say(&asked(question, width))?;
        }
        is_new = true;
        say(&format!("{}? ", question.name))?;
        let Some(line) = line(input)? else {
            say("\n")?;
            return Ok(None);
        };
        let step = match &*line {
            "q" | "quit" => return Ok(None),
            "b" | "back" => {
                if steps.pop().is_none() {
                    say("This is the first question.\n")?;
                    is_new = false;
                }
                continue;
            }
            text => answered(question, text),
        };
        match step {
            Ok(step) => {
                say(&reason(&step, figures, width)?)?;
                steps.push(step);
            }
            Err(Misuse(why)) => {
                // All answers stand above.
                let most = question.answers.len();
                let line = match why.split_once("; there are ") {
                    Some((why, _)) => format!("{why}; write 1 to {most}, or a name"),
                    None => why,
                };
                say(&format!("{line}\n"))?;
                is_new = false;
            }
        }
    }
    Ok(Some(steps))
}

/// The answers of lines that somebody else wrote: the first that is wrong ends it.
pub(crate) fn read(input: &mut impl BufRead) -> Result<Option<Vec<Step>>> {
    let mut steps = Vec::new();
    while let Next::Ask(question) = next(&steps) {
        let Some(line) = line(input)? else {
            let why = match steps.is_empty() {
                true => "no answers on standard input, which is no terminal: use \
                         --answers, or see --tree"
                    .to_owned(),
                false => format!(
                    "the answers end before the choice; the next question is {}, and an \
                     empty line says that you don't know",
                    question.name
                ),
            };
            return Err(Misuse(why).into());
        };
        match &*line {
            "q" | "quit" => return Ok(None),
            "b" | "back" => drop(steps.pop()),
            text => steps.push(answered(question, text)?),
        }
    }
    Ok(Some(steps))
}

/// The step of a line: nothing, a place in the list, a name, or a count.
fn answered(question: &'static Question, line: &str) -> Result<Step, Misuse> {
    if line.is_empty() {
        return Ok(question.unknown());
    }
    let place = line.parse::<usize>().ok();
    let answer = place.and_then(|place| question.answers.get(place.checked_sub(1)?));
    match answer {
        Some(answer) => Ok(question.taken(answer, false)),
        None => question.step(&shortened(line, SHOWN)),
    }
}

/// A question with its answers.
fn asked(question: &Question, width: usize) -> String {
    let mut text = format!("\n{}\n", wrap(question.ask, width, 2));
    let names = question.answers.iter().map(|one| one.name.len());
    let wide = names.max().unwrap_or_default();
    for (index, answer) in question.answers.iter().enumerate() {
        let Answer { name, says, .. } = answer;
        let says = if says == name { "" } else { says };
        let line = format!("  {}  {name:wide$}  {says}", index + 1);
        text += &(wrap(line.trim_end(), width, wide + 7) + "\n");
    }
    if question.counts() {
        text += "  or the number itself\n";
    }
    text
}

/// What was answered to a question, where it was not asked here.
pub(crate) fn told(step: &Step, figures: &Figures, width: usize) -> Result<String> {
    let line = format!("{} {}", step.question.ask, given(step));
    Ok(wrap(&line, width, 2) + "\n" + &why(step, figures, width)?)
}

/// What somebody sees who has answered.
fn reason(step: &Step, figures: &Figures, width: usize) -> Result<String> {
    let assumed = match step.assumed {
        true => wrap(&format!("  {}", given(step)), width, 2) + "\n",
        false => String::new(),
    };
    Ok(assumed + &why(step, figures, width)?)
}

/// The answer, and how `--answers` has it.
fn given(step: &Step) -> String {
    let Step {
        question, answer, ..
    } = step;
    let assumed = if step.assumed { "assumed: " } else { "" };
    let own = match step.count {
        Some(count) if step.is_number => count.to_string(),
        _ => answer.name.to_owned(),
    };
    format!("{} ({assumed}{}={own})", answer.says, question.name)
}

/// Why an answer leads where it does, and where that was found.
fn why(step: &Step, figures: &Figures, width: usize) -> Result<String> {
    let why = filled(step.answer.why, figures).map_err(Misuse)?;
    let Found { page, words, .. } = step.answer.found;
    let lines = [format!("  {why}"), format!("  {page}: \"{words}\"")];
    Ok(lines.map(|line| wrap(&line, width, 2) + "\n").concat())
}

/// The next line without what surrounds it; none at the end.
fn line(input: &mut impl BufRead) -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = input.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok((read > 0).then(|| text.trim().to_owned()))
}
