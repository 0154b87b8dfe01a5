//! The least time: the same array made by as many threads of one process, with nothing to
//! hand over. Once of pages of its own, and once of a memfd, which is what processes share.

use std::{
    hint::black_box,
    io, thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use memmap2::{MmapMut, MmapOptions};
use test_fixtures::Floor;
use zerocopy::FromBytes;

use crate::{
    Job,
    parts::memfd::{reserve, sealed_file},
    variants::mmap::CHUNK,
    work::{ensure_room, squares, zeroed},
};

/// Those whose array is memory that processes share: a memfd, or a file in `/dev/shm`,
/// which is the same kind of memory. The others fill one of their own.
const SHARED: &[&str] = &["mmap", "python", "python_numpy"];

/// A fill that takes less than this depends on what else wants a core: it is repeated, and
/// the least time counts.
const SHORT: Duration = Duration::from_millis(10);
const TIMES: usize = 5;

/// The time of a first-touch fill by as many threads as there are workers. None without
/// squares.
pub(crate) fn floor(job: &Job) -> Result<Option<Floor>> {
    if job.n == 0 {
        return Ok(None);
    }
    let (n, share) = (job.n, job.share());
    let mut kept = Vec::new();
    let side_by_side = least(|| own(n, share), &mut kept)?;
    let one_core = least(|| own(n, n), &mut kept)?;
    // There is room for two arrays, not for three.
    drop(kept);
    let of_memfd = least(|| memfd(n, share), &mut Vec::new())?;
    let threads = job.parts().len();
    let reason = format!(
        "{n} double{} touched for the first time, by {threads} thread{}",
        if n == 1 { "" } else { "s" },
        if threads == 1 { "" } else { "s" }
    );
    let floor = Floor::new(side_by_side, reason).one_core(one_core);
    Ok(Some(floor.but(
        SHARED,
        of_memfd,
        "the same, of a memfd's pages",
    )))
}

/// What is filled is kept: given back, its pages could come again, and would not be
/// fresh.
fn least<T>(
    fill: impl Fn() -> Result<(Duration, T)>,
    kept: &mut Vec<T>,
) -> Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..TIMES {
        let (time, array) = fill()?;
        kept.push(array);
        least = least.min(time);
        if time >= SHORT {
            break;
        }
    }
    Ok(least)
}

/// Fills fresh memory of this process.
fn own(n: usize, share: usize) -> Result<(Duration, Vec<f64>)> {
    let clock = Instant::now();
    let mut array = zeroed(n)?;
    fill(&mut array, share, |first, part| {
        black_box(squares(first, part));
        Ok(())
    })?;
    Ok((clock.elapsed(), array))
}

/// Fills a fresh memfd, mapped once. Pages are reserved before they are touched, as in
/// `mmap`: that takes a little less time than to have each made at its touch.
fn memfd(n: usize, share: usize) -> Result<(Duration, MmapMut)> {
    let clock = Instant::now();
    ensure_room(n)?;
    let bytes = n * size_of::<f64>();
    let file = sealed_file("floor", bytes as u64)?;
    // SAFETY: nobody else reads or writes these bytes, since the file was made here, has no
    // name, and no other process gets its descriptor; nobody cuts them short, since it is
    // sealed against that.
    let mut map = unsafe { MmapOptions::new().len(bytes).map_mut(&file) }?;
    let array = <[f64]>::mut_from_bytes(&mut map).expect("it is whole doubles, in place");
    fill(array, share, |first, part| {
        for (stretch, first) in part.chunks_mut(CHUNK).zip((first..).step_by(CHUNK)) {
            let [offset, len] = [first, stretch.len()].map(|n| n * size_of::<f64>());
            reserve(&file, offset as u64, len as u64)?;
            black_box(squares(first, stretch));
        }
        Ok(())
    })?;
    Ok((clock.elapsed(), map))
}

/// Fills an array, one thread per share; where there is one share, without a thread.
fn fill(
    array: &mut [f64],
    share: usize,
    values: impl Fn(usize, &mut [f64]) -> io::Result<()> + Sync,
) -> io::Result<()> {
    if share >= array.len() {
        return values(0, array);
    }
    thread::scope(|scope| {
        let parts = array.chunks_mut(share).zip((0..).step_by(share));
        let threads = parts.map(|(part, first)| {
            let values = &values;
            thread::Builder::new().spawn_scoped(scope, move || values(first, part))
        });
        let threads = threads.collect::<io::Result<Vec<_>>>()?;
        let mut ends = threads.into_iter().map(|thread| thread.join());
        ends.try_for_each(|end| end.expect("to fill does not panic"))
    })
}

#[cfg(test)]
mod tests {
    use test_fixtures::{Model, job_args};

    use super::{SHARED, floor};
    use crate::SharedMemory;

    #[test]
    fn memory_that_processes_share_has_a_floor_of_its_own() {
        let variants = SharedMemory::variants().iter().map(|variant| variant.name);
        let peers = SharedMemory::peers().iter().map(|peer| peer.name);
        let names: Vec<_> = variants.chain(peers).collect();
        assert!(SHARED.iter().all(|name| names.contains(name)), "{names:?}");
        let args = job_args::<SharedMemory>(&["--n", "100000"]).expect("they are right");
        let job = SharedMemory::job(&args).expect("it is a job");
        let floor = floor(&job).expect("there is room").expect("there is one");
        assert_eq!(floor.of("std_only"), floor.nanos);
        assert_eq!(floor.of("mmap"), floor.others[0].nanos);
    }
}
