//! A file of the workspace as a page, for links that lead out of the book.

use maud::{Markup, PreEscaped, html};

use crate::page::frame;

const STYLE: &str = include_str!("source.css");
const SCRIPT: &str = include_str!("source.js");

/// The page of a file. `home` is the address of the book from it.
pub fn file(path: &str, text: &str, home: &str) -> String {
    let body = html! {
        (head(path, home))
        main {
            p { button #copy type="button" hidden { "Copy" } span #copied role="status" {} }
            pre #text tabindex="0" { code { (text) } }
        }
        script { (PreEscaped(SCRIPT)) }
    };
    frame(path, STYLE, &body)
}

/// The page of a directory, with the names in it and their addresses.
pub fn directory(path: &str, names: &[(String, String)], home: &str) -> String {
    let body = html! {
        (head(path, home))
        main { ul { @for (name, address) in names { li { a href=(address) { code { (name) } } } } } }
    };
    frame(path, STYLE, &body)
}

fn head(path: &str, home: &str) -> Markup {
    html! {
        nav { a href=(home) { "Interleave" } }
        h1 { code { (path) } }
    }
}
