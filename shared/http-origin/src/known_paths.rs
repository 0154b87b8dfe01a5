//! Paths that were asked for before: each is parsed once, and answered from its script
//! from then on.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::expected::is_help;
use crate::grammar::{GRAMMAR, GrammarError};
use crate::ledger::Ledger;
use crate::record::Record;
use crate::script::{Manner, Script};
use crate::sentence::{Refusals, Sentence};

/// The scripts of known paths. Bounded: once it is full, further paths are parsed with
/// each request, and the record doesn't distinguish them.
#[derive(Debug)]
pub(crate) struct KnownPaths {
    known: HashMap<Arc<str>, Plan>,
    /// Bytes of all known paths together.
    bytes: usize,
    unlisted: Arc<str>,
}

/// How one path is answered.
#[derive(Clone, Debug)]
struct Plan {
    path: Arc<str>,
    /// The place of its hits in the ledger.
    listed: Option<usize>,
    script: Rc<Script>,
    refusals: Option<(Refusals, Rc<Script>)>,
}

impl KnownPaths {
    pub(crate) fn new() -> KnownPaths {
        KnownPaths {
            known: HashMap::new(),
            bytes: 0,
            unlisted: Arc::from("…"),
        }
    }

    /// Counts a hit of `path` and returns its name for the record and its script.
    pub(crate) fn look_up(
        &mut self,
        path: &str,
        manner: Manner,
        ledger: &mut Ledger,
    ) -> (Arc<str>, Rc<Script>) {
        if let Some(plan) = self.known.get(path) {
            return plan.answer(path, manner, ledger);
        }
        let room = ledger.paths() < Record::MOST_PATHS
            && self.bytes + path.len() <= Record::MOST_PATH_BYTES;
        let name = if room {
            Arc::from(path)
        } else {
            Arc::clone(&self.unlisted)
        };
        let mut plan = Plan::new(path, name);
        if room {
            plan.listed = Some(ledger.list(Arc::clone(&plan.path)));
            self.bytes += path.len();
            self.known.insert(Arc::clone(&plan.path), plan.clone());
        }
        plan.answer(path, manner, ledger)
    }
}

impl Plan {
    fn new(path: &str, name: Arc<str>) -> Plan {
        let sentence = Sentence::parse(path);
        let refusals = sentence
            .as_ref()
            .ok()
            .and_then(|sentence| sentence.refusals);
        let refusals = refusals.map(|refusals| {
            (
                refusals,
                Rc::new(Script::refusal(refusals.pause, Manner::USUAL)),
            )
        });
        let script = Rc::new(script(path, sentence, Manner::USUAL));
        Plan {
            path: name,
            listed: None,
            script,
            refusals,
        }
    }

    fn answer(
        &self,
        path: &str,
        manner: Manner,
        ledger: &mut Ledger,
    ) -> (Arc<str>, Rc<Script>) {
        let before = ledger.hit(self.listed);
        let refused = self
            .refusals
            .as_ref()
            .filter(|(refusals, _)| before < refusals.count);
        let script = match refused {
            Some((_, script)) if manner == Manner::USUAL => Rc::clone(script),
            Some((refusals, _)) => Rc::new(Script::refusal(refusals.pause, manner)),
            None if manner == Manner::USUAL => Rc::clone(&self.script),
            None => Rc::new(script(path, Sentence::parse(path), manner)),
        };
        (Arc::clone(&self.path), script)
    }
}

/// The script of any path, sentence or not.
fn script(
    path: &str,
    sentence: Result<Sentence, GrammarError>,
    manner: Manner,
) -> Script {
    if is_help(path) {
        return Script::text(200, GRAMMAR.as_bytes().to_vec(), manner);
    }
    match sentence {
        Ok(sentence) => Script::new(path, &sentence, manner),
        Err(error) => Script::text(404, format!("{error}\n").into_bytes(), manner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::End;

    #[test]
    fn beyond_the_bounds_old_exchanges_go_and_new_paths_are_not_listed() {
        let (mut paths, mut ledger) = (KnownPaths::new(), Ledger::new());
        let requests = Record::MOST_EXCHANGES + 5000;
        for n in 0..requests {
            let path = format!("/nonce/{n}");
            let (name, _) = paths.look_up(&path, Manner::USUAL, &mut ledger);
            let id = ledger.began(name, 1, n as u64);
            ledger.ended(id, n as u64, End::Answered, Some(200), 0);
        }
        let record = ledger.record();
        assert_eq!(record.requests, requests as u64);
        assert_eq!(record.hits.len(), Record::MOST_PATHS);
        assert_eq!(record.hits_unlisted, (requests - Record::MOST_PATHS) as u64);
        assert!(record.exchanges.len() < Record::MOST_EXCHANGES + 1025);
        let kept = record.exchanges.len() as u64 + record.exchanges_dropped;
        assert_eq!(kept, requests as u64);
        let newest = record.exchanges.last().expect("it was kept");
        assert_eq!(newest.ended_ns, Some(requests as u64 - 1));
    }
}
