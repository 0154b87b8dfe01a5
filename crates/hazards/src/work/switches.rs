//! How often the threads of a piece took turns on the cores.

use test_fixtures::Usage;

use crate::Job;

/// Where a turn costs this many switches of threads or more there are too many of them: a
/// task that waits for the others switches once a turn if it is a thread, and hardly ever
/// if it is not.
const A_TURN: f64 = 0.5;

/// How often one of its threads gave up its core or lost it; a thread that looks for work
/// and yields counts as one that lost it.
pub(crate) fn switches(usage: Usage) -> u64 {
    let (gave_up, lost) = (usage.voluntary_switches, usage.involuntary_switches);
    gave_up.saturating_add(lost)
}

/// Whether they are what far more threads than cores cost.
pub(crate) fn too_many(job: &Job, usage: Usage) -> bool {
    switches(usage) as f64 >= A_TURN * job.turns_in_all() as f64
}
