//! Saved files held against the origin's grammar, by what stands in the folder.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};
use http_origin::{Record, Sentence};
use test_fixtures::{Class, Facts, Outcome};

use super::{File, Name, NameError, listing};
use crate::{Page, Stage, wanted::Wanted};

impl Stage {
    /// Holds every outcome against what the origin's grammar says of its path, against
    /// the origin's record, and against the folder that the trial had for itself.
    ///
    /// Each saved file is in the folder, whole and under the name that is due, and
    /// nothing else is. `names` are those of the URLs. `excused` says of which outcomes
    /// the job itself is the reason.
    pub fn check_saved(
        &self,
        folder: &Path,
        names: &[Result<Name, NameError>],
        outcomes: &[Outcome<File>],
        excused: impl Fn(usize, &Outcome<File>) -> bool,
    ) -> Result<(Facts, Option<Record>)> {
        ensure!(names.len() == outcomes.len(), "not an outcome a name");
        let facts = Facts::new().outcomes(outcomes);
        let mut files = listing(folder).context("the folder")?;
        let mut pages = Vec::with_capacity(outcomes.len());
        for (place, outcome) in outcomes.iter().enumerate() {
            pages.push(match outcome {
                Outcome::Ok(file) => {
                    self.check_name(place, &names[place], file.name())?;
                    Outcome::Ok(taken(&mut files, file)?)
                }
                other => other.clone().map(|_| unreachable!("it is not ok")),
            });
        }
        if let Some(surplus) = files.keys().next() {
            bail!("{surplus:?} stands in the folder, and nobody told of it");
        }
        let record = self.check_against(&pages, |place, path| {
            match excused(place, &outcomes[place]) {
                true => Ok(None),
                false => due(path, &names[place]).map(Some),
            }
        })?;
        Ok((facts, record))
    }

    /// The name is that of the URL or of the answer; of the latter, perhaps with its place
    /// behind it.
    fn check_name(
        &self,
        place: usize,
        of_url: &Result<Name, NameError>,
        name: &Name,
    ) -> Result<()> {
        let Some(path) = self.paths().get(place) else {
            return Ok(());
        };
        let due = match given(path) {
            None => of_url.clone()?,
            Some(given) => {
                let given = given?;
                // Behind its place, the next that is free.
                let numbers = place + 1..=2 * self.paths().len();
                let mut numbered = numbers.map_while(|number| given.numbered(number));
                numbered.find(|numbered| numbered == name).unwrap_or(given)
            }
        };
        ensure!(due == *name, "{path} was saved as {name}, not {due}");
        Ok(())
    }
}

/// The page that stands in the folder under a file's name.
fn taken(files: &mut BTreeMap<String, Page>, file: &File) -> Result<Page> {
    let File::Saved { name, bytes } = file else {
        bail!("{} was kept, in a folder that was empty", file.name());
    };
    let page = files.remove(name.as_str());
    let page =
        page.with_context(|| format!("{name} is not in the folder, or not twice"))?;
    let stands = page.bytes;
    ensure!(stands == *bytes, "{name} has {stands} bytes, not {bytes}");
    Ok(page)
}

/// The name that the answer to a path of the origin gives its file.
fn given(path: &str) -> Option<Result<Name, NameError>> {
    let sentence = Sentence::parse(path).ok()?;
    let is_given = |(name, _): &&(String, String)| name == "content-disposition";
    let (_, value) = sentence.headers.iter().find(is_given)?;
    Name::of_header(value.as_bytes())
}

fn due(path: &str, name: &Result<Name, NameError>) -> Result<Wanted> {
    if name.is_err() {
        return Ok(Wanted::Unasked(Class::Name));
    }
    Ok(as_file(crate::wanted::wanted(path)?, path))
}

/// What is wanted, where a page is a file.
fn as_file(wanted: Wanted, path: &str) -> Wanted {
    match wanted {
        Wanted::Ok(page) if !(200..300).contains(&page.status) => {
            Wanted::Failed(Class::Status)
        }
        Wanted::Ok(_) if matches!(given(path), Some(Err(_))) => {
            Wanted::Failed(Class::Name)
        }
        Wanted::Ok(page) => Wanted::Ok(Page {
            // Which of the good ones it was is not to be seen in a file.
            status: 200,
            ..page
        }),
        Wanted::OrRefused(wanted) => Wanted::OrRefused(Box::new(as_file(*wanted, path))),
        Wanted::Moved(_, there) => as_file(Wanted::Ok(there), path),
        other => other,
    }
}
