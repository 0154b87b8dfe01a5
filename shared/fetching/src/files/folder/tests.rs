//! What stands in a folder after files were saved, dropped, and asked for twice.

use std::{
    fs,
    io::Write,
    os::unix::{
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
    path::Path,
};

use tempfile::TempDir;

use super::{Begun, File, Folder, Name, NameError, Saving, Unfinished};
use crate::files::{SaveError, names};

fn folder(dir: &Path, force: bool, urls: &[&str]) -> Folder {
    let saving = Saving {
        dir: dir.to_owned(),
        force,
        sync: true,
    };
    let urls: Vec<_> = urls.iter().map(|name| format!("http://h/{name}")).collect();
    Folder::new(&saving, &names(&urls))
}

fn name(text: &str) -> Name {
    Name::try_from(text.to_owned()).expect("it is a name")
}

fn begin(folder: &Folder, place: usize, text: &str, given: Option<&str>) -> Unfinished {
    let begun = folder.begin(place, &name(text), given.map(str::as_bytes), None);
    match begun.expect("it can be begun") {
        Begun::New(file) => file,
        Begun::Stands(file) => panic!("{file} stands already"),
    }
}

fn save(mut file: Unfinished, body: &str) -> File {
    file.write_all(body.as_bytes()).expect("it can be written");
    file.keep().expect("it can be kept")
}

fn entries(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("it can be listed");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("it can be listed");
        entry.file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_file_has_its_name_once_it_is_whole() {
    let dir = TempDir::new().expect("a directory");
    let folder = folder(dir.path(), false, &["a"]);
    let mut file = begin(&folder, 0, "a", None);
    file.write_all(b"half").expect("it can be written");
    let [hidden] = entries(dir.path()).try_into().expect("one file");
    assert!(hidden.starts_with(".interleave-") && hidden.ends_with(".unfinished"));
    let whole = save(file, "whole");
    assert_eq!(entries(dir.path()), ["a"]);
    assert_eq!(whole.to_string(), "saved            9 bytes  a");
    let path = dir.path().join("a");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "halfwhole");
    let mode = fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o600, 0o600);
}

#[test]
fn a_file_that_is_dropped_leaves_nothing() {
    let dir = TempDir::new().expect("a directory");
    let folder = folder(dir.path(), false, &["a"]);
    drop(begin(&folder, 0, "a", None));
    assert!(entries(dir.path()).is_empty());
}

#[test]
fn what_stands_is_kept_unless_it_is_to_be_replaced() {
    let dir = TempDir::new().expect("a directory");
    let keeping = folder(dir.path(), false, &["a"]);
    let late = begin(&keeping, 0, "a", None);
    fs::write(dir.path().join("a"), "old").expect("it can be written");
    assert!(matches!(keeping.standing(&name("a")), Ok(Some(_))));
    // Another writer put it there while this one was written.
    assert!(matches!(save(late, "new"), File::Kept { .. }));
    assert_eq!(fs::read(dir.path().join("a")).expect("it is there"), b"old");

    let replacing = folder(dir.path(), true, &["a"]);
    assert!(matches!(replacing.standing(&name("a")), Ok(None)));
    save(begin(&replacing, 0, "a", None), "new");
    assert_eq!(fs::read(dir.path().join("a")).expect("it is there"), b"new");
    assert_eq!(entries(dir.path()), ["a"]);
}

#[test]
fn names_from_answers_replace_nothing() {
    let dir = TempDir::new().expect("a directory");
    // Even where files that stand are replaced.
    fs::write(dir.path().join("mine"), "old").expect("it can be written");
    let folder = folder(dir.path(), true, &["a", "b", "c", "d", "a.6"]);
    let given = |name: &str| format!("attachment; filename={name}");
    for (place, url, header, due) in [
        (1, "b", Some(given("a")), "a.2"),
        (2, "c", Some(given("new")), "new"),
        (3, "d", Some(given("new")), "new.4"),
        (0, "a", Some(given("a")), "a"),
        (5, "e", Some(given("a")), "a.7"),
    ] {
        let file = begin(&folder, place, url, header.as_deref());
        assert_eq!(save(file, due).name().as_str(), due);
    }
    let begun = folder.begin(6, &name("f"), Some(given("mine").as_bytes()), None);
    assert!(matches!(begun, Ok(Begun::Stands(_))), "{begun:?}");
    let stand = ["a", "a.2", "a.7", "mine", "new", "new.4"];
    assert_eq!(entries(dir.path()), stand);
}

#[test]
fn what_is_no_file_is_not_kept() {
    let dir = TempDir::new().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    let folder = folder(dir.path(), false, &["dir", "lost", "link", "late"]);
    let late = begin(&folder, 3, "late", None);
    fs::create_dir(path("dir")).expect("it can be made");
    fs::create_dir(path("late")).expect("it can be made");
    symlink("nowhere", path("lost")).expect("it can be made");
    fs::write(path("file"), "old").expect("it can be written");
    symlink("file", path("link")).expect("it can be made");
    for (no_file, kind) in [("dir", "a directory"), ("lost", "a symbolic link")] {
        let why = folder.standing(&name(no_file)).expect_err("it is no file");
        assert!(why.to_string().contains(kind), "{why}");
    }
    assert!(matches!(folder.standing(&name("link")), Ok(Some(_))));
    let why = late
        .keep()
        .expect_err("a directory has come to stand there");
    assert!(why.to_string().contains("a directory"), "{why}");
}

#[test]
fn what_is_no_plain_file_is_not_replaced() {
    let dir = TempDir::new().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    let replacing = folder(dir.path(), true, &["dir", "link", "socket", "late"]);
    let late = begin(&replacing, 3, "late", None);
    fs::create_dir(path("dir")).expect("it can be made");
    fs::write(path("file"), "old").expect("it can be written");
    symlink("file", path("link")).expect("it can be made");
    symlink("file", path("late")).expect("it can be made");
    let _socket = UnixListener::bind(path("socket")).expect("it can be made");
    for no_file in ["dir", "link", "socket", "late"] {
        let stands = fs::symlink_metadata(path(no_file)).expect("it stands");
        let why = replacing.standing(&name(no_file)).expect_err("it stands");
        assert!(why.to_string().contains("never replaced"), "{why}");
        let after = fs::symlink_metadata(path(no_file)).expect("it stands still");
        assert_eq!(stands.file_type(), after.file_type(), "{no_file}");
    }
    let why = late.keep().expect_err("a link has come to stand there");
    assert!(why.is::<NameError>(), "{why:#}");
    assert!(path("late").is_symlink());
    assert_eq!(fs::read(path("file")).expect("it is there"), b"old");
    let stand = ["dir", "file", "late", "link", "socket"];
    assert_eq!(entries(dir.path()), stand);
}

#[test]
fn a_name_that_would_be_swept_is_refused() {
    let swept = ".interleave-1-2-x.unfinished";
    let why = Name::of_url(&format!("http://a/{swept}")).expect_err("it is refused");
    assert!(why.to_string().contains("unfinished"), "{why}");
}

#[test]
fn a_folder_that_is_gone_is_said() {
    let dir = TempDir::new().expect("a directory");
    let gone = dir.path().join("gone");
    let begun = folder(&gone, false, &["a"]).begin(0, &name("a"), None, None);
    let error = begun.expect_err("nothing can be written there");
    assert!(error.is::<SaveError>(), "{error:#}");
}

#[test]
fn what_a_killed_download_left_is_removed_by_the_next() {
    let dir = TempDir::new().expect("a directory");
    let mut child = std::process::Command::new("true")
        .spawn()
        .expect("a process");
    child.wait().expect("it is a child");
    let left = format!(".interleave-{}-1-x.unfinished", child.id());
    let mine = ".interleave-mine.unfinished";
    // As a server may call its file.
    let downloaded = &left[1..];
    for name in [&left, mine, downloaded] {
        fs::write(dir.path().join(name), "half").expect("it can be written");
    }
    let saving = Saving {
        dir: dir.path().to_owned(),
        force: false,
        sync: false,
    };
    super::prepare(&saving).expect("it can be written in");
    assert_eq!(entries(dir.path()), [mine, downloaded]);
}

#[test]
fn a_folder_that_can_not_be_written_says_why() {
    // No user can make a file there, root included.
    let saving = Saving {
        dir: "/proc".into(),
        force: false,
        sync: false,
    };
    let line = super::prepare(&saving).expect_err("it is refused").0;
    let start = "--dir /proc: nothing can be saved there: No such file or directory (os";
    assert!(line.starts_with(start), "{line}");
}
