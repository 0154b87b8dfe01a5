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
    let (mut lib, mut list) = (String::new(), String::new());
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
        list += &taken.list();
    }
    lib += &format!(
        "/// Each lesson: its folder, its module, what it says that it needs, and the files \n\
         /// beside it that it comes with.\n\
         pub const LESSONS: &[(&str, &str, &str, &[&str])] = &[\n{list}];\n"
    );
    fs::write(out.join("lib.rs"), lib)?;
    Ok(())
}

/// What is taken of one model.
struct Taken {
    name: String,
    folder: PathBuf,
    modules: BTreeSet<String>,
    lessons: Vec<Lesson>,
}

struct Lesson {
    module: String,
    text: String,
    /// What its file names as its needs: `tokio (rt, sync), tokio-util (rt)`.
    needs: String,
    /// The files that it comes with.
    files: Vec<String>,
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
            lessons: Vec::new(),
        })
    }

    /// The lesson in a variant's file, with the files that it comes with: those of its own
    /// below it, those that it shares with others beside it.
    fn take(&mut self, file: &Path, source: &Path) -> Result<()> {
        let name = stem(file);
        let Some(mut lesson) = Lesson::of(file, name.clone())? else {
            return Ok(());
        };
        let own = source.join("variants").join(&name);
        for part in &lesson.files {
            if own.join(part).exists() {
                let folder = self.folder.join(&name);
                fs::create_dir_all(&folder)?;
                fs::copy(own.join(part), folder.join(part))?;
            } else {
                fs::copy(source.join("parts").join(part), self.folder.join(part))?;
                self.modules.insert(stem(Path::new(part)));
            }
        }
        lesson.files.retain(|part| !own.join(part).exists());
        self.add(lesson)
    }

    /// What goes wrong on a runtime, and its cure.
    fn take_pair(&mut self, hazard: &Path, runtime: &Path) -> Result<()> {
        for file in sorted(runtime)? {
            let name = [hazard, runtime, &file].map(stem).join("_");
            if let Some(lesson) = Lesson::of(&file, name)? {
                self.add(lesson)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, lesson: Lesson) -> Result<()> {
        let file = self.folder.join(format!("{}.rs", lesson.module));
        fs::write(file, &lesson.text)?;
        self.modules.insert(lesson.module.clone());
        self.lessons.push(lesson);
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
        let each = self.lessons.iter().map(|lesson| {
            let (module, manner) = (&lesson.module, lesson.manner());
            format!("        $example! {{ {module}, {manner} }}\n")
        });
        let each: String = each.collect();
        Ok(format!(
            "#[path = {file:?}]\npub mod {name};\n\n\
             /// Expands `$example` for each lesson: its module, and how it is called.\n\
             #[macro_export]\n\
             macro_rules! {name} {{\n    ($example:ident) => {{\n{each}    }};\n}}\n\n"
        ))
    }

    /// What `tests/alone.rs` must know of each lesson.
    fn list(&self) -> String {
        let line = |lesson: &Lesson| {
            let Lesson {
                module,
                needs,
                files,
                ..
            } = lesson;
            let folder = &self.folder;
            format!("    ({folder:?}, {module:?}, {needs:?}, &{files:?}),\n")
        };
        self.lessons.iter().map(line).collect()
    }
}

impl Lesson {
    /// What stands below the line `// The lesson`.
    fn of(file: &Path, module: String) -> Result<Option<Self>> {
        if !file.is_file() {
            return Ok(None);
        }
        let text = fs::read_to_string(file)?;
        let mut lines = text.lines();
        if !lines.any(|line| line.starts_with("// The lesson")) {
            return Ok(None);
        }
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        let after = |start| {
            let found = text.lines().find_map(|line| line.strip_prefix(start));
            found.unwrap_or_default().trim_end_matches('.').to_owned()
        };
        let files = after("// It comes with ");
        let files = files.split(", ").filter(|file| !file.is_empty());
        Ok(Some(Self {
            module,
            needs: after("// It needs "),
            files: files.map(str::to_owned).collect(),
            text,
        }))
    }

    /// How its function is called. It blocks, perhaps with a runtime on each of `cores`
    /// cores; or it takes an executor; or it is awaited in one runtime, or in any.
    fn manner(&self) -> &'static str {
        if self.text.contains(" cores: usize") {
            "per_core"
        } else if !self.text.contains("pub async fn ") {
            "blocking"
        } else if self.text.contains("executor: &") {
            "executor"
        } else if self.needs.contains("tokio (") {
            "tokio"
        } else if self.needs.contains("compio") {
            "compio"
        } else if self.needs.contains("async-std") {
            "async_std"
        } else {
            "any"
        }
    }
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
