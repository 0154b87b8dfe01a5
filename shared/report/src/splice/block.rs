//! Tables of kept results, functions of the workspace, and timelines.

use measure::results::Kind;
use test_fixtures::{Surveyed, markdown, unknown};

use super::{
    document::Sources,
    figures::Field,
    kept::{Kept, KeptRow, Size},
    lesson::{self, Found},
    place::Place,
};
use crate::{
    figure::ratio_of, forms::code, overview::ANOTHER_JOB, sweep::sentences::whole,
};

/// What stands where there is no figure.
const NONE: &str = "–";

/// The lines of the block that `table NAME …` or `sweep NAME …` names.
pub(super) fn lines(sources: &Sources, text: &str) -> Result<Vec<String>, String> {
    let Block { head, attributes } = Block::read(text)?;
    let (kind, place) = head.split_once(' ').unwrap_or((head, ""));
    if let "lesson" | "differ" | "timeline" = kind {
        return of_the_workspace(sources, kind, place, &attributes);
    }
    let (place, rest) = Place::read(&sources.figures, place.trim())?;
    if !rest.trim().is_empty() {
        return Err(format!("{:?} follows the name {}", rest.trim(), place.name));
    }
    let known: &[&str] = match kind {
        "table" => &["columns", "rows"],
        "sweep" => &["show", "rows", "sizes"],
        "survey" => &["rows", "links"],
        _ => {
            return Err(unknown(
                "there is no block",
                kind,
                &["table", "sweep", "survey", "lesson", "differ", "timeline"],
            )
            .to_string());
        }
    };
    if let Some((name, _)) = attributes.iter().find(|(name, _)| !known.contains(name)) {
        return Err(unknown(&format!("a {kind} has no"), name, known).to_string());
    }
    let of = |wanted| {
        let found = attributes.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| *value)
    };
    match kind {
        "table" => table(&place, of("columns"), of("rows")),
        "survey" => survey(&place, of("rows"), of("links")),
        _ => sweep(&place, of("show"), of("rows"), of("sizes")),
    }
}

/// A function of the workspace, the lines that differ between two, or timelines.
fn of_the_workspace(
    sources: &Sources,
    kind: &str,
    words: &str,
    attributes: &[(&str, &str)],
) -> Result<Vec<String>, String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let known: &[&str] = if kind == "timeline" { &[] } else { &["only"] };
    if let Some((name, _)) = attributes.iter().find(|(name, _)| !known.contains(name)) {
        return Err(format!("a {kind} has no {name}"));
    }
    let only = attributes.first().map(|(_, value)| *value);
    let find = |model, name| (sources.find)(model, name);
    match (kind, &*words) {
        ("lesson", [model, name]) => lesson::lesson(&find(model, name)?, name, only),
        ("differ", [model, name]) => match find(model, name)? {
            Found::Pair(pair) => lesson::cured(&pair, only),
            Found::Variant(_) => Err(format!("name a second variant beside {name}")),
        },
        ("differ", [model, one, other]) => {
            let found = [find(model, one)?, find(model, other)?];
            lesson::differ([one, other], &found, only)
        }
        ("timeline", [name]) => {
            let names: Vec<&str> = sources.timelines.keys().map(String::as_str).collect();
            let no = || unknown("no timelines are kept by the name", name, &names);
            let recorded = sources.timelines.get(*name);
            let recorded = recorded.ok_or_else(|| no().to_string())?;
            let summary = markdown(&recorded.summary());
            let picture = format!("![{summary}]({name}.svg)");
            Ok(vec![picture, String::new(), recorded.made_with()])
        }
        ("lesson", _) => Err("write lesson MODEL VARIANT".to_owned()),
        ("timeline", _) => Err("write timeline MODEL".to_owned()),
        _ => Err("write differ MODEL VARIANT VARIANT, or differ MODEL PAIR".to_owned()),
    }
}

/// The contents of a block's marker.
struct Block<'a> {
    /// What stands before the first `name=value`.
    head: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Block<'a> {
    /// A value ends where the next name begins.
    fn read(text: &'a str) -> Result<Self, String> {
        let mut parts = text.split('=').peekable();
        let (mut before, mut name) = last_word(parts.next().unwrap_or_default());
        if parts.peek().is_none() {
            let attributes = Vec::new();
            return Ok(Self {
                head: text,
                attributes,
            });
        }
        let head = before;
        let mut attributes = Vec::new();
        while let Some(part) = parts.next() {
            let next = if parts.peek().is_some() {
                last_word(part)
            } else {
                (part.trim(), "")
            };
            attributes.push((name, next.0));
            (before, name) = next;
        }
        match head.is_empty() || before.is_empty() {
            true => Err(format!("{text:?} lacks a word beside a =")),
            false => Ok(Self { head, attributes }),
        }
    }
}

/// The text before its last word, and that word.
fn last_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.rsplit_once(' ')
        .map_or(("", text), |(before, word)| (before.trim_end(), word))
}

/// Rows by columns, at one size.
fn table(
    place: &Place<'_>,
    columns: Option<&str>,
    rows: Option<&str>,
) -> Result<Vec<String>, String> {
    let size = place.size()?;
    let columns =
        columns.ok_or("a table names its columns, such as columns=time,ratio")?;
    let columns = names(size, columns);
    let columns = columns.iter().map(|name| Field::read(name));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    for column in &columns {
        known_somewhere(size, column)?;
    }
    let rows = chosen(place, size, rows)?;
    let titles: Vec<String> = columns.iter().map(|one| title(one, size)).collect();
    let mut lines = head(&[&[String::new()][..], &titles].concat());
    for row in &rows {
        let mut cells = vec![label(row)];
        for column in &columns {
            cells.push(cell(size, row, column)?);
        }
        lines.push(line(&cells));
    }
    lines.extend(marks(&rows));
    let compares = |field: &Field<'_>| matches!(field.name, "ratio" | "verdict");
    lines.push(made_with(place.kept, &[size], columns.iter().any(compares)));
    Ok(lines)
}

/// Rows by sizes.
fn sweep(
    place: &Place<'_>,
    show: Option<&str>,
    rows: Option<&str>,
    sizes: Option<&str>,
) -> Result<Vec<String>, String> {
    let Place { name, kept, .. } = place;
    let field = kept
        .field
        .as_ref()
        .ok_or_else(|| format!("{name} is no sweep: write table {name} columns=…"))?;
    let show = Field::read(show.unwrap_or("time"))?;
    let wanted: Option<Vec<&str>> =
        sizes.map(|sizes| sizes.split(',').map(str::trim).collect());
    let value = |size: &Size| size.value.unwrap_or_default().to_string();
    if let Some(wanted) = &wanted {
        let known: Vec<String> = kept.sizes.iter().map(value).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        if let Some(size) = wanted.iter().find(|size| !known.contains(size)) {
            return Err(unknown(&format!("{name} has no size"), size, &known).to_string());
        }
    }
    let is_wanted = |size: &&Size| {
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&&*value(size)))
    };
    let sizes: Vec<&Size> = kept.sizes.iter().filter(is_wanted).collect();
    let first = sizes.first().ok_or("no size is left")?;
    let rows = chosen(place, first, rows)?;
    known_somewhere(first, &show)?;
    let titles = sizes
        .iter()
        .map(|size| whole(size.value.unwrap_or_default()));
    let corner = format!("{}, by {field}", title(&show, first));
    let mut lines = head(&std::iter::once(corner).chain(titles).collect::<Vec<_>>());
    for row in &rows {
        let mut cells = vec![label(row)];
        for size in &sizes {
            let there = size.rows.iter().find(|there| there.name == row.name);
            cells.push(match there {
                Some(row) => cell(size, row, &show)?,
                None => NONE.to_owned(),
            });
        }
        lines.push(line(&cells));
    }
    lines.extend(marks(&rows));
    let compares = matches!(show.name, "ratio" | "verdict");
    lines.push(made_with(kept, &sizes, compares));
    Ok(lines)
}

/// What goes wrong and what the cure costs, with the rows beside each other. With a page in
/// `links`, an item's name leads to its heading there.
fn survey(
    place: &Place<'_>,
    rows: Option<&str>,
    links: Option<&str>,
) -> Result<Vec<String>, String> {
    let size = place.size()?;
    let rows = chosen(place, size, rows)?;
    let rows: Vec<&KeptRow> = rows
        .into_iter()
        .filter(|row| !row.survey.is_empty())
        .collect();
    let mut parts: Vec<&Surveyed> = Vec::new();
    for one in rows.iter().flat_map(|row| &row.survey) {
        if !parts.iter().any(|known| known.item == one.item) {
            parts.push(one);
        }
    }
    if parts.is_empty() {
        return Err(format!("{} has no survey", place.name));
    }
    let names = rows.iter().map(|row| markdown(&row.name));
    let mut lines = head(
        &std::iter::once(String::new())
            .chain(names)
            .collect::<Vec<_>>(),
    );
    for part in parts {
        let mut of = |title: String, figure: fn(&Surveyed) -> &Option<String>| {
            let cells = rows.iter().map(|row| {
                let found = row.survey.iter().find(|one| one.item == part.item);
                let text = found.and_then(|found| figure(found).as_deref());
                text.map_or_else(|| NONE.to_owned(), markdown)
            });
            let cells: Vec<String> = std::iter::once(title).chain(cells).collect();
            lines.push(line(&cells));
        };
        let item = markdown(&part.item);
        let named = match links {
            Some(page) => format!("[{item}]({page}#{})", part.item),
            None => item.clone(),
        };
        of(format!("{named}, {}", markdown(&part.harm)), |one| {
            &one.failing
        });
        of(format!("{item} cured, {}", markdown(&part.cost)), |one| {
            &one.cure
        });
    }
    lines.push(String::new());
    let made = made_with(place.kept, &[], false);
    let mut note = format!("{made} {NONE} not tried: it does not apply to this runtime.");
    let is_no = |one: &&Surveyed| !one.bites && one.spared.is_none();
    if rows
        .iter()
        .flat_map(|row| &row.survey)
        .any(|one| is_no(&one))
    {
        note += " no: tried, and not seen.";
    }
    lines.push(note);
    Ok(lines)
}

/// The names in a list. What a check saw may have a comma in its name: "failed, malformed".
fn names(size: &Size, list: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in list.split(',') {
        let joined = names.last().map(|last| format!("{last},{part}"));
        let is_fact = |name: &&String| {
            let mut rows = size.rows.iter();
            rows.any(|row| row.facts.contains_key(name.trim()))
        };
        match joined.filter(|name| is_fact(&name)) {
            Some(joined) => drop(names.pop().map(|_| names.push(joined))),
            None => names.push(part.to_owned()),
        }
    }
    names
}

/// The rows that were named, or all but the controls.
fn chosen<'a>(
    place: &Place<'a>,
    size: &'a Size,
    rows: Option<&'a str>,
) -> Result<Vec<&'a KeptRow>, String> {
    let Some(rows) = rows else {
        let rows = size.rows.iter();
        return Ok(rows.filter(|row| row.kind != Kind::Control).collect());
    };
    let named = |text: &str| {
        let row = size.rows.iter().find(|row| row.name == text);
        row.ok_or_else(|| {
            let names: Vec<&str> = size.rows.iter().map(|row| &*row.name).collect();
            unknown(&format!("{} has no row", place.name), text, &names).to_string()
        })
    };
    rows.split(',').map(|row| named(row.trim())).collect()
}

/// A field that no row has is a slip; one that some have leaves a gap.
fn known_somewhere(size: &Size, field: &Field<'_>) -> Result<(), String> {
    let first = size.rows.first().ok_or("there are no rows")?;
    match size.rows.iter().any(|row| field.of_row(row).is_ok()) {
        true => Ok(()),
        false => field.of_row(first).map(drop),
    }
}

/// What the marks behind rows' names mean, between empty lines.
fn marks(rows: &[&KeptRow]) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut others: Vec<(&str, Vec<String>)> = Vec::new();
    for row in rows {
        let Some(what) = &row.another_job else {
            continue;
        };
        let name = markdown(&row.name);
        match others.iter_mut().find(|(known, _)| known == what) {
            Some((_, names)) => names.push(name),
            None => others.push((what, vec![name])),
        }
    }
    for (what, names) in others {
        let (names, what) = (names.join(", "), markdown(what));
        lines.push(format!("{ANOTHER_JOB} {names}: another job, {what}"));
        lines.push(String::new());
    }
    for row in rows.iter().filter(|row| !row.deviations.is_empty()) {
        let why = row.deviations.join("; ");
        lines.push(format!("\\* {}: {}", markdown(&row.name), markdown(&why)));
        lines.push(String::new());
    }
    lines
}

fn label(row: &KeptRow) -> String {
    let mut name = markdown(&row.name);
    if row.legacy {
        name += " (legacy)";
    }
    if row.another_job.is_some() {
        name.extend([' ', ANOTHER_JOB]);
    }
    if !row.deviations.is_empty() {
        name += " \\*";
    }
    name
}

fn cell(size: &Size, row: &KeptRow, field: &Field<'_>) -> Result<String, String> {
    match field.of_row(row) {
        Ok(Some(value)) => field.text(&value),
        _ if field.name == "ratio" && row.name == size.reference => Ok("1".to_owned()),
        // Not every check sees the same of each row.
        Ok(None) | Err(_) => Ok(NONE.to_owned()),
    }
}

fn title(field: &Field<'_>, size: &Size) -> String {
    let reference = markdown(&size.reference);
    let mut title = match field.name {
        "cpu" => "CPU".to_owned(),
        "ratio" => format!("× {reference}"),
        "verdict" => format!("than {reference}"),
        "floor" => "× floor".to_owned(),
        name => markdown(name),
    };
    if let Some(divisor) = field.divisor {
        title += &format!(" ÷ {}", whole(divisor));
    }
    let is_of_ours = matches!(field.name, "time" | "ratio" | "floor");
    match (field.is_interval, is_of_ours) {
        (false, _) => title,
        (true, true) => format!("{title}, 95 % interval"),
        (true, false) => format!("{title}, least to most"),
    }
}

fn head(titles: &[String]) -> Vec<String> {
    let rule: Vec<_> = (0..titles.len())
        .map(|column| if column == 0 { "---" } else { "---:" }.to_owned())
        .collect();
    vec![line(titles), line(&rule)]
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// The command, where and when it ran, and what it can distinguish; without sizes, of a
/// survey.
fn made_with(kept: &Kept, sizes: &[&Size], compares: bool) -> String {
    let range = |values: &[f64], text: fn(f64) -> String| {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match (text(least), text(most)) {
            (least, most) if least == most => least,
            (least, most) => format!("{least} to {most}"),
        }
    };
    let kept_on = format!(
        "{} cores ({}), {}.",
        kept.cores,
        markdown(&kept.processor),
        kept.date
    );
    if sizes.is_empty() {
        return format!("{}, once each on {kept_on}", code(&kept.command));
    }
    let rounds: Vec<f64> = sizes.iter().map(|size| size.rounds as f64).collect();
    let rounds = range(&rounds, |rounds| format!("{rounds}"));
    let rounds = match &*rounds {
        "1" => "1 round".to_owned(),
        rounds => format!("{rounds} rounds"),
    };
    let each = if sizes.len() > 1 {
        " for each size"
    } else {
        ""
    };
    let mut text = format!("{}, {rounds}{each} on {kept_on}", code(&kept.command));
    if compares {
        let resolutions: Option<Vec<f64>> =
            sizes.iter().map(|size| size.resolution).collect();
        text += &match resolutions {
            Some(all) => {
                let factor = range(&all, ratio_of);
                format!(" Differences up to a factor of {factor} can't be seen here.")
            }
            None => " There were too few rounds to call a difference.".to_owned(),
        };
    }
    text
}
