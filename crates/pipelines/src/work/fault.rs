//! What is made to go wrong.

use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::Step;

/// What is to go wrong with one item in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    #[serde(rename = "stage")]
    pub step: Step,
    /// With which item.
    pub item: usize,
    /// What.
    pub kind: FaultKind,
}

/// What is to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The item can't be worked on: its own outcome.
    Fail,
    /// The step's code panics: the end of the run.
    Panic,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let mut words = text.split(':');
            let fault = Fault {
                step: Step::from_str(words.next()?, false).ok()?,
                item: words.next()?.parse().ok()?,
                kind: FaultKind::from_str(words.next()?, false).ok()?,
            };
            words.next().is_none().then_some(fault)
        };
        read().ok_or_else(|| {
            "a fault is STEP:ITEM:KIND, STEP fetch, process or save, ITEM a number from \
             0, KIND fail or panic"
                .to_owned()
        })
    }
}
