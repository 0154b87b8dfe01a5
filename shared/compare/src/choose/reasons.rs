//! Reasons with their figures.

use report::splice::figures::Figures;

/// The text with a figure of the kept results in place of each name in braces.
///
/// # Errors
/// What is wrong with a name, in a line.
pub(crate) fn filled(text: &str, figures: &Figures) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('{') {
        let (name, after) = from
            .split_once('}')
            .ok_or_else(|| format!("no }} ends the figure in {text:?}"))?;
        filled += before;
        filled += &figures.text(name)?;
        rest = after;
    }
    Ok(filled + rest)
}
