//! What a marker names: kept results, a size of them, and rows.

use test_fixtures::unknown;

use super::{
    figures::Figures,
    kept::{Kept, KeptRow, Size},
};
use measure::results::Kind;

/// Kept results, and one size of them.
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) kept: &'a Kept,
    /// The size that was named, with its value in words; of a comparison, its only one.
    size: Option<&'a Size>,
}

impl<'a> Place<'a> {
    /// Reads `NAME` or `NAME@SIZE`, and what follows.
    pub(super) fn read(
        figures: &'a Figures,
        text: &'a str,
    ) -> Result<(Self, &'a str), String> {
        let end = text.find(['@', '/', ' ']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let kept = figures.named(name)?;
        let (size, rest) = match rest.strip_prefix('@') {
            Some(rest) => {
                let end = rest.find(['/', ' ']).unwrap_or(rest.len());
                let (value, rest) = rest.split_at(end);
                let of_value = |size: &&Size| {
                    size.value.is_some_and(|size| size.to_string() == value)
                };
                let size = kept.sizes.iter().find(of_value);
                (Some(size.ok_or_else(|| no_size(name, kept, value))?), rest)
            }
            None if kept.field.is_none() => (kept.sizes.first(), rest),
            None => (None, rest),
        };
        Ok((Self { name, kept, size }, rest))
    }

    /// The size, or how to name one.
    pub(super) fn size(&self) -> Result<&'a Size, String> {
        let Self { name, kept, size } = self;
        size.ok_or_else(|| {
            let value = kept.sizes.first().and_then(|size| size.value);
            let field = kept.field.as_deref().unwrap_or_default();
            let value =
                value.map_or_else(|| "SIZE".to_owned(), |value| value.to_string());
            format!("{name} is a sweep over {field}: name a size, such as {name}@{value}")
        })
    }

    /// Reads `ROW`, `ROW,ROW` or `*`, and what follows.
    pub(super) fn rows(
        &self,
        text: &'a str,
    ) -> Result<(Vec<&'a KeptRow>, &'a str), String> {
        let size = self.size()?;
        if let Some(rest) = text.strip_prefix('*') {
            let variants = size.rows.iter().filter(|row| row.kind == Kind::Variant);
            return Ok((variants.collect(), rest));
        }
        let mut rows = Vec::new();
        let mut rest = text;
        loop {
            let (row, after) = self.row(rest)?;
            rows.push(row);
            match after.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None => return Ok((rows, after)),
            }
        }
    }

    /// Reads a row's name, which may have spaces in it, and what follows.
    pub(super) fn row(&self, text: &'a str) -> Result<(&'a KeptRow, &'a str), String> {
        let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', '/', ',']);
        let fits = |row: &&KeptRow| text.strip_prefix(&*row.name).is_some_and(ends);
        let rows = &self.size()?.rows;
        let row = rows.iter().filter(fits).max_by_key(|row| row.name.len());
        let row = row.ok_or_else(|| {
            let end = text.find([' ', '/', ',']).unwrap_or(text.len());
            let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
            unknown(&format!("{} has no row", self.name), &text[..end], &names)
                .to_string()
        })?;
        Ok((row, &text[row.name.len()..]))
    }
}

fn no_size(name: &str, kept: &Kept, value: &str) -> String {
    let sizes = kept.sizes.iter().filter_map(|size| size.value);
    let sizes: Vec<String> = sizes.map(|size| size.to_string()).collect();
    match sizes.is_empty() {
        true => format!("{name} is no sweep, so it has no size {value:?}"),
        false => format!("{name} has no size {value:?}; it has {}", sizes.join(", ")),
    }
}
