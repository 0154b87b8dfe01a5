//! How many were there at one time.

/// The most stays that overlap at one time. One that ends at the same nanosecond as
/// another begins does not overlap it.
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
