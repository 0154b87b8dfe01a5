//! Claims about packages, all over the tree. Each names the version and the file in which
//! it can be read. A claim about a version that is no longer locked must be read again.
//!
//! A citation stands in parentheses: package, version, file, and what to look for there, as
//! in `‹tokio 1.54, src/task/coop/mod.rs, Budget›`; a semicolon divides two. What stands
//! between backquotes and is more than a name is looked for as it is, white space aside. A
//! version may leave its last numbers out. Packages of Python are those of `requirements.txt`, which
//! also names the version of CPython; `std` is the workspace's `rust-version`. Files of a
//! package of Python are looked for where the package is, `CPython`'s in its library.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs,
    io::{Write, stderr},
    path::{Path, PathBuf},
    process::Command,
};

/// A package, its versions, and the directory of each whose source is on this machine.
#[derive(Default)]
struct Locked {
    packages: BTreeMap<String, Vec<(String, Option<PathBuf>)>>,
}

/// A claim about a package, and where it can be read.
#[derive(Debug, PartialEq)]
struct Citation {
    line: usize,
    package: String,
    version: String,
    /// The file, and what to look for in it, with its backquotes.
    place: Vec<String>,
    /// Whether it stands where it isn't looked for.
    is_stray: bool,
}

#[test]
fn claims_are_of_locked_versions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let locked = Locked::of(&root);
    let mut files = Vec::new();
    for directory in ["crates", "shared", "docs"] {
        walk(&root.join(directory), &mut files);
    }
    files.extend(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)));

    let mut complaints = Vec::new();
    let mut unread = BTreeSet::new();
    let mut found = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("the tree's files are UTF-8");
        let name = file.strip_prefix(&root).expect("below the root").display();
        for citation in citations(&text, &locked) {
            found += 1;
            match citation.check(&locked) {
                Ok(true) => {}
                Ok(false) => {
                    unread.insert(citation.to_string());
                }
                Err(wrong) => {
                    complaints.push(format!("{name}:{}: {wrong}", citation.line))
                }
            }
        }
    }
    if !unread.is_empty() {
        // Not by a macro: what those write is shown of a failed test alone.
        writeln!(
            stderr(),
            "versions alone are checked, since the source is not on this machine: {}",
            unread.into_iter().collect::<Vec<_>>().join("; ")
        )
        .expect("standard error takes a line");
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(found > 100, "only {found} citations: are they still found?");
}

#[test]
fn wrong_citations_are_found() {
    let directory = tempfile_with("src/chunk.rs", "fn read_size() {}");
    let mut locked = Locked::default();
    locked.add("tokio", "1.54.1", None);
    locked.add("async-io", "1.13.0", None);
    locked.add("async-io", "2.6.0", None);
    locked.add("ureq-proto", "0.7.1", Some(directory.clone()));
    let complaints = |text: &str| {
        // Written otherwise here, lest it be taken for a claim itself.
        let text = text.replace('‹', "(").replace('›', ")").replace('¦', ";");
        let mut complaints = Vec::new();
        for citation in citations(&text, &locked) {
            if let Err(wrong) = citation.check(&locked) {
                complaints.push(format!("{}: {wrong}", citation.line));
            }
        }
        complaints.join("\n")
    };
    assert_eq!(
        complaints("‹tokio 1.54, src/lib.rs›, and ‹tokio 1.54.1›"),
        ""
    );
    assert_eq!(
        complaints("//! one\n//! two ‹tokio\n//! 1.53, src/lib.rs›"),
        "2: says tokio 1.53, locked is 1.54.1"
    );
    assert_eq!(
        complaints("‹tokio 1.5, src/lib.rs›"),
        "1: says tokio 1.5, locked is 1.54.1"
    );
    assert_eq!(
        complaints("‹async-io 1.13, a.rs¦ async-io 2.6, `b.rs`›"),
        ""
    );
    assert_eq!(
        complaints("‹async-io 2.6, a.rs¦ async-io 2.5, b.rs›"),
        "1: says async-io 2.5, locked is 1.13.0 or 2.6.0"
    );
    assert_eq!(
        complaints("\"so ‹nonesuch 1.0, \\\n    src/lib.rs›\""),
        "1: says nonesuch 1.0, which isn't locked"
    );
    assert_eq!(complaints("‹ureq-proto 0.7, src/chunk.rs, read_size›"), "");
    assert_eq!(
        complaints("‹ureq-proto 0.7.1, src/nonesuch.rs›"),
        "1: ureq-proto 0.7.1 has no src/nonesuch.rs"
    );
    assert_eq!(
        complaints("‹ureq-proto 0.7.1, src/chunk.rs, Nonesuch::read_sizes›"),
        "1: ureq-proto 0.7.1 has no Nonesuch::read_sizes in src/chunk.rs"
    );
    assert_eq!(
        complaints("‹ureq-proto 0.7.1, `src/chunk.rs`, `fn read_size()  {}`›"),
        ""
    );
    assert_eq!(
        complaints("‹ureq-proto 0.7.1, src/chunk.rs, `read_size(), 28`›"),
        "1: ureq-proto 0.7.1 has no read_size(), 28 in src/chunk.rs"
    );
    assert_eq!(
        complaints("‹tokio, src/lib.rs›"),
        "1: names tokio without a version"
    );
    let stray =
        "tokio_1.54, `src/lib.rs`, and ‹100: tokio_1.54, src/lib.rs›".replace('_', " ");
    let wrong = "1: tokio_1.54, src/lib.rs stands at the start of no parentheses"
        .replace('_', " ");
    assert_eq!(complaints(&stray), format!("{wrong}\n{wrong}"));
    assert_eq!(
        complaints("‹takes 1.5, 2.0 and 3›, ‹RFC 9110, section 5›, ‹tokio, smol›"),
        ""
    );
    fs::remove_dir_all(directory).expect("it was made here");
}

/// A directory with one file.
fn tempfile_with(path: &str, text: &str) -> PathBuf {
    let directory =
        env::temp_dir().join(format!("interleave-claims-{}", std::process::id()));
    let file = directory.join(path);
    fs::create_dir_all(file.parent().expect("it has one")).expect("room for a file");
    fs::write(file, text).expect("room for a file");
    directory
}

/// Sources and documents below a directory.
fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).expect("the tree can be read");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, files);
        } else if matches!(extension(&path), Some("rs" | "md" | "py")) {
            files.push(path);
        }
    }
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

/// The citations of a text, with the lines in which they begin.
fn citations(text: &str, locked: &Locked) -> Vec<Citation> {
    // One line, without what begins and continues lines of comments and of long strings.
    let mut flat = String::new();
    let mut starts = Vec::new();
    for line in text.lines() {
        starts.push(flat.len());
        let line = line.trim().trim_start_matches(['/', '!', '#']);
        flat.push_str(line.trim_end_matches('\\').trim());
        flat.push(' ');
    }
    let line_of = |place| starts.partition_point(|&start| start <= place);
    let mut citations = Vec::new();
    for (open, _) in flat.match_indices('(') {
        let Some(length) = unquoted(&flat[open + 1..], &['(', ')']).next() else {
            continue;
        };
        if flat[open + 1 + length..].starts_with('(') {
            continue;
        }
        let mut place = open + 1;
        for clause in split(&flat[place..place + length], ';') {
            citations.extend(Citation::read(clause, line_of(place), locked));
            place += clause.len() + 1;
        }
    }
    let strays = strays(&flat, line_of, locked, &citations);
    citations.extend(strays);
    citations
}

/// Where one of these stands, but for what is between backquotes.
fn unquoted(text: &str, wanted: &[char]) -> impl Iterator<Item = usize> {
    let mut is_quoted = false;
    text.char_indices().filter_map(move |(at, c)| {
        is_quoted ^= c == '`';
        (!is_quoted && wanted.contains(&c)).then_some(at)
    })
}

fn split(text: &str, at: char) -> Vec<&str> {
    let mut start = 0;
    let mut parts = Vec::new();
    for end in unquoted(text, &[at]) {
        parts.push(&text[start..end]);
        start = end + at.len_utf8();
    }
    parts.push(&text[start..]);
    parts
}

/// What looks like a citation among all words, and isn't where one is looked for.
fn strays(
    flat: &str,
    line_of: impl Fn(usize) -> usize,
    locked: &Locked,
    citations: &[Citation],
) -> Vec<Citation> {
    let mut expected: Vec<_> = citations.iter().map(Citation::to_string).collect();
    let words: Vec<_> = flat.split_whitespace().collect();
    let mut strays = Vec::new();
    for three in words.windows(3) {
        if !three[1].starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let clause = three.join(" ");
        let clause = clause
            .trim_start_matches(['(', '`'])
            .trim_end_matches(['.', ',', ';', ':', ')', '`', '"']);
        let place = three[0].as_ptr() as usize - flat.as_ptr() as usize;
        let Some(mut stray) = Citation::read(clause, line_of(place), locked) else {
            continue;
        };
        let text = stray.to_string();
        if let Some(at) = expected.iter().position(|expected| *expected == text) {
            expected.swap_remove(at);
        } else if !stray.version.is_empty() && stray.place.first().is_some_and(is_file) {
            stray.is_stray = true;
            strays.push(stray);
        }
    }
    strays
}

/// Whether these words name a file of a source.
fn is_file(words: &String) -> bool {
    let extension = extension(Path::new(words));
    matches!(extension, Some("rs" | "py" | "c" | "toml" | "md"))
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.package, self.version)?;
        self.place
            .first()
            .map_or(Ok(()), |file| write!(f, ", {file}"))
    }
}

impl Citation {
    /// None where a clause is no citation: it begins with no package and version, or the
    /// package is unknown and no file follows. A known package and a file make one that
    /// lacks its version.
    fn read(clause: &str, line: usize, locked: &Locked) -> Option<Citation> {
        let (package, _) = clause.trim().split_once([' ', ','])?;
        let rest = clause.trim()[package.len()..].trim_start();
        let version = rest.split(',').next()?.trim();
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if !package.chars().all(is_name) {
            return None;
        }
        let mut characters = version.chars();
        let is_version = characters.next().is_some_and(|c| c.is_ascii_digit())
            && characters.all(|c| c.is_ascii_digit() || c == '.');
        let mut place: Vec<_> = split(rest, ',')
            .into_iter()
            .skip(1)
            .map(|part| part.trim().to_owned())
            .collect();
        if let Some(file) = place.first_mut() {
            *file = file.trim_matches('`').to_owned();
        }
        let is_file = place.first().is_some_and(|place| {
            matches!(extension(Path::new(place)), Some("rs" | "py"))
        });
        let is_known = locked.packages.contains_key(package);
        let is_bare = version.is_empty() && is_known && is_file;
        (is_bare || is_version && (is_known || is_file)).then(|| Citation {
            line,
            package: package.to_owned(),
            version: version.to_owned(),
            place,
            is_stray: false,
        })
    }

    /// Whether the source was there to look at.
    ///
    /// # Errors
    /// The version isn't locked, or has no such file, or that has not what it is cited for.
    fn check(&self, locked: &Locked) -> Result<bool, String> {
        let Citation {
            package,
            version,
            place,
            ..
        } = self;
        if version.is_empty() {
            return Err(format!("names {package} without a version"));
        }
        let said = format!("{package} {version}");
        if self.is_stray {
            return Err(format!("{self} stands at the start of no parentheses"));
        }
        let Some(versions) = locked.packages.get(package) else {
            return Err(format!("says {said}, which isn't locked"));
        };
        let is_meant = |locked: &str| {
            let rest = locked.strip_prefix(version.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let Some((_, source)) = versions.iter().find(|(locked, _)| is_meant(locked))
        else {
            let versions: Vec<_> =
                versions.iter().map(|(version, _)| &version[..]).collect();
            let versions = versions.join(" or ");
            return Err(format!("says {said}, locked is {versions}"));
        };
        let (Some(source), Some(file)) = (source, place.first()) else {
            return Ok(source.is_some());
        };
        // An interpreter comes without what it was made of.
        if extension(Path::new(file)) == Some("c") {
            return Ok(false);
        }
        let Ok(text) = fs::read_to_string(source.join(file)) else {
            return Err(format!("{said} has no {file}"));
        };
        let squeezed = |text: &str| text.replace(char::is_whitespace, "");
        for part in &place[1..] {
            let name = part.trim_matches('`');
            let is_name = |c: char| c.is_alphanumeric() || "_:".contains(c);
            let last = name.rsplit("::").next().unwrap_or(name);
            let is_there = match name.chars().all(is_name) {
                true => text.contains(last),
                false => name == part || squeezed(&text).contains(&squeezed(name)),
            };
            if !is_there {
                return Err(format!("{said} has no {name} in {file}"));
            }
        }
        Ok(true)
    }
}

impl Locked {
    /// What the tree locks: crates, the standard library, packages of Python, CPython.
    fn of(root: &Path) -> Locked {
        let read =
            |name| fs::read_to_string(root.join(name)).expect("a file of the root");
        let mut locked = Locked::default();
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
        let registries =
            home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
        let registries: Vec<_> = registries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        // The workspace's own packages have no source.
        let (mut name, mut version) = (String::new(), String::new());
        for line in read("Cargo.lock").lines() {
            if let Some(it) = line.strip_prefix("name = ") {
                name = it.trim_matches('"').to_owned();
            } else if let Some(it) = line.strip_prefix("version = ") {
                version = it.trim_matches('"').to_owned();
            } else if line.starts_with("source = ") {
                let sources = registries
                    .iter()
                    .map(|registry| registry.join(format!("{name}-{version}")));
                locked.add(&name, &version, sources.into_iter().find(|it| it.is_dir()));
            }
        }

        let manifest = read("Cargo.toml");
        let rust = manifest
            .lines()
            .find_map(|line| line.strip_prefix("rust-version = "));
        let rust = rust
            .expect("the workspace names its Rust")
            .trim_matches('"');
        let rustc = Command::new("rustc").args(["--print", "sysroot"]).output();
        let sysroot = rustc.ok().and_then(|it| String::from_utf8(it.stdout).ok());
        let source = sysroot.map(|it| Path::new(it.trim()).join("lib/rustlib/src/rust"));
        locked.add("std", rust, source.filter(|it| it.is_dir()));

        let peers = root.join("target/peers");
        let libraries = fs::read_dir(peers.join("lib")).into_iter().flatten();
        let library = libraries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.join("site-packages").is_dir());
        let requirements = read("requirements.txt");
        for line in requirements.lines() {
            if let Some((package, version)) = line.split_once("==") {
                let name = package.replace('-', "_");
                let installed = library.as_ref().map(|it| it.join("site-packages"));
                let is_that = |it: &PathBuf| {
                    it.join(format!("{name}-{version}.dist-info")).is_dir()
                };
                let source = installed.filter(is_that).map(|it| it.join(&name));
                locked.add(package, version, source);
            } else if let Some((_, rest)) = line.split_once("CPython ") {
                let version = rest.trim_end_matches('.');
                let python = format!("python{version}");
                let config =
                    fs::read_to_string(peers.join("pyvenv.cfg")).unwrap_or_default();
                let home = config.lines().find_map(|line| line.strip_prefix("home = "));
                let home = home.map(|home| Path::new(home).join("../lib").join(python));
                locked.add("CPython", version, home.filter(|it| it.is_dir()));
            }
        }
        locked
    }

    fn add(&mut self, package: &str, version: &str, source: Option<PathBuf>) {
        let versions = self.packages.entry(package.to_owned()).or_default();
        versions.push((version.to_owned(), source));
    }
}
