//! Each lesson compiles with just the packages and features that its file names.
//!
//! In the workspace a feature may be enabled because another package asked for it. So
//! lessons that need the same are put into a package of their own, which is checked
//! alone. So is a test of the book that needs a feature which nothing here may have.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use taken_home::LESSONS;

/// A lesson's folder and module, what it needs, and the files that it comes with.
type Lesson = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// A model's folder with what some of its lessons need.
type Group = (&'static str, &'static str);

#[test]
fn each_lesson_needs_just_what_it_says() {
    let mut groups = BTreeMap::<Group, Vec<&str>>::new();
    for &(folder, module, needs, files) in LESSONS {
        let modules = groups.entry((folder, needs)).or_default();
        modules.push(module);
        modules.extend(files.iter().map(|file| file.trim_end_matches(".rs")));
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alone");
    let members = write(&root, &groups).expect("the packages can be written");
    for (member, (folder, needs)) in members.iter().zip(groups.keys()) {
        let (success, output) = cargo(&root, &["check", "--quiet", "--package", member]);
        assert!(success, "{}, with {needs}:\n{output}", name(folder));
    }
}

/// tokio's `test-util` would put another clock beneath every test of this workspace.
#[test]
fn the_page_tests_on_a_paused_clock() {
    let page = fs::read_to_string("../../docs/src/from-python/packages.md");
    let page = page.expect("the page can be read");
    let begin = page.find("// Cargo.toml: tokio's feature \"test-util\"");
    let (_, code) = page.split_at(begin.expect("the page has this test"));
    let (code, _) = code.split_once("```").expect("the code has an end");

    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("paused");
    let needs = "tokio (macros, rt, test-util)";
    package(&root.join("paused"), needs, code).expect("the package can be written");
    workspace(&root, &["paused".to_owned()]).expect("the workspace can be written");
    let (success, output) = cargo(&root, &["test", "--lib", "--package", "paused"]);
    assert!(success && output.contains("1 passed"), "{output}");
}

/// The page says how many packages come with a runtime, in this lock file.
#[test]
fn the_page_counts_the_packages() {
    let page = fs::read_to_string("../../docs/src/choosing.md");
    let page = page.expect("the page can be read");
    let lesson = |variant: &str| {
        let mut lessons = LESSONS.iter().copied();
        let is_meant = |&(folder, module, ..): &Lesson| {
            folder.contains("serving") && module == variant
        };
        lessons.find(is_meant).expect("a lesson of serving").2
    };
    let counts = [
        ("plain-tokio", "tokio (full)"),
        ("plain-smol", "smol"),
        ("server-tokio", lesson("tokio")),
        ("server-smol", lesson("smol")),
    ];
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counted");
    for (member, needs) in counts {
        package(&root.join(member), needs, "").expect("the package can be written");
    }
    workspace(&root, &counts.map(|(member, _)| member.to_owned()))
        .expect("the workspace can be written");
    let [tokio, smol, with_tokio, with_smol] = counts.map(|(member, _)| {
        let tree = "tree --quiet --edges normal --prefix none --no-dedupe --package";
        let arguments: Vec<_> = tree.split(' ').chain([member]).collect();
        let (success, output) = cargo(&root, &arguments);
        assert!(success, "{output}");
        output.lines().collect::<BTreeSet<_>>().len() - 1
    });
    for words in [
        format!("(`full`) is {tokio} packages, and smol {smol}."),
        format!("it is {with_tokio} and {with_smol}."),
    ] {
        assert!(page.contains(&words), "the page should say {words:?}");
    }
}

/// Whether it succeeded, and what it wrote.
fn cargo(root: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .output()
        .expect("cargo runs");
    let written = [output.stdout, output.stderr].concat();
    let written = String::from_utf8_lossy(&written).into_owned();
    (output.status.success(), written)
}

/// Writes a workspace of these packages. Returns their names.
fn write(root: &Path, groups: &BTreeMap<Group, Vec<&str>>) -> io::Result<Vec<String>> {
    let mut members = Vec::new();
    for (index, ((folder, needs), modules)) in groups.iter().enumerate() {
        let member = format!("{}-{index}", name(folder));
        let into = root.join(&member);
        if into.exists() {
            fs::remove_dir_all(&into)?;
        }
        copy(Path::new(folder), &into.join("src"))?;
        // A file that several lessons come with is one module.
        let lib: String = BTreeSet::from_iter(modules)
            .into_iter()
            .map(|name| format!("pub mod {name};\n"))
            .collect();
        package(&into, needs, &lib)?;
        members.push(member);
    }
    workspace(root, &members)?;
    Ok(members)
}

/// Writes a package that is named as its folder.
fn package(folder: &Path, needs: &str, lib: &str) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default();
    let needs: String = packages(needs).map(|need| need + "\n").collect();
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), lib)?;
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{needs}"
        ),
    )
}

/// Writes what these packages have in common, with this workspace's versions.
fn workspace(root: &Path, members: &[String]) -> io::Result<()> {
    let ours = Path::new("../..");
    fs::copy(ours.join("Cargo.lock"), root.join("Cargo.lock"))?;
    let manifest = fs::read_to_string(ours.join("Cargo.toml"))?;
    let lines = manifest.lines().skip_while(|line| *line != DEPENDENCIES);
    let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    let dependencies: Vec<&str> = lines.filter(|line| !line.contains("path =")).collect();
    let dependencies = dependencies.join("\n");
    fs::write(
        root.join("Cargo.toml"),
        format!(
            "[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n\
             {DEPENDENCIES}\n{dependencies}\n"
        ),
    )
}

const DEPENDENCIES: &str = "[workspace.dependencies]";

/// `tokio (rt, sync), rayon` as lines of a manifest.
fn packages(needs: &str) -> impl Iterator<Item = String> {
    let mut needs = needs.to_owned();
    std::iter::from_fn(move || {
        let end = needs.find([',', '(']).unwrap_or(needs.len());
        let name = needs[..end].trim().to_owned();
        let mut rest = needs.split_off(end);
        let features = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')'))
        {
            Some((features, after)) => {
                let features: Vec<_> = features.split(", ").map(str::to_owned).collect();
                rest = after.to_owned();
                features
            }
            None => Vec::new(),
        };
        needs = rest.trim_start_matches([',', ' ']).to_owned();
        let line = || format!("{name} = {{ workspace = true, features = {features:?} }}");
        (!name.is_empty()).then(line)
    })
}

fn copy(from: &Path, to: &PathBuf) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = { entry.map(|entry| (entry.path(), entry.file_name())) }?;
        match path.is_dir() {
            true => copy(&path, &to.join(name))?,
            false => fs::copy(path, to.join(name)).map(drop)?,
        }
    }
    Ok(())
}

fn name(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}
