//! The array's memory, shared with other processes: a memfd, reserved, sealed and mapped.
//!
//! # What a mapping may be read as
//! To the compiler another process is a thread that it can't see. A `&[f64]` promises that
//! nobody writes to those bytes while it lives, a `&mut [f64]` that nobody else so much as
//! reads them; a process on the other side of a mapping that does either is a data race.
//! So there are three ways to look at shared memory, and each is in this crate:
//!
//! - as `&mut [f64]`, while every other process leaves those bytes alone. Nothing but an
//!   agreement says so, which is why mapping is `unsafe`: [`Part`].
//! - as `&[f64]`, once nobody can write any more. That the kernel can promise: [`Frozen`].
//! - as atomics, while others write: [`Ring`](crate::ring::Ring).
//!
//! And the bytes must stay there: where a file is cut short, a mapping of it ends in SIGBUS.
//! A memfd that is sealed against it can't be.

use std::{
    fs::File,
    io,
    ops::{Deref, Range},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use memmap2::{Mmap, MmapMut, MmapOptions};
use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, fcntl_get_seals,
    memfd_create,
};
use zerocopy::FromBytes;

use crate::room::ensure_room;

/// A double's bytes.
const DOUBLE: u64 = 8;

/// Memory for `n` doubles that has no name and no place in a file system: it is gone with
/// the last process that holds it, however that ends.
#[derive(Debug)]
pub struct Memory {
    file: File,
}

/// A worker's own part of the memory, to be filled in place.
#[derive(Debug)]
pub struct Part<'a> {
    memory: &'a File,
    /// The part's first element.
    first: usize,
    map: MmapMut,
}

/// All of the memory, once nobody can change it.
#[derive(Debug)]
pub struct Frozen(Mmap);

impl Memory {
    /// Memory of the right length that can get neither shorter nor longer. None of its pages
    /// is there yet.
    pub fn new(n: usize) -> Result<Self> {
        ensure_room(n)?;
        let file = sealed_file("squares", n as u64 * DOUBLE)?;
        Ok(Self { file })
    }

    /// The memory as a worker's standard input: a descriptor is all that it takes to share.
    pub fn handle(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// Seals the memory against every writer, and looks at it.
    ///
    /// # Errors
    /// Some process still has a mapping that it could write to.
    pub fn freeze(self) -> Result<Frozen> {
        fcntl_add_seals(&self.file, SealFlags::WRITE | SealFlags::SEAL)
            .context("the memory can still be written to")?;
        // SAFETY: nobody changes the bytes, since the seal against writing holds for every
        // process and was refused if one had a writable mapping; and nobody cuts them short,
        // since that is sealed, too. (From Linux 6.7 on, `map_if_safe` looks for these seals
        // itself, and is safe.)
        let map = unsafe { MmapOptions::new().map_copy_read_only(&self.file) };
        Ok(Frozen(map.context("can't map the array")?))
    }
}

impl<'a> Part<'a> {
    /// Maps the elements of `part`, and nothing else, in the process that is to fill them.
    ///
    /// The caller is the only one to touch these elements until this is dropped: parts don't
    /// overlap, and whoever shared the memory looks at it when its workers have ended.
    pub(crate) fn map(memory: &'a File, part: &Range<usize>) -> Result<Self> {
        ensure_sealed(memory)?;
        let mut options = MmapOptions::new();
        options
            .offset(part.start as u64 * DOUBLE)
            .len(part.len() * DOUBLE as usize);
        // SAFETY: no other process reads or writes these bytes while the mapping lives, as
        // agreed above; and they can't be cut off it, since the seal was just seen.
        let map = unsafe { options.map_mut(memory) };
        let map = map.context("can't map a part")?;
        Ok(Self {
            memory,
            first: part.start,
            map,
        })
    }

    /// Has the pages of a stretch made, and hands it out to be filled: only what is reserved
    /// can be touched. A page that the kernel lacks is an error here; whoever touched it
    /// without asking would die of SIGBUS.
    pub(crate) fn reserve(&mut self, stretch: &Range<usize>) -> Result<&mut [f64]> {
        let (offset, len) =
            (stretch.start as u64 * DOUBLE, stretch.len() as u64 * DOUBLE);
        reserve(self.memory, offset, len)?;
        let part = <[f64]>::mut_from_bytes(&mut self.map)
            .expect("a part is whole doubles, in their place");
        Ok(&mut part[stretch.start - self.first..stretch.end - self.first])
    }
}

/// A memfd of this length that can be neither cut short nor made longer.
pub(crate) fn sealed_file(name: &str, len: u64) -> Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = File::from(memfd_create(name, flags).context("can't make a memfd")?);
    file.set_len(len).context("not enough memory")?;
    fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW)?;
    Ok(file)
}

/// Has the pages of these bytes made.
pub(crate) fn reserve(file: &File, offset: u64, len: u64) -> Result<()> {
    fallocate(file, FallocateFlags::empty(), offset, len).context("not enough memory")
}

/// Sees to it that a mapping of this file can't be cut short.
pub(crate) fn ensure_sealed(file: &File) -> Result<()> {
    let seals = fcntl_get_seals(file).context("this is no memfd")?;
    ensure!(
        seals.contains(SealFlags::SHRINK),
        "the memory is not sealed against shrinking"
    );
    Ok(())
}

impl Deref for Frozen {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        <[f64]>::ref_from_bytes(&self.0).expect("the array is whole doubles")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::ftruncate;

    #[test]
    fn parts_lie_side_by_side_and_are_seen_when_frozen() -> Result<()> {
        let memory = Memory::new(1000)?;
        for (part, value) in [(0..3, 1.0), (3..999, 2.0), (999..1000, 3.0)] {
            Part::map(&memory.file, &part)?.reserve(&part)?.fill(value);
        }
        let array = memory.freeze()?;
        assert_eq!(array.len(), 1000);
        assert_eq!(array[..4], [1.0, 1.0, 1.0, 2.0]);
        assert_eq!(array[998..], [2.0, 3.0]);
        Ok(())
    }

    #[test]
    fn it_does_not_freeze_while_anybody_could_write() -> Result<()> {
        let memory = Memory::new(10)?;
        let file = memory.file.try_clone()?;
        let part = Part::map(&file, &(0..5))?;
        let why = memory.freeze().expect_err("it is refused").to_string();
        assert_eq!(why, "the memory can still be written to");
        drop(part);
        Memory { file }.freeze()?;
        Ok(())
    }

    #[test]
    fn nobody_writes_to_it_or_cuts_it_when_it_is_frozen() -> Result<()> {
        let memory = Memory::new(10)?;
        let file = memory.file.try_clone()?;
        assert!(ftruncate(&file, 8).is_err());
        let array = memory.freeze()?;
        assert!(Part::map(&file, &(0..5)).is_err());
        assert!(rustix::io::write(&file, &[1; 8]).is_err());
        assert_eq!(array[..], [0.0; 10]);
        Ok(())
    }

    #[test]
    fn memory_that_can_be_cut_short_is_refused() -> Result<()> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = File::from(memfd_create("unsealed", flags)?);
        file.set_len(80)?;
        let why = Part::map(&file, &(0..10))
            .expect_err("it is refused")
            .to_string();
        assert!(why.contains("sealed against shrinking"), "{why}");
        Ok(())
    }

    #[test]
    fn no_doubles_are_no_memory() -> Result<()> {
        assert!(Memory::new(0)?.freeze()?.is_empty());
        Ok(())
    }
}
