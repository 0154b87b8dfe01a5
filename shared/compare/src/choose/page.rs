//! The questions as they stand in the book.

use report::splice::figures::Figures;

use super::{Answer, Question, Then, end::path, reasons::filled, tree::WAITS};

/// The lines of the block that `choose` or `choose ANSWER` names, where the answer is one
/// to the first question. None of another block.
pub(crate) fn block(
    name: &str,
    figures: &Figures,
) -> Option<Result<Vec<String>, String>> {
    let mut words = name.split_whitespace();
    if words.next() != Some("choose") {
        return None;
    }
    let Some(wanted) = words.next() else {
        return Some(question(&WAITS, figures));
    };
    let answer = WAITS.answers.iter().find(|one| one.name == wanted);
    let Some(Answer {
        then: Then::Ask(first),
        ..
    }) = answer
    else {
        let names: Vec<&str> = WAITS.answers.iter().map(|one| one.name).collect();
        let misuse = test_fixtures::unknown("no first answer is", wanted, &names);
        return Some(Err(misuse.0));
    };
    let mut lines = Vec::new();
    for below in first.all() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("### {}", below.title));
        lines.push(String::new());
        match question(below, figures) {
            Ok(more) => lines.extend(more),
            Err(why) => return Some(Err(why)),
        }
    }
    Some(Ok(lines))
}

/// A question and a table of its answers.
fn question(question: &Question, figures: &Figures) -> Result<Vec<String>, String> {
    let Question {
        name, ask, assumed, ..
    } = question;
    let mut lines = vec![
        format!("{ask} (`{name}=`; if you don't know, `{assumed}`)"),
        String::new(),
        "| answer | then | why |".to_owned(),
        "| --- | --- | --- |".to_owned(),
    ];
    for answer in question.answers {
        let Answer {
            name, says, found, ..
        } = answer;
        let then = then(answer)?;
        let why = filled(answer.why, figures)?;
        let page = match found.section {
            Some(section) => format!("[{section}](#{})", anchor(section)),
            None => format!("[{}]({})", title(found.page), linked(found.page)),
        };
        let meant = match name == says {
            true => format!("`{name}`"),
            false => format!("`{name}`: {says}"),
        };
        lines.push(format!("| {meant} | {then} | {why} {page} |"));
    }
    Ok(lines)
}

/// The next question, or the variants that it ends at.
fn then(answer: &Answer) -> Result<String, String> {
    let choice = match &answer.then {
        Then::Ask(next) => {
            return Ok(format!("[{}](#{})", next.title, anchor(next.title)));
        }
        Then::Take(choice) => choice,
    };
    let link = |name: &str| {
        let path = path(choice.model(), name).map_err(|misuse| misuse.0)?;
        Ok::<_, String>(format!("[{name}]({})", linked(&path)))
    };
    let mut text = format!("{} {}", choice.model, link(&choice.taken_as())?);
    if let Some(page) = choice.leaving {
        text += &format!(" (legacy: [{}]({}))", title(page), linked(page));
    }
    for (variant, when) in choice.or {
        text += &format!("; {} where {when}", link(variant)?);
    }
    Ok(text)
}

/// A file's place as a page of the book names it.
fn linked(path: &str) -> String {
    match path.strip_prefix("docs/src/") {
        Some(page) => page.to_owned(),
        None => format!("../../{path}"),
    }
}

/// What a page is called: the model of a README, or the page's own name.
fn title(path: &str) -> String {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or(path);
    match (file, parts.next()) {
        ("README.md", Some(model)) => model.to_owned(),
        (_, Some("measured")) => format!("{}, measured", file.trim_end_matches(".md")),
        _ => file.trim_end_matches(".md").replace('-', " "),
    }
}

/// The anchor that mdBook gives a heading.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// The whole of it, for a terminal or a pipe.
pub(crate) fn whole(figures: &Figures) -> Result<String, String> {
    let mut text = String::new();
    for question in WAITS.all() {
        let Question {
            title, ask, name, ..
        } = question;
        text += &format!("{title}\n{ask} ({name})\n");
        for answer in question.answers {
            let Answer { name, says, .. } = answer;
            text += &format!("  {name}: {says}\n    {}\n", filled(answer.why, figures)?);
            text += &match &answer.then {
                Then::Ask(next) => format!("    then: {}\n", next.title),
                Then::Take(choice) => {
                    let mut line = format!("    {}/{}", choice.model, choice.taken_as());
                    for (variant, when) in choice.or {
                        line += &format!("; or {variant}, where {when}");
                    }
                    line + "\n"
                }
            };
        }
        text.push('\n');
    }
    Ok(text)
}
