//! Entries by name, and by what they are about.

use test_fixtures::Misuse;

use super::page::{Block, Entry};

/// How many entries a search lists.
const MOST: usize = 8;

/// How alike a name has to be to be meant: between what two other names have in common,
/// and a slip.
const ALIKE: f64 = 0.8;

/// Words that say nothing about what is wanted.
const EMPTY: [&str; 26] = [
    "a", "an", "and", "at", "be", "between", "by", "can", "do", "for", "from", "how",
    "i", "in", "is", "it", "my", "of", "on", "or", "python", "rust", "that", "the", "to",
    "with",
];

/// What a search comes to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    One(&'a Entry),
    /// The best first.
    Several(Vec<&'a Entry>),
}

/// The entry of that name; else those whose names end with it; else those of that module;
/// else those in which it stands, if it is written like a name; else those that match the
/// words best.
///
/// # Errors
/// There is none, and this is what is most like it.
pub(super) fn find<'a>(entries: &'a [Entry], wanted: &str) -> Result<Found<'a>, Misuse> {
    let name = wanted.trim().trim_end_matches("()").to_lowercase();
    let same = |entry: &&Entry| entry.name.to_lowercase() == name;
    if let Some(entry) = entries.iter().find(same) {
        return Ok(Found::One(entry));
    }
    let of_name = |entry: &&Entry| endings(entry.name).any(|ending| ending == name);
    let mut found: Vec<_> = entries.iter().filter(of_name).collect();
    if found.is_empty() {
        found = entries
            .iter()
            .filter(|entry| entry.module == name)
            .collect();
    }
    if found.is_empty() && name.contains(['.', '_', ':']) {
        let texts = entries.iter().map(|entry| (entry, texts(entry).join("\n")));
        let having = texts.filter(|(_, text)| text.to_lowercase().contains(&name));
        found = having.map(|(entry, _)| entry).take(MOST).collect();
    } else if found.is_empty() {
        found = matching(entries, &name);
    }
    match found[..] {
        [] => Err(unknown(entries, wanted.trim(), &name)),
        [entry] => Ok(Found::One(entry)),
        _ => Ok(Found::Several(found)),
    }
}

/// The name without its module, without its class, and so on, in small letters.
fn endings(name: &str) -> impl Iterator<Item = String> {
    let name = name.to_lowercase();
    let starts: Vec<_> = name.match_indices('.').map(|(at, _)| at + 1).collect();
    starts
        .into_iter()
        .map(move |start| name[start..].to_owned())
}

/// The entries that match the words, those first in which the rarer words stand in the
/// better places. Those that match far worse than the first are left out.
fn matching<'a>(entries: &'a [Entry], wanted: &str) -> Vec<&'a Entry> {
    let said = words(wanted);
    let mut meant: Vec<_> = said
        .iter()
        .filter(|word| !EMPTY.contains(&&***word))
        .collect();
    if meant.is_empty() {
        meant = said.iter().collect();
    }
    let places = |entry| texts(entry).map(|text| words(&text));
    let texts: Vec<_> = entries.iter().map(places).collect();
    let mut scores = vec![(0.0, 0_u32); entries.len()];
    for word in meant {
        let weights: Vec<_> = texts.iter().map(|text| weight(text, word)).collect();
        let having = weights.iter().filter(|weight| **weight > 0.0).count();
        let rarity = (1.0 + entries.len() as f64 / having.max(1) as f64).ln();
        for (score, weight) in scores.iter_mut().zip(weights) {
            score.0 += weight * rarity;
            score.1 += u32::from(weight > 0.0);
        }
    }
    // One that has all the words goes before one that has half of them in better places.
    let scores = scores
        .into_iter()
        .map(|(score, words)| score * f64::from(words * words));
    let scores: Vec<_> = scores.collect();
    let most = scores.iter().copied().fold(0.0, f64::max);
    let scored = entries.iter().zip(scores);
    let mut best: Vec<_> = scored
        .filter(|(_, score)| *score > 0.0 && *score >= most / 3.0)
        .collect();
    best.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    best.into_iter()
        .map(|(entry, _)| entry)
        .take(MOST)
        .collect()
}

/// What an entry says, the most telling place first.
fn texts(entry: &Entry) -> [String; 4] {
    let mut rest = String::new();
    for block in entry.parts.iter().flat_map(|(_, blocks)| blocks) {
        match block {
            Block::Prose(text) | Block::Code(text) | Block::Point(text) => rest += text,
            Block::Shown(shown, what) => {
                rest += shown;
                rest.push(' ');
                rest += what;
            }
        }
        rest.push('\n');
    }
    let (summary, python) = (entry.summary.clone(), entry.python.clone());
    [entry.name.to_owned(), summary, python, rest]
}

/// How much it tells that the word stands where it does in these texts.
fn weight(places: &[Vec<String>; 4], word: &str) -> f64 {
    let weights = [8.0, 8.0, 2.0, 1.0];
    let of_place = |(words, weight): (&Vec<String>, f64)| {
        let is_there = words.iter().any(|one| one == word);
        let is_near = || words.iter().any(|one| is_form(one, word));
        match (is_there, weight) {
            (true, weight) => weight,
            (false, weight) if is_near() => weight / 2.0,
            _ => 0.0,
        }
    };
    places.iter().zip(weights).map(of_place).sum()
}

/// Whether one is the other with an ending: task and tasks, cancel and cancelled.
fn is_form(one: &str, other: &str) -> bool {
    const ENDINGS: [&str; 9] = ["s", "es", "d", "ed", "led", "ing", "ling", "er", "ers"];
    let ending = one.strip_prefix(other).or_else(|| other.strip_prefix(one));
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// The words in small letters; a name such as `ThreadPool` is one word, and two more.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let whole = text.split(|letter: char| !letter.is_alphanumeric());
    for word in whole.filter(|word| !word.is_empty()) {
        words.push(word.to_lowercase());
        let inner = word.char_indices().skip(1);
        let starts = inner.filter(|(_, letter)| letter.is_uppercase());
        let mut start = 0;
        for end in starts.map(|(at, _)| at).chain([word.len()]) {
            if end - start < word.len() {
                words.push(word[start..end].to_lowercase());
            }
            start = end;
        }
    }
    words
}

fn unknown(entries: &[Entry], wanted: &str, name: &str) -> Misuse {
    let last = |name: &str| name.rsplit('.').next().map(str::to_lowercase);
    let likeness = |entry: &Entry| {
        let whole = strsim::jaro(name, &entry.name.to_lowercase());
        let parts = endings(entry.name).map(|ending| strsim::jaro(name, &ending));
        let best = parts.fold(whole, f64::max);
        if last(name) == last(entry.name) {
            best.max(ALIKE) + 1.0
        } else {
            best
        }
    };
    let alike = entries.iter().map(|entry| (likeness(entry), entry.name));
    let mut alike: Vec<_> = alike.filter(|(likeness, _)| *likeness >= ALIKE).collect();
    alike.sort_by(|left, right| right.0.total_cmp(&left.0));
    alike.truncate(3);
    let names: Vec<_> = alike.into_iter().map(|(_, name)| name).collect();
    let meant = match names[..] {
        [] => String::new(),
        [name] => format!("did you mean {name}? "),
        [ref names @ .., name] => {
            format!("did you mean {} or {name}? ", names.join(", "))
        }
    };
    Misuse(format!(
        "{wanted:?} is no entry; {meant}compare how lists all"
    ))
}
