//! Entries by name, and by what they are about.

use std::collections::HashSet;

use test_fixtures::Misuse;

use super::page::{Block, Entry};

/// How many entries a search lists.
const MOST: usize = 8;

/// How alike a name has to be to be meant: between what two other names have in common,
/// and a slip.
const ALIKE: f64 = 0.8;

/// How many of the words must stand in the best entry, that it is about them.
const MUCH: f64 = 0.25;

/// Words that say nothing about what is wanted: small ones, and those that stand beside
/// any subject.
const EMPTY: [&str; 49] = [
    "a", "an", "and", "any", "are", "async", "at", "be", "between", "by", "call", "can",
    "code", "do", "does", "for", "from", "function", "get", "how", "i", "if", "in", "is",
    "it", "its", "many", "my", "not", "number", "of", "on", "or", "python", "run",
    "rust", "should", "that", "the", "there", "this", "to", "use", "what", "when",
    "while", "with", "without", "work",
];

/// What a search comes to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// What is called so.
    One(&'a Entry),
    /// The best first, and how many more there are.
    Several(Vec<&'a Entry>, usize),
}

/// The entry of that name; else those whose names end with it; else those of that module;
/// else those that match the words best, with those that a word names first.
///
/// # Errors
/// There is none, and this is what is most like it.
pub(super) fn find<'a>(entries: &'a [Entry], wanted: &str) -> Result<Found<'a>, Misuse> {
    let wanted = wanted.trim();
    let name = name_of(wanted);
    let of_module = || {
        entries
            .iter()
            .filter(|entry| entry.module == name)
            .collect()
    };
    let found = match named(entries, &name) {
        found if found.is_empty() => of_module(),
        found => found,
    };
    match found[..] {
        [] => {}
        [entry] => return Ok(Found::One(entry)),
        _ => return Ok(Found::Several(found, 0)),
    }
    let mut found = matching(entries, wanted);
    if found.is_empty() {
        return Err(unknown(entries, wanted, &name));
    }
    let left = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    Ok(Found::Several(found, left))
}

/// The word as names are compared.
fn name_of(word: &str) -> String {
    let word = word.trim_matches(|letter: char| ",;:?!`\"'".contains(letter));
    word.trim_end_matches("()").to_lowercase()
}

/// The entry of that name, or those whose names end with it.
fn named<'a>(entries: &'a [Entry], name: &str) -> Vec<&'a Entry> {
    let same = |entry: &&Entry| entry.name.to_lowercase() == name;
    if let Some(entry) = entries.iter().find(same) {
        return vec![entry];
    }
    let of_name = |entry: &&Entry| endings(entry.name).any(|ending| ending == name);
    entries.iter().filter(of_name).collect()
}

/// The name without its module, without its class, and so on, in small letters.
fn endings(name: &str) -> impl Iterator<Item = String> {
    let name = name.to_lowercase();
    let starts: Vec<_> = name.match_indices('.').map(|(at, _)| at + 1).collect();
    starts
        .into_iter()
        .map(move |start| name[start..].to_owned())
}

/// The entries that the word names. Of a method that has none, those of its class.
fn meant<'a>(entries: &'a [Entry], word: &str) -> Vec<&'a Entry> {
    let name = name_of(word);
    let found = named(entries, &name);
    match name.rsplit_once('.') {
        _ if EMPTY.contains(&name.as_str()) => Vec::new(),
        Some((class, _)) if found.is_empty() => named(entries, class),
        _ => found,
    }
}

/// What was asked for.
enum Asked {
    /// With a dot, a colon or an underscore: looked for as it is written.
    Name(String),
    Word(String),
}

/// The words that tell something, or all if none does. What is written like a name and
/// stands nowhere is its words, unless it is a slip.
fn asked(texts: &[[Text; 5]], wanted: &str, is_slip: bool) -> Vec<Asked> {
    let mut asked = Vec::new();
    for word in wanted.split_whitespace() {
        let name = name_of(word);
        let stands = |place: &Text| place.text.contains(&name);
        let is_there = || is_slip || texts.iter().flatten().any(stands);
        if name.contains(['.', '_', ':']) && is_there() {
            asked.push(Asked::Name(name));
        } else {
            asked.extend(words(word).into_iter().map(Asked::Word));
        }
    }
    let is_empty = |asked: &Asked| match asked {
        Asked::Name(_) => false,
        Asked::Word(word) => EMPTY.contains(&word.as_str()),
    };
    let (empty, telling): (Vec<_>, Vec<_>) = asked.into_iter().partition(is_empty);
    if telling.is_empty() { empty } else { telling }
}

/// The entries that match the words. First the best that each word names, then those in
/// which the rarer words stand in the better places. Those that match far worse than the
/// first are left out, and all if none has much of what was asked for.
fn matching<'a>(entries: &'a [Entry], wanted: &str) -> Vec<&'a Entry> {
    let texts: Vec<_> = entries.iter().map(texts).collect();
    let meant: Vec<_> = wanted
        .split_whitespace()
        .map(|word| meant(entries, word))
        .collect();
    // One word that names nothing may be a slip, whose parts say nothing.
    let is_slip = meant.len() == 1 && meant[0].is_empty();
    let mut scores = vec![(0.0, 0_u32); entries.len()];
    let asked = asked(&texts, wanted, is_slip);
    for asked in &asked {
        let weights: Vec<_> = texts.iter().map(|text| weight(text, asked)).collect();
        let having = weights.iter().filter(|weight| **weight > 0.0).count();
        let rarity = (1.0 + entries.len() as f64 / having.max(1) as f64).ln();
        for (score, weight) in scores.iter_mut().zip(weights) {
            score.0 += weight * rarity;
            score.1 += u32::from(weight > 0.0);
        }
    }
    let had = scores.iter().map(|(_, words)| *words).max().unwrap_or(0);
    let is_near = f64::from(had) >= MUCH * asked.len() as f64;
    // One that has all the words goes before one that has half of them in better places.
    let scores = scores
        .into_iter()
        .map(|(score, words)| score * f64::from(words * words));
    let scores: Vec<_> = scores.collect();
    let most = scores.iter().copied().fold(0.0, f64::max);
    let mut best: Vec<_> = entries.iter().zip(scores).collect();
    best.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    let leading = meant.iter().filter_map(|meant| {
        let is_meant = |entry: &&Entry| meant.iter().any(|one| one.name == entry.name);
        best.iter().map(|(entry, _)| *entry).find(is_meant)
    });
    let mut found: Vec<_> = leading.collect();
    let near = best
        .iter()
        .filter(|(_, score)| is_near && *score > 0.0 && *score >= most / 5.0);
    found.extend(near.map(|(entry, _)| *entry));
    let mut seen = HashSet::new();
    found.retain(|entry| seen.insert(entry.name));
    found
}

/// What an entry says, the most telling place first.
fn texts(entry: &Entry) -> [Text; 5] {
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
    let Entry { name, .. } = entry;
    let texts: [&str; 5] = [name, &entry.keywords, &entry.summary, &entry.python, &rest];
    texts.map(|text| Text {
        words: words(text),
        text: text.to_lowercase(),
    })
}

/// How much a word tells in each place of `texts`.
const WEIGHTS: [f64; 5] = [8.0, 12.0, 8.0, 2.0, 1.0];

struct Text {
    words: Vec<String>,
    /// In small letters.
    text: String,
}

/// How much it tells that what was asked for stands where it does in these texts.
fn weight(places: &[Text; 5], asked: &Asked) -> f64 {
    let share = |place: &Text| match asked {
        Asked::Name(name) if place.text.contains(name) => 1.0,
        // A letter stands for anything.
        Asked::Word(word) if word.chars().count() < 2 => 0.0,
        Asked::Word(word) if place.words.contains(word) => 1.0,
        Asked::Word(word) if place.words.iter().any(|one| is_form(one, word)) => 0.5,
        _ => 0.0,
    };
    let weights = places.iter().zip(WEIGHTS);
    weights.map(|(place, weight)| weight * share(place)).sum()
}

/// Whether one is the other with an ending: task and tasks, cancel and cancelled.
fn is_form(one: &str, other: &str) -> bool {
    const ENDINGS: [&str; 7] = ["s", "es", "d", "ed", "ing", "er", "ers"];
    let is_longer = |long: &str, short: &str| {
        let Some(ending) = long.strip_prefix(short) else {
            return false;
        };
        // drop and dropped
        let doubled = short.chars().next_back();
        let doubled = doubled.and_then(|letter| ending.strip_prefix(letter));
        ENDINGS.contains(&ending) || doubled.is_some_and(|end| ENDINGS.contains(&end))
    };
    is_longer(one, other) || is_longer(other, one)
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
