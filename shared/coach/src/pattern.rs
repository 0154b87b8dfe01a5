//! Words with holes, found in a longer text.

/// What stands in the holes of `words`, each a `{}`, where these are found in `text`. A hole
/// at the beginning is one word, and one at the end is all that is left.
pub(crate) fn captures<'a>(words: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = words.split("{}");
    let first = parts.next()?;
    let mut rest = &text[text.find(first)? + first.len()..];
    let mut found = Vec::new();
    for part in parts {
        let end = match part.is_empty() {
            true => rest.len(),
            false => rest.find(part)?,
        };
        let is_at_the_beginning = first.is_empty() && found.is_empty();
        let start = match is_at_the_beginning {
            true => rest[..end].rfind(' ').map_or(0, |space| space + 1),
            false => 0,
        };
        found.push(&rest[start..end]);
        rest = &rest[end + part.len()..];
    }
    Some(found)
}

/// `said` with these in place of its `{0}`, `{1}`.
pub(crate) fn filled(said: &str, with: &[&str]) -> String {
    let fill = |said: String, (place, one): (usize, &&str)| {
        said.replace(&format!("{{{place}}}"), one)
    };
    with.iter().enumerate().fold(said.to_owned(), fill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_what_stands_between_words() {
        let text = "check failed: 20 requests in flight, where 10 are allowed";
        assert_eq!(
            captures("{} requests in flight, where {} are", text),
            Some(vec!["20", "10"])
        );
        assert_eq!(captures("check failed: {}", text), Some(vec![&text[14..]]));
        assert_eq!(captures("in flight", text), Some(vec![]));
        assert_eq!(captures("{} sockets", text), None);
        let said = "{0} at once, {1} allowed, {0}";
        assert_eq!(filled(said, &["20", "10"]), "20 at once, 10 allowed, 20");
    }
}
