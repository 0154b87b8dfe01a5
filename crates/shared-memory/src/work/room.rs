//! Room for the array: an error where there is none, before anything is touched.

use std::fs;

use anyhow::{Context, Result, ensure};

/// `n` doubles, all zero. None of their pages is there yet: each is made by the worker
/// that touches it first.
///
/// # Errors
/// There is not enough memory. `vec!` alone would abort the process, or be given pages
/// that the machine does not have, and be killed when it touches them.
pub(crate) fn zeroed(n: usize) -> Result<Vec<f64>> {
    ensure_room(n)?;
    Ok(vec![0.0; n])
}

/// Asks whether there is room for `n` doubles, and takes none.
///
/// # Errors
/// There is less memory than that to be had, or fewer addresses.
pub(crate) fn ensure_room(n: usize) -> Result<()> {
    let wanted = (n as u64).saturating_mul(8);
    let why = || {
        let mebibytes = wanted >> 20;
        format!("not enough memory for {n} doubles, {mebibytes} MiB; ask for fewer (--n)")
    };
    // Linux lends memory that it may not have; this is what it could give now.
    let text = fs::read_to_string("/proc/meminfo")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let available: u64 = kibibytes
        .context("/proc/meminfo has no MemAvailable")?
        .parse()?;
    ensure!(wanted >> 10 <= available, why());
    // The limits of this process (`ulimit -v`) are known only when memory is asked for.
    Vec::<f64>::new().try_reserve_exact(n).with_context(why)
}

#[cfg(test)]
mod tests {
    use super::zeroed;

    #[test]
    fn more_than_there_is_is_an_error() {
        for n in [1 << 42, usize::MAX / 8, usize::MAX] {
            let why = zeroed(n).expect_err("no machine has that").to_string();
            assert!(why.starts_with("not enough memory for"), "{why}");
        }
        assert_eq!(zeroed(3).expect("there is room for three"), [0.0; 3]);
    }
}
