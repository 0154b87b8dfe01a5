//! How many were there at one time.

/// The most that were there at one time, of those who came and left at these times. At the
/// same nanosecond, who leaves goes before who comes.
pub fn most_at_once(stays: impl Iterator<Item = (u64, Option<u64>)>) -> usize {
    let edges = stays.flat_map(|(from, to)| [(from, 1), (to.unwrap_or(u64::MAX), -1)]);
    let mut edges: Vec<(u64, i64)> = edges.collect();
    edges.sort_unstable();
    let (mut now, mut most) = (0, 0);
    for (_, step) in edges {
        now += step;
        most = most.max(now);
    }
    most as usize
}
