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

/// Asks whether `/dev/shm` has room for so many bytes. Whoever touches memory there that it
/// lacks is killed by SIGBUS.
///
/// # Errors
/// It has less, or there is none.
#[cfg(feature = "iceoryx2")]
pub(crate) fn ensure_shared_room(bytes: usize) -> Result<()> {
    let there = rustix::fs::statvfs("/dev/shm").context("/dev/shm")?;
    let free = there.f_bavail.saturating_mul(there.f_frsize);
    // Without a limit it has no number of blocks.
    ensure!(
        there.f_blocks == 0 || free >= bytes as u64,
        "no room in /dev/shm for {} KiB; ask for smaller messages (--batch)",
        bytes >> 10
    );
    Ok(())
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
