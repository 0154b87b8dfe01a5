//! `compare exercise`: a hole to fill, judged by the model's own check, and said in a sentence.

mod name;
mod text;

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use coach::{Answer, EXERCISES, Exercise as Hole, Judged, Verdict, judge};
use report::terminal;
use tempfile::{NamedTempFile, TempPath};
use test_fixtures::{interrupt, print, run_shown, tell, temporary::TemporaryFile};

use self::name::{Meant, meant};

use crate::{models, workspace::workspace};

/// Which exercise. The page on them is docs/src/exercises.md.
#[derive(Debug, Args)]
pub(crate) struct Exercise {
    /// Its name, such as at_most_tokio, or a model's: those of that model. Without one, all
    /// are listed. docs/src/exercises.md says how answers are judged
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// How long cargo may take, or wait for another that builds in the same folder.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Between two looks at whether another's build has ended.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Cargo's exit code for this.
const DOES_NOT_COMPILE: i32 = 101;

/// How a hole begins.
const HOLE: &str = "todo!(";

/// The folder of what is kept, below the workspace.
const FOLDER: &str = "target/exercises";

/// Judges the answer to an exercise, or lists them. False if the answer is not right.
pub(crate) fn run(exercise: &Exercise) -> Result<bool> {
    interrupt::listen()?;
    let root = workspace().context("the workspace that this was built from is gone")?;
    let solved = Solved::read(&root)?;
    let list = |holes: &[&'static Hole]| print(&text::list(holes, &solved, width()));
    let Some(name) = &exercise.name else {
        list(&all().collect::<Vec<_>>())?;
        return Ok(true);
    };
    match meant(name)? {
        Meant::One(hole) => try_answer(hole, &root, solved),
        Meant::Several(holes) => {
            list(&holes)?;
            Ok(true)
        }
    }
}

/// How wide lines are.
fn width() -> usize {
    terminal::width()
}

/// The names of all exercises.
pub(crate) fn names() -> Vec<&'static str> {
    all().map(|hole| hole.name).collect()
}

fn all() -> impl Iterator<Item = &'static Hole> {
    EXERCISES.iter().copied().flatten()
}

fn try_answer(hole: &Hole, root: &Path, mut solved: Solved) -> Result<bool> {
    let (name, file) = (hole.name, hole.file());
    let code = fs::read_to_string(root.join(&file))
        .with_context(|| format!("can't read {file}"))?;
    let was_right = solved.has(hole);
    if is_open(&code) {
        print(&text::is_open(hole, was_right, width()))?;
        return Ok(false);
    }
    if let Some(failing) = hole.failing() {
        let failing = fs::read_to_string(root.join(&failing))
            .with_context(|| format!("can't read {failing}"))?;
        if hole.is_unchanged(&code, &failing) {
            print(&text::is_unchanged(hole, was_right, width()))?;
            return Ok(false);
        }
    }
    let Some(program) = build(name, root)? else {
        print(&text::does_not_compile(hole, width()))?;
        return Ok(false);
    };
    let model = models::named(hole.model)?;
    let answer = Answer {
        program: &Arc::from(&*program),
        name,
        code: &code,
    };
    let Judged { verdict, printed } = judge(hole, model, &answer)?;
    match verdict {
        Verdict::Right => {
            solved.add(name)?;
            print(&text::praise(hole, &solved, was_right, &printed, width()))?;
            Ok(true)
        }
        Verdict::Wrong {
            sentence,
            said,
            trial,
        } => {
            let refusal = text::Refusal {
                sentence: &sentence,
                said: &said,
                trial,
                printed: &printed,
                was_right,
            };
            print(&refusal.text(hole, width()))?;
            Ok(false)
        }
    }
}

/// Whether the code has a hole left; what is said of one in comments doesn't count.
fn is_open(text: &str) -> bool {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| line.contains(HOLE))
}

/// Builds the answer alone, as this program was built, and returns a copy of the program:
/// whoever builds another next would write over it. `None` if it does not compile; the
/// compiler has said so on standard error.
fn build(name: &str, root: &Path) -> Result<Option<TempPath>> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("build.lock"))?;
    let mut waits = false;
    while let Err(error) = lock.try_lock() {
        let TryLockError::WouldBlock = error else {
            return Err(error).context("can't lock build.lock");
        };
        if !waits {
            tell(format_args!("waiting: another exercise is being built"));
            waits = true;
        }
        if interrupt::received().is_some() {
            bail!("interrupted");
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    let profile = match cfg!(debug_assertions) {
        true => "dev",
        false => "release",
    };
    let clock = Instant::now();
    tell(format_args!("building {name}: some seconds"));
    let messages = TemporaryFile::new()?;
    let mut cargo = Command::new("sh");
    cargo
        .args(["-c", "exec >\"$0\" && cd \"$1\" && shift && exec \"$@\""])
        .arg(messages.path())
        .arg(root)
        .arg(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["build", "--quiet", "--bin", "exercises"])
        // With this program, so that what both depend on has the features that it was built
        // with, and is there already.
        .args(["--package", "compare", "--package", "exercises"])
        .args(["--profile", profile])
        .args(["--message-format", "json-render-diagnostics"])
        .env("EXERCISE", name);
    // `cargo run` sets these for this program, and build scripts look at some of them: where
    // they differ from what a plain `cargo build` has, much would be built again.
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        let is_of_run = name == "OUT_DIR"
            || name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_");
        if is_of_run {
            cargo.env_remove(&variable);
        }
    }
    match run_shown(&cargo, LONGEST)? {
        0 => {}
        DOES_NOT_COMPILE => return Ok(None),
        code => bail!("cargo ended with exit code {code}"),
    }
    tell(format_args!("built in {:.0?}", clock.elapsed()));
    let built = fs::read(messages.path())?;
    let lines = built.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice(line).ok());
    let mut programs = messages.filter_map(|message: serde_json::Value| {
        let is_it = message["target"]["name"] == "exercises";
        let program = message["executable"].as_str().filter(|_| is_it)?;
        Some(PathBuf::from(program))
    });
    let program = programs.next_back().context("cargo names no program")?;
    let copy = NamedTempFile::with_prefix_in(format!("{name}-"), &folder)?;
    let copy = copy.into_temp_path();
    fs::copy(&program, &copy)
        .with_context(|| format!("can't copy {}", program.display()))?;
    Ok(Some(copy))
}

/// The first that is not solved, of those behind `after` if there is one.
fn next(solved: &Solved, after: Option<&Hole>) -> Option<&'static Hole> {
    let behind =
        all().skip_while(|one| after.is_some_and(|after| one.name != after.name));
    let mut open = behind.chain(all()).filter(|one| !solved.has(one));
    open.next()
}

/// The exercises that were solved: their names, a line each, in a file that no build touches.
#[derive(Debug)]
struct Solved {
    file: PathBuf,
    names: BTreeSet<String>,
}

impl Solved {
    fn read(root: &Path) -> Result<Self> {
        let file = root.join(FOLDER).join("solved.txt");
        let names = Self::names_in(&file)?;
        Ok(Self { file, names })
    }

    fn names_in(file: &Path) -> Result<BTreeSet<String>> {
        let text = match fs::read_to_string(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => text.with_context(|| format!("can't read {}", file.display()))?,
        };
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// How many are solved, of how many.
    fn count(&self) -> (usize, usize) {
        (all().filter(|one| self.has(one)).count(), all().count())
    }

    fn has(&self, hole: &Hole) -> bool {
        self.names.contains(hole.name)
    }

    /// Adds one, to what others may have added meanwhile.
    fn add(&mut self, name: &str) -> Result<()> {
        self.names.extend(Self::names_in(&self.file)?);
        self.names.insert(name.to_owned());
        let lines: String = self.names.iter().map(|name| format!("{name}\n")).collect();
        let folder = self.file.parent().expect("a file is in a folder");
        let write = || {
            fs::create_dir_all(folder)?;
            let mut whole = NamedTempFile::new_in(folder)?;
            whole.write_all(lines.as_bytes())?;
            whole.persist(&self.file).map_err(|error| error.error)
        };
        let written = write();
        written.with_context(|| format!("can't write {}", self.file.display()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_one_of_the_code() {
        assert!(is_open("fn f() {\n    todo!()\n}\n"));
        assert!(!is_open(
            "//! Put yours in place of `todo!()`.\nfn f() {}\n"
        ));
    }

    #[test]
    fn what_is_solved_is_kept_and_the_next_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        let mut solved = Solved::read(root.path()).expect("nothing is solved");
        let [first, second] =
            [0, 1].map(|place| all().nth(place).expect("there are two"));
        assert_eq!(next(&solved, None).map(|hole| hole.name), Some(first.name));
        solved.add(first.name).expect("it can be written");
        let solved = Solved::read(root.path()).expect("one is solved");
        assert!(solved.has(first) && !solved.has(second));
        assert_eq!(next(&solved, None).map(|hole| hole.name), Some(second.name));
        let text = text::list(&all().collect::<Vec<_>>(), &solved, 80);
        assert!(text.contains(&format!("[x] {}", first.name)), "{text}");
        assert!(text.contains(&format!("[ ] {}", second.name)), "{text}");
        // Behind the last, those that were left out are next.
        let last = all().last();
        assert_eq!(
            next(&solved, last).map(|hole| hole.name),
            last.map(|hole| hole.name)
        );
    }
}
