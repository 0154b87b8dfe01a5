//! `compare exercise`: a hole to fill, judged by the model's own check, and said in a sentence.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use coach::{EXERCISES, Exercise as Hole, Verdict, judge};
use tempfile::NamedTempFile;
use test_fixtures::{interrupt, print, shown, tell, unknown};

use crate::{
    models::{self, find},
    workspace::workspace,
};

/// Which exercise.
#[derive(Debug, Args)]
pub(crate) struct Exercise {
    /// Its name, such as at_most_tokio, or a model's: those of that model. Without one, all
    /// are listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// How a hole begins.
const HOLE: &str = "todo!(";

/// Judges the answer to an exercise, or lists them. False if the answer is not right.
pub(crate) fn run(exercise: &Exercise) -> Result<bool> {
    interrupt::listen()?;
    let root = workspace().context("the workspace that this was built from is gone")?;
    let solved = Solved::read(&root)?;
    let Some(name) = &exercise.name else {
        print(&list(all(), &solved))?;
        return Ok(true);
    };
    if find(name).is_some() {
        let of_model = all().filter(|hole| hole.model == name);
        print(&list(of_model, &solved))?;
        return Ok(true);
    }
    match coach::find(name) {
        Some(hole) => try_answer(hole, &root, solved),
        None => {
            let names: Vec<_> = all().map(|hole| hole.name).collect();
            Err(unknown("there is no exercise", name, &names).into())
        }
    }
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
    let text = fs::read_to_string(root.join(&file))
        .with_context(|| format!("can't read {file}"))?;
    if is_open(&text) {
        print(&format!(
            "{name}: {}\n\n\
             It is still a hole: {file} has a `todo!()`, with the task and the Python above \
             it.\nPut yours in its place, and run this again.\n",
            hole.task
        ))?;
        return Ok(false);
    }
    let Some(program) = build(name, root)? else {
        print(&format!(
            "{name} does not compile yet: what the compiler says of {file} is above.\n"
        ))?;
        return Ok(false);
    };
    let model = models::named(hole.model)?;
    match judge(hole, model, &program, name)? {
        Verdict::Right => {
            solved.add(name)?;
            print(&praise(hole, &solved))?;
            Ok(true)
        }
        Verdict::Wrong {
            sentence,
            said,
            job,
        } => {
            print(&refusal(hole, &sentence, &said, job))?;
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

/// Builds the answer alone, as this program was built. `None` if it does not compile; the
/// compiler has said so on standard error.
fn build(name: &str, root: &Path) -> Result<Option<Arc<Path>>> {
    let profile = match cfg!(debug_assertions) {
        true => "dev",
        false => "release",
    };
    let clock = Instant::now();
    tell(format_args!("building {name}: some seconds"));
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo
        .args(["build", "--quiet", "--bin", "exercises"])
        // With this program, so that what both depend on has the features that it was built
        // with, and is there already.
        .args(["--package", "compare", "--package", "exercises"])
        .args(["--profile", profile])
        .args(["--message-format", "json-render-diagnostics"])
        .env("EXERCISE", name)
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
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
    let built = cargo.output().context("cargo can't be started")?;
    if interrupt::received().is_some() {
        bail!("interrupted");
    }
    if !built.status.success() {
        return Ok(None);
    }
    tell(format_args!("built in {:.0?}", clock.elapsed()));
    let lines = built.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice(line).ok());
    let mut programs = messages.filter_map(|message: serde_json::Value| {
        let is_it = message["target"]["name"] == "exercises";
        let program = message["executable"].as_str().filter(|_| is_it)?;
        Some(Arc::from(Path::new(program)))
    });
    let program = programs.next_back().context("cargo names no program")?;
    Ok(Some(program))
}

fn refusal(hole: &Hole, sentence: &str, said: &str, job: &str) -> String {
    let Hole { name, model, .. } = hole;
    let said = shown(said.strip_prefix("check failed: ").unwrap_or(said));
    let job = job.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = format!(
        "{name}: not yet.\n\n{}\n\nthe job    {model} {job}\nthe check  {said}\n",
        capital(sentence)
    );
    for (place, line) in hole.look_at().iter().enumerate() {
        let label = if place == 0 { "look at" } else { "" };
        text += &format!("{label:9}  {line}\n");
    }
    text
}

fn praise(hole: &Hole, solved: &Solved) -> String {
    let (done, count) = (all().filter(|one| solved.has(one)).count(), all().count());
    let mut text = format!(
        "{}: right. {done} of {count} are solved.\n\nThe workspace's own: {}\n",
        hole.name,
        hole.source_of(hole.answer)
    );
    match next(solved, Some(hole)) {
        Some(next) => {
            text += &format!(
                "The next: {}, {}\n  cargo run -- exercise {}\n",
                next.file(),
                next.task,
                next.name
            );
        }
        None => text += "That was the last of them.\n",
    }
    text
}

/// The first that is not solved, of those behind `after` if there is one.
fn next(solved: &Solved, after: Option<&Hole>) -> Option<&'static Hole> {
    let behind =
        all().skip_while(|one| after.is_some_and(|after| one.name != after.name));
    let mut open = behind.chain(all()).filter(|one| !solved.has(one));
    open.next()
}

fn list(holes: impl Iterator<Item = &'static Hole>, solved: &Solved) -> String {
    let (done, count) = (all().filter(|one| solved.has(one)).count(), all().count());
    let mut text = format!("{done} of {count} exercises are solved\n");
    let mut model = "";
    for hole in holes {
        if hole.model != model {
            model = hole.model;
            text += &format!("\n{model}\n");
        }
        let mark = if solved.has(hole) { "x" } else { " " };
        text += &format!("  [{mark}] {:28} {}\n", hole.name, hole.task);
    }
    match next(solved, None) {
        Some(next) => {
            text += &format!(
                "\nThe next: fill the hole in {}, and then\n  cargo run -- exercise {}\n",
                next.file(),
                next.name
            );
        }
        None => text += "\nAll are solved.\n",
    }
    text
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The exercises that were solved: their names, a line each, in a file that no build touches.
#[derive(Debug)]
struct Solved {
    file: PathBuf,
    names: BTreeSet<String>,
}

impl Solved {
    fn read(root: &Path) -> Result<Self> {
        let file = root.join("target/exercises/solved.txt");
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => text.with_context(|| format!("can't read {}", file.display()))?,
        };
        let names = text.lines().map(str::to_owned).collect();
        Ok(Self { file, names })
    }

    fn has(&self, hole: &Hole) -> bool {
        self.names.contains(hole.name)
    }

    fn add(&mut self, name: &str) -> Result<()> {
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
        let text = list(all(), &solved);
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
