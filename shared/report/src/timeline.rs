//! Timelines in characters, as a picture, and as files that other programs open.

mod characters;
mod columns;
pub mod drawing;
pub(crate) mod extent;
pub mod picture;
mod strip;
pub mod trace;

use measure::results::Timeline;

/// The word with which the name of every lane begins: `connection 1`, `worker-0`.
pub(crate) fn kind(timeline: &Timeline) -> &str {
    fn word(lane: &str) -> &str {
        lane.split([' ', '-']).next().unwrap_or(lane)
    }
    let first = timeline.lanes.first().map_or("lane", |lane| word(lane));
    match timeline.lanes.iter().all(|lane| word(lane) == first) {
        true => first,
        false => "lane",
    }
}
