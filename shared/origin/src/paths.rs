//! Paths that were asked for before: each is parsed once, and answered from its script
//! from then on.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::expected::is_help;
use crate::ledger::Ledger;
use crate::record::Record;
use crate::script::{Manner, Script};
use crate::sentence::{GRAMMAR, Refusals, Sentence};

/// The scripts of known paths. Bounded: once it is full, further paths are parsed with
/// each request and not told apart in the record.
#[derive(Debug)]
pub(crate) struct Paths {
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

impl Paths {
    pub(crate) fn new() -> Paths {
        Paths {
            known: HashMap::new(),
            bytes: 0,
            unlisted: Arc::from("…"),
        }
    }

    /// Counts a hit of `path` and gives its name for the record and its script.
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
        let refusals = match Sentence::parse(path) {
            Ok(Sentence {
                refusals: Some(refusals),
                ..
            }) => {
                let script = Script::refusal(refusals.pause, Manner::USUAL);
                Some((refusals, Rc::new(script)))
            }
            _ => None,
        };
        let script = Rc::new(script(path, Manner::USUAL));
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
            None => Rc::new(script(path, manner)),
        };
        (Arc::clone(&self.path), script)
    }
}

/// The script of any path, sentence or not.
fn script(path: &str, manner: Manner) -> Script {
    if is_help(path) {
        return Script::text(200, GRAMMAR.as_bytes().to_vec(), manner);
    }
    match Sentence::parse(path) {
        Ok(sentence) => Script::new(path, &sentence, manner),
        Err(error) => Script::text(404, format!("{error}\n").into_bytes(), manner),
    }
}
