//! Which exercise somebody means: its name, or one much like it, or a model's.

use anyhow::Result;
use coach::Exercise as Hole;
use test_fixtures::Misuse;

use super::all;

/// What a name stands for.
pub(super) enum Meant {
    /// An exercise.
    One(&'static Hole),
    /// Those of a model, or of several runtimes.
    Several(Vec<&'static Hole>),
}

/// What a name stands for: a path of its file will do, and hyphens, and capital letters.
///
/// # Errors
/// It stands for nothing.
pub(super) fn meant(name: &str) -> Result<Meant, Misuse> {
    let file = name
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(name);
    let plain = file.strip_suffix(".rs").unwrap_or(file);
    let plain = plain.to_lowercase().replace('-', "_");
    if let Some(hole) = coach::find(&plain) {
        return Ok(Meant::One(hole));
    }
    let model = |hole: &&Hole| {
        let model = hole.model.replace('-', "_");
        model == plain || model.strip_suffix('s') == Some(&plain)
    };
    let begins = |hole: &&Hole| {
        let rest = hole.name.strip_prefix(&*plain);
        rest.is_some_and(|rest| rest.starts_with('_'))
    };
    let of_model: Vec<_> = all().filter(model).collect();
    let alike: Vec<_> = all().filter(begins).collect();
    match (of_model.is_empty(), alike.is_empty()) {
        (false, _) => Ok(Meant::Several(of_model)),
        (_, false) => Ok(Meant::Several(alike)),
        _ => Err(unknown(name, &plain)),
    }
}

fn unknown(name: &str, plain: &str) -> Misuse {
    let likeness = |hole: &&Hole| strsim::jaro_winkler(plain, hole.name);
    let nearest = all().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let did_you = nearest.filter(|hole| likeness(hole) > ALIKE);
    let did_you =
        did_you.map_or_else(String::new, |hole| format!("did you mean {}? ", hole.name));
    Misuse(format!(
        "there is no exercise {name:?}; {did_you}`cargo run --release -- exercise` lists all {}",
        all().count()
    ))
}

/// From where on two names are alike.
const ALIKE: f64 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &str) -> Vec<&'static str> {
        match meant(name) {
            Ok(Meant::One(hole)) => vec![hole.name],
            Ok(Meant::Several(holes)) => holes.iter().map(|hole| hole.name).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_name_may_be_written_otherwise() {
        for name in [
            "until_tokio",
            "UNTIL_TOKIO",
            "until-tokio",
            "until_tokio.rs",
            "exercises/src/cancellation/until_tokio.rs",
        ] {
            assert_eq!(names(name), ["until_tokio"], "{name}");
        }
        for name in [
            "error-handling",
            "error_handling",
            "exercises/src/error_handling/",
        ] {
            assert_eq!(names(name).len(), 6, "{name}");
        }
        assert_eq!(names("semaphore").len(), 3);
        assert_eq!(
            names("until"),
            ["until_tokio", "until_smol", "until_std", "until_told_tokio"]
        );
    }

    #[test]
    fn a_slip_is_answered_in_a_short_line() {
        let said = |name| meant(name).err().expect("there is none").0;
        assert!(said("at_most_tokyo").contains("did you mean at_most_tokio?"));
        assert!(said("zzz").contains("lists all 39"), "{}", said("zzz"));
        assert!(said("at_most_tokyo").len() < 120);
    }
}
