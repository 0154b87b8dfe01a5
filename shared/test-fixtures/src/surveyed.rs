//! What a survey finds: things that go wrong, each beside its cure.

use serde::{Deserialize, Serialize};

/// The result of one thing that goes wrong, on one variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surveyed {
    /// What goes wrong: `lost-update`.
    pub item: String,
    /// What the figures of the failing piece are: "% lost", "ms late"; of one that hangs,
    /// "hangs".
    pub harm: String,
    /// Why it does not concern this variant; then there are no figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared: Option<String>,
    /// Whether the failing piece went wrong.
    pub bites: bool,
    /// How often the failing piece was done, or until it went wrong; none where it was
    /// spared, and in results of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Why it did not go wrong, where that is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its figure, or a word; none where it was spared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<String>,
    /// What the figures of the cure are: "ms".
    pub cost: String,
    /// The cure's figure; none where it was spared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}
