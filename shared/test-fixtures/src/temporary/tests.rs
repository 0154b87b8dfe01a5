use std::{os::unix::fs::symlink, process::Command};

use super::*;

/// A process that has ended, and when this one began.
fn gone() -> (u32, u64) {
    let mut child = Command::new("true").spawn().expect("it is everywhere");
    child.wait().expect("it is a child");
    (child.id(), start(process::id()).expect("/proc is there"))
}

#[test]
fn what_a_process_made_bears_its_name() {
    let parent = tempfile::tempdir().expect("a directory");
    let dir = TemporaryDir::new_in(parent.path()).expect("it can be made");
    let file = TemporaryFile::new_in(parent.path()).expect("it can be made");
    let hidden = readable_in(parent.path(), ".new").expect("it can be made");
    let own = (process::id(), start(process::id()).expect("/proc is there"));
    for path in [dir.path(), file.path(), hidden.path()] {
        let name = path.file_name().expect("a name").to_str().expect("text");
        assert_eq!(owner(name), Some(own), "{name}");
        sweep(parent.path());
        assert!(path.exists(), "{name} is in use");
    }
    drop((dir, file, hidden));
    let left = fs::read_dir(parent.path()).expect("it is there").count();
    assert_eq!(left, 0);
}

#[test]
fn what_a_killed_process_left_is_swept_and_nothing_else() {
    let parent = tempfile::tempdir().expect("a directory");
    let outside = tempfile::tempdir().expect("a directory");
    fs::write(outside.path().join("kept"), "a").expect("it can be written");
    let (pid, began) = gone();
    let own = process::id();
    let at = |name: String| parent.path().join(name);
    let swept = [
        at(format!("interleave-{pid}-{began}-dir")),
        at(format!("interleave-{own}-{}-reused", began + 1)),
        at(format!("interleave-{pid}-{began}-file")),
        at(format!(".interleave-{pid}-{began}-hidden")),
    ];
    let kept = [
        at(format!("interleave-{own}-{began}-lives")),
        at("interleave-mine".to_owned()),
        at(format!("interleave-{pid}")),
        at(format!("interleave-{pid}-0-unknown")),
        at(format!("other-{pid}-{began}-dir")),
        at(format!("interleave-{pid}-{began}-held")),
    ];
    for dir in swept[..2].iter().chain(&kept) {
        fs::create_dir(dir).expect("it can be made");
        fs::write(dir.join("file"), "a").expect("it can be written");
        symlink(outside.path(), dir.join("link")).expect("it can be made");
    }
    for file in &swept[2..] {
        fs::write(file, "a").expect("it can be written");
    }
    let held = fs::File::open(&kept[5]).expect("it is there");
    hold(&held);
    let link = at(format!("interleave-{pid}-{began}-link"));
    symlink(outside.path(), &link).expect("it can be made");
    sweep_hidden(parent.path());
    for path in &swept {
        assert_eq!(path.exists(), *path != swept[3], "{}", path.display());
    }
    sweep(parent.path());
    for path in &swept {
        assert!(!path.exists(), "{}", path.display());
    }
    for path in kept.iter().chain([&link]) {
        assert!(path.exists(), "{}", path.display());
    }
    assert!(outside.path().join("kept").exists(), "a link was followed");
}

#[test]
fn what_belongs_to_a_directory_goes_with_it() {
    let parent = tempfile::tempdir().expect("a directory");
    let named = |prefix: &str| {
        let path = Path::new(IN_MEMORY).join(format!("{prefix}0123_4"));
        fs::write(&path, "a").expect("it can be written");
        path
    };
    let dropped = TemporaryDir::new_in(parent.path()).expect("it can be made");
    let lives = TemporaryDir::new_in(parent.path()).expect("it can be made");
    let [first, second] = [&dropped, &lives].map(|dir| named(&dir.prefix()));
    drop(dropped);
    assert!(!first.exists());
    // That of a killed process is swept.
    let (pid, began) = gone();
    let random = format!("test{}", process::id());
    let left = parent
        .path()
        .join(format!("interleave-{pid}-{began}-{random}"));
    fs::create_dir(&left).expect("it can be made");
    let third = named(&format!("interleave-{random}-"));
    sweep(parent.path());
    assert!(!left.exists() && !third.exists());
    assert!(second.exists(), "its directory is in use");
    drop(lives);
    assert!(!second.exists());
}

#[test]
fn what_is_another_users_stays() {
    if !geteuid().is_root() {
        // Only root can give a file away.
        return;
    }
    let parent = tempfile::tempdir().expect("a directory");
    let (pid, began) = gone();
    let path = parent.path().join(format!("interleave-{pid}-{began}-file"));
    fs::write(&path, "a").expect("it can be written");
    std::os::unix::fs::chown(&path, Some(65534), None).expect("root may");
    sweep(parent.path());
    assert!(path.exists());
}

#[test]
fn an_error_is_the_systems_own() {
    let error = TemporaryFile::new_in(Path::new("/nonexistent")).expect_err("no parent");
    assert_eq!(error.raw_os_error(), Some(libc::ENOENT), "{error}");
    let hidden = readable_in(Path::new("/nonexistent"), "").expect_err("no parent");
    assert_eq!(hidden.raw_os_error(), Some(libc::ENOENT), "{hidden}");
    let line = misuse(&error).0;
    assert!(line.contains("TMPDIR") && !line.contains(PREFIX), "{line}");
}

#[test]
fn what_can_not_be_used_is_passed_over() {
    let good = tempfile::tempdir().expect("a directory");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let (good, none) = (good.path(), Path::new("/nonexistent"));
    // No user can make a file in /proc, root included.
    for bad in [none, Path::new("/proc"), file.path()] {
        let found = roomy_of(bad, good, 4096).expect("the other is good");
        assert_eq!(found, good);
        assert_eq!(roomy_of(good, bad, 4096).expect("the first is good"), good);
        let line = roomy_of(bad, bad, 4096).expect_err("none is good").0;
        assert!(line.contains("TMPDIR"), "{line}");
    }
    let line = roomy_of(good, good, u64::MAX).expect_err("no room").0;
    assert!(
        line.contains("no room for") && line.contains("TMPDIR"),
        "{line}"
    );
    let line = TemporaryDir::with_room(u64::MAX).expect_err("no room").0;
    assert!(
        line.contains("no room for") && line.contains("TMPDIR"),
        "{line}"
    );
    assert_eq!(
        fs::read_dir(good).expect("it is there").count(),
        0,
        "litter"
    );
}
