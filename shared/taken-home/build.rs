//! Takes the lessons out of the variants' files.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let crates = Path::new("../../crates").canonicalize()?;
    println!("cargo::rerun-if-changed={}", crates.display());
    let mut lib = String::new();
    for model in sorted(&crates)? {
        let source = model.join("src");
        let mut taken = Taken::new(&out, &model)?;
        for file in sorted(&source.join("variants"))? {
            taken.take(&file, &source)?;
        }
        for hazard in sorted(&source.join("hazards"))? {
            for runtime in sorted(&hazard)? {
                taken.take_pair(&hazard, &runtime)?;
            }
        }
        lib += &taken.module()?;
    }
    fs::write(out.join("lib.rs"), lib)?;
    Ok(())
}

/// What is taken of one model.
struct Taken {
    name: String,
    folder: PathBuf,
    modules: BTreeSet<String>,
}

impl Taken {
    fn new(out: &Path, model: &Path) -> Result<Self> {
        let name = stem(model).replace('-', "_");
        let folder = out.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self {
            name,
            folder,
            modules: BTreeSet::new(),
        })
    }

    /// The lesson in a variant's file, with the files that it comes with: those of its own
    /// below it, those that it shares with others beside it.
    fn take(&mut self, file: &Path, source: &Path) -> Result<()> {
        let name = stem(file);
        let Some((lesson, parts)) = lesson(file)? else {
            return Ok(());
        };
        fs::write(self.folder.join(format!("{name}.rs")), lesson)?;
        for part in parts {
            let own = source.join("variants").join(&name).join(&part);
            if own.exists() {
                let folder = self.folder.join(&name);
                fs::create_dir_all(&folder)?;
                fs::copy(own, folder.join(part))?;
            } else {
                fs::copy(source.join("parts").join(&part), self.folder.join(&part))?;
                self.modules.insert(stem(Path::new(&part)));
            }
        }
        self.modules.insert(name);
        Ok(())
    }

    /// What goes wrong on a runtime, and its cure.
    fn take_pair(&mut self, hazard: &Path, runtime: &Path) -> Result<()> {
        for file in sorted(runtime)? {
            if let Some((lesson, _)) = lesson(&file)? {
                let name = [hazard, runtime, &file].map(stem).join("_");
                fs::write(self.folder.join(format!("{name}.rs")), lesson)?;
                self.modules.insert(name);
            }
        }
        Ok(())
    }

    fn module(&self) -> Result<String> {
        let mut text = String::new();
        for module in &self.modules {
            text += &format!("#[allow(missing_docs)] pub mod {module};\n");
        }
        let file = self.folder.join("mod.rs");
        fs::write(&file, text)?;
        let name = &self.name;
        Ok(format!("#[path = {file:?}]\npub mod {name};\n"))
    }
}

/// What stands below the line `// The lesson`, and the files that it comes with.
fn lesson(file: &Path) -> Result<Option<(String, Vec<String>)>> {
    if !file.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(file)?;
    let mut lines = text.lines();
    if !lines.any(|line| line.starts_with("// The lesson")) {
        return Ok(None);
    }
    let lesson: String = lines.map(|line| format!("{line}\n")).collect();
    let parts = lesson
        .lines()
        .find_map(|line| line.strip_prefix("// It comes with "))
        .map(|list| list.trim_end_matches('.').split(", ").map(str::to_owned));
    let parts = parts.into_iter().flatten().collect();
    Ok(Some((lesson, parts)))
}

/// What is in a folder; nothing if it isn't there.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = entries.collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
