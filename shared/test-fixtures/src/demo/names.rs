//! The names of variants and peers: listed, chosen, and the message for one that is not
//! there.

use crate::{Deviation, Misuse, Model, Runner, Status, Variant};

/// How alike two names must be that one is taken for a slip of the other; clap asks the
/// same of its flags.
const ALIKE: f64 = 0.7;

/// The variant or peer that is to do the job, or what to do so that it can.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) runner: Result<Runner, String>,
    pub(crate) deviations: &'static [Deviation],
}

impl Named {
    /// Builds what it needs, once nothing is wrong with the job.
    pub(crate) fn make_ready(&mut self) {
        if let Ok(runner) = &self.runner {
            self.runner = runner.clone().ready();
        }
    }
}

/// Those asked for, in reading order; all of them if none was asked for.
pub(crate) fn chosen<M: Model>(
    wanted: &[String],
    args: &M::Args,
) -> Result<Vec<Named>, Misuse> {
    let names = M::variants().iter().map(|variant| variant.name);
    let names: Vec<_> = names
        .chain(M::peers().iter().map(|peer| peer.name))
        .collect();
    for name in wanted {
        if !names.contains(&name.as_str()) {
            return Err(no_variant::<M>(name));
        }
    }
    let is_wanted =
        |known: &str| wanted.is_empty() || wanted.iter().any(|name| name == known);
    let variants = M::variants()
        .iter()
        .filter(|variant| is_wanted(variant.name));
    let variants = variants.map(|variant| Named {
        name: variant.name,
        runner: variant.runner(args),
        deviations: variant.deviations,
    });
    // Each peer's interpreter is asked what it has, so only the peers that are wanted are
    // looked at.
    let peers = M::peers().iter().filter(|peer| is_wanted(peer.name));
    let peers = peers.map(|peer| Named {
        name: peer.name,
        runner: peer.command().map(Runner::Peer),
        deviations: peer.deviations,
    });
    Ok(variants.chain(peers).collect())
}

/// The one variant that was asked for; the first if none was.
pub(crate) fn one<M: Model>(wanted: &[String]) -> Result<&'static Variant<M>, Misuse> {
    let name = match wanted {
        [] => M::variants()[0].name,
        [name] => name.as_str(),
        [..] => {
            let why = "--variants: the job is done for good, so name one variant for it";
            return Err(Misuse::new(why));
        }
    };
    if M::peers().iter().any(|peer| peer.name == name) {
        let why = "is a peer, and does no job for good; name a variant";
        return Err(Misuse(format!("--variants: {name} {why}")));
    }
    let known = M::variants().iter().find(|variant| variant.name == name);
    known.ok_or_else(|| no_variant::<M>(name))
}

/// The variant that is to do a trial's job.
pub(crate) fn of_trial<M: Model>(name: &str) -> Result<&'static Variant<M>, Misuse> {
    if M::peers().iter().any(|peer| peer.name == name) {
        let why = "is a peer, a program of its own; try --variants";
        return Err(Misuse(format!("{name} {why} {name}")));
    }
    let known = M::variants().iter().find(|variant| variant.name == name);
    known.ok_or_else(|| no_variant::<M>(name))
}

/// Every variant and peer with its mechanism, a line each.
pub(crate) fn list<M: Model>() -> String {
    let mut text = String::new();
    for variant in M::variants() {
        let legacy = match variant.status {
            Status::Legacy => " (legacy)",
            Status::Current => "",
        };
        text += &format!("{:17} {}{legacy}\n", variant.name, variant.about);
        for deviation in variant.deviations {
            text += &format!("{:17}   {}: {}\n", "", deviation.case, deviation.reason);
        }
    }
    for peer in M::peers() {
        text += &format!("{:17} {} (peer)\n", peer.name, peer.about);
    }
    text
}

/// A parser of one name of a list.
///
/// # Errors
/// It is empty.
pub fn name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("name at least one, and none that is empty".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// The source of a variant or peer, by name.
pub fn source<M: Model>(name: &str) -> Result<&'static str, Misuse> {
    let variant = M::variants().iter().find(|variant| variant.name == name);
    let peer = M::peers().iter().find(|peer| peer.name == name);
    let source = variant
        .map(|variant| variant.source)
        .or(peer.map(|peer| peer.source));
    source.ok_or_else(|| no_variant::<M>(name))
}

/// The model has no variant or peer of that name.
pub(crate) fn no_variant<M: Model>(name: &str) -> Misuse {
    let variants = M::variants().iter().map(|variant| variant.name);
    let peers = M::peers().iter().map(|peer| peer.name);
    let known: Vec<_> = variants.chain(peers).collect();
    unknown(&format!("{} has no variant", M::NAME), name, &known)
}

/// The message for a name that is not among the known ones: "locks has no variant", the
/// name, the one that was likely meant, and all there are.
pub fn unknown(what: &str, name: &str, known: &[&str]) -> Misuse {
    let likeness = |known: &&str| strsim::jaro(name, known);
    let nearest = known
        .iter()
        .copied()
        .max_by(|left, right| likeness(left).total_cmp(&likeness(right)))
        .filter(|nearest| likeness(nearest) > ALIKE);
    let all = known.join(", ");
    Misuse(match nearest {
        Some(nearest) => {
            format!("{what} {name:?}; did you mean {nearest}? there are {all}")
        }
        None => format!("{what} {name:?}; there are {all}"),
    })
}

#[cfg(test)]
mod tests {
    use super::unknown;

    #[test]
    fn a_slip_is_answered_with_the_nearest_name() {
        let known = ["std_only", "tokio", "tokio_hyper", "smol"];
        for (name, nearest) in [
            ("tokoi", "tokio"),
            ("tokyo", "tokio"),
            ("tokio-hyper", "tokio_hyper"),
            ("stdonly", "std_only"),
        ] {
            let line = unknown("locks has no variant", name, &known).0;
            assert!(line.contains(&format!("did you mean {nearest}?")), "{line}");
        }
        let line = unknown("locks has no variant", "python", &known).0;
        assert_eq!(
            line,
            "locks has no variant \"python\"; there are std_only, tokio, tokio_hyper, smol"
        );
    }
}
