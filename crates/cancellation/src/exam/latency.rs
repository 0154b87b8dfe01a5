//! Latencies in order, and what of them lies below.

/// How long things took, in nanoseconds, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Latencies(Vec<u64>);

impl Latencies {
    pub(crate) fn new(nanos: impl IntoIterator<Item = u64>) -> Self {
        let mut nanos: Vec<_> = nanos.into_iter().collect();
        nanos.sort_unstable();
        Self(nanos)
    }

    /// The least latency that this many hundredths of all don't exceed; `None` without any.
    pub(crate) fn percentile(&self, hundredths: usize) -> Option<u64> {
        let rank = (self.0.len() * hundredths).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).copied()
    }

    pub(crate) fn most(&self) -> Option<u64> {
        self.0.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_them() {
        let all = Latencies::new((1..=200).rev());
        assert_eq!(all.percentile(50), Some(100));
        assert_eq!(all.percentile(99), Some(198));
        assert_eq!(all.percentile(100), all.most());
        let one = Latencies::new([7]);
        assert_eq!((one.percentile(50), one.percentile(99)), (Some(7), Some(7)));
        assert_eq!(Latencies::new([]).percentile(50), None);
    }
}
