//! The machine and the versions around two results.

use crate::{host::Host, results::Results};

/// Seconds of one machine, or of one kind of build, can't be compared with another's.
pub(super) fn other_machine(old: &Host, new: &Host) -> Option<String> {
    let machine = |host: &Host| {
        let Host {
            processor,
            architecture,
            cores,
            ..
        } = host;
        format!("{processor}, {architecture}, {cores} cores")
    };
    if machine(old) != machine(new) {
        return Some(format!(
            "they are of different machines: {}, now {}; `compare merge` lays those beside \
             each other",
            machine(old),
            machine(new)
        ));
    }
    (old.profile != new.profile).then(|| {
        format!(
            "they are of different builds: {}, now {}",
            old.profile, new.profile
        )
    })
}

/// What else is not the same, and may be the cause.
pub(super) fn told(old: &Results, new: &Results) -> Vec<String> {
    let mut around = versions(&old.host, &new.host);
    for (which, results) in [("old", old), ("new", new)] {
        if results.interrupted {
            around.push(format!("the {which} one was interrupted"));
        }
    }
    around
}

fn versions(old: &Host, new: &Host) -> Vec<String> {
    let mut around = Vec::new();
    let mut note = |what: &str, old: &str, new: &str| {
        if old != new {
            around.push(format!("{what} {old}, now {new}"));
        }
    };
    note("kernel", &old.kernel, &new.kernel);
    note("compiler", &old.rustc, &new.rustc);
    for (package, old) in &old.packages {
        let new = new.packages.get(package);
        note(package, old, new.map_or("gone", |new| new));
    }
    for (package, new) in &new.packages {
        if !old.packages.contains_key(package) {
            note(package, "none", new);
        }
    }
    around
}
