//! Links out of the book: to files of the workspace, which become pages of the site.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::Result;
use report::site::source;

/// The book, below the workspace.
const BOOK: &str = "docs/src";
/// Files that a browser shows by itself.
const PICTURES: [&str; 3] = ["svg", "png", "jpg"];
/// Folders of what is made, which is no source.
const MADE: [&str; 4] = [".git", "__pycache__", "node_modules", "target"];

/// Makes pages of the files that the site's pages link, and links these. Returns a line for
/// each link that leads nowhere.
///
/// mdBook leaves addresses as they are, save that `.md` becomes `.html`. So one that leads
/// out of the book is read as a path from the file that the page was made of.
pub(super) fn follow(
    root: &Path,
    out: &Path,
    readmes: &BTreeSet<PathBuf>,
) -> Result<Vec<String>> {
    let mut site = Site {
        root,
        out,
        readmes,
        wanted: BTreeSet::new(),
        done: BTreeSet::new(),
        broken: Vec::new(),
    };
    for page in pages(out)? {
        let path = out.join(&page);
        let text = fs::read_to_string(&path)?;
        let linked = with_addresses(&text, |address| site.address(&page, address));
        if linked != text {
            fs::write(path, linked)?;
        }
    }
    while let Some(path) = site.wanted.pop_first() {
        site.done.insert(path.clone());
        site.write(&path)?;
    }
    Ok(site.broken)
}

struct Site<'a> {
    root: &'a Path,
    out: &'a Path,
    /// Paths of the workspace that are chapters.
    readmes: &'a BTreeSet<PathBuf>,
    /// Paths of the workspace that a page links and that are none yet.
    wanted: BTreeSet<PathBuf>,
    done: BTreeSet<PathBuf>,
    broken: Vec<String>,
}

impl Site<'_> {
    /// The address in the site of what a page links; none if it is well as it is.
    fn address(&mut self, page: &Path, address: &str) -> Option<String> {
        let (path, rest) =
            address.split_at(address.find(['#', '?']).unwrap_or(address.len()));
        let is_elsewhere = path.contains(':') || path.starts_with('/');
        if path.is_empty() || is_elsewhere || self.is_page(page, path) {
            return None;
        }
        let Some(to) = self
            .source(page, path)
            .and_then(|source| self.place(&source))
        else {
            self.broken
                .push(format!("{}: {address} leads nowhere", page.display()));
            return None;
        };
        Some(format!("{}{rest}", between(page, &to)))
    }

    fn is_page(&self, page: &Path, address: &str) -> bool {
        let from = page.parent().unwrap_or(Path::new(""));
        plain(&from.join(address)).is_some_and(|to| self.out.join(to).is_file())
    }

    /// The path in the workspace of what a page's address leads to.
    fn source(&self, page: &Path, address: &str) -> Option<PathBuf> {
        let markdown = page.with_extension("md");
        let made_of = match self.readmes.contains(&markdown) {
            true => markdown,
            false => Path::new(BOOK).join(page),
        };
        let path = plain(&made_of.parent()?.join(address))?;
        let markdown = path.with_extension("md");
        let is_page = path.extension().is_some_and(|kind| kind == "html");
        match is_page && self.root.join(&markdown).is_file() {
            true => Some(markdown),
            false => (is_source(&path) && self.root.join(&path).exists()).then_some(path),
        }
    }

    /// Where a path of the workspace is in the site.
    fn place(&mut self, path: &Path) -> Option<PathBuf> {
        if path.ends_with("SUMMARY.md") {
            return Some("index.html".into());
        }
        for readme in [path.to_owned(), path.join("README.md")] {
            if self.readmes.contains(&readme) {
                return Some(readme.with_extension("html"));
            }
        }
        if let Ok(chapter) = path.strip_prefix(BOOK) {
            let chapter = chapter.with_extension("html");
            if self.out.join(&chapter).is_file() {
                return Some(chapter);
            }
        }
        if !self.done.contains(path) {
            self.wanted.insert(path.to_owned());
        }
        let place = visible(path);
        Some(match self.root.join(path).is_dir() {
            true => place.join("index.html"),
            false if is_picture(path) => place,
            false => named(&place),
        })
    }

    /// Writes the page of a path.
    fn write(&mut self, path: &Path) -> Result<()> {
        let from = self.root.join(path);
        let Some(place) = self.place(path) else {
            return Ok(());
        };
        let to = self.out.join(&place);
        fs::create_dir_all(to.parent().unwrap_or(self.out))?;
        let name = path.to_string_lossy();
        let home = between(&place, Path::new("index.html"));
        if from.is_dir() {
            let links = self.listed(path, &place)?;
            fs::write(to, source::directory(&name, &links, &home))?;
        } else if is_picture(path) {
            fs::copy(from, to)?;
        } else {
            let text = fs::read(from)?;
            fs::write(
                to,
                source::file(&name, &String::from_utf8_lossy(&text), &home),
            )?;
        }
        Ok(())
    }

    /// The names in a folder, and their addresses from its page.
    fn listed(&mut self, folder: &Path, page: &Path) -> Result<Vec<(String, String)>> {
        let mut links = Vec::new();
        for entry in fs::read_dir(self.root.join(folder))? {
            let name = entry?.file_name();
            let path = folder.join(&name);
            if !is_source(&path) {
                continue;
            }
            if let Some(place) = self.place(&path) {
                links.push((name.to_string_lossy().into_owned(), between(page, &place)));
            }
        }
        links.sort();
        Ok(links)
    }
}

/// The pages of a site, as paths from its top.
fn pages(out: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![out.to_owned()];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "html") {
                pages.push(path.strip_prefix(out)?.to_owned());
            }
        }
    }
    pages.sort();
    Ok(pages)
}

fn is_source(path: &Path) -> bool {
    let mut parts = path.components().map(Component::as_os_str);
    parts.all(|part| MADE.iter().all(|made| part != *made))
}

/// The text with its addresses replaced, where there is something in their place.
fn with_addresses(
    text: &str,
    mut replaced: impl FnMut(&str) -> Option<String>,
) -> String {
    let mut new = String::with_capacity(text.len());
    let mut rest = text;
    let next = |text: &str| {
        let all = [" href=\"", " src=\""].into_iter();
        all.filter_map(|name| Some(text.find(name)? + name.len()))
            .min()
    };
    while let Some(start) = next(rest) {
        let (before, behind) = rest.split_at(start);
        let (address, behind) = behind.split_at(behind.find('"').unwrap_or(behind.len()));
        new += before;
        new += &replaced(address).unwrap_or_else(|| address.to_owned());
        rest = behind;
    }
    new + rest
}

/// A path without `.` and `..`; none if it leads out of where it starts.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                if !plain.pop() {
                    return None;
                }
            }
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(plain)
}

/// The address of one page from another; both are paths from the site's top.
fn between(from: &Path, to: &Path) -> String {
    let from: Vec<_> = from
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .collect();
    let to: Vec<_> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[common..].iter().map(|_| "..".to_owned());
    let down = to[common..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// The path of a source's page.
fn named(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".html");
    name.into()
}

/// A path in which nothing is hidden: whoever publishes a site may leave out what is.
fn visible(path: &Path) -> PathBuf {
    let parts = path.components().map(|part| {
        let name = part.as_os_str().to_string_lossy();
        name.trim_start_matches('.').to_owned()
    });
    parts.collect()
}

fn is_picture(path: &Path) -> bool {
    let kind = path.extension().and_then(|kind| kind.to_str());
    kind.is_some_and(|kind| PICTURES.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative() {
        let between = |from: &str, to: &str| between(Path::new(from), Path::new(to));
        assert_eq!(between("a.html", "b.html"), "b.html");
        assert_eq!(between("a/b.html", "a/c/d.html"), "c/d.html");
        assert_eq!(between("a/b/c.html", "d.html"), "../../d.html");
    }

    #[test]
    fn what_leads_out_is_no_path() {
        assert_eq!(plain(Path::new("a/../b/./c")), Some("b/c".into()));
        assert_eq!(plain(Path::new("a/../../b")), None);
        assert_eq!(plain(Path::new("/b")), None);
    }

    #[test]
    fn only_addresses_are_replaced() {
        let text = r#"<a class="x" href="a">href="a"</a><img src="b" alt="a">"#;
        let new = with_addresses(text, |address| (address == "a").then(|| "c".into()));
        let due = r#"<a class="x" href="c">href="a"</a><img src="b" alt="a">"#;
        assert_eq!(new, due);
    }
}
