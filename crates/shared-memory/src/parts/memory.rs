//! An array's memory, shared with other processes: a memfd, reserved, sealed and mapped.
//!
//! # What a mapping may be read as
//! To the compiler another process is a thread that it can't see. A `&[T]` promises that
//! nothing writes to those bytes while it lives, a `&mut [T]` that nothing else even reads
//! them; a process on the other side of a mapping that does either is a data race.
//! So there are three ways to look at shared memory:
//!
//! - as `&mut [T]`, while every other process leaves those bytes alone. Nothing but an
//!   agreement says so, which is why mapping is `unsafe`: [`Part`].
//! - as `&[T]`, once no process can write any more. The kernel can promise that:
//!   [`Frozen`].
//! - as atomics, while others write, as a ring between two processes does.
//!
//! And the bytes must stay there: where a file is cut short, a mapping of it ends in
//! SIGBUS. A memfd that is sealed against it can't be.

use std::{
    fs::File,
    io,
    marker::PhantomData,
    ops::{Deref, Range},
};

use memmap2::{Mmap, MmapMut, MmapOptions};
use rustix::fs::{SealFlags, fcntl_add_seals};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::memfd::{because, ensure_sealed, reserve, sealed_file};

/// Memory for elements of which any bits are valid. It has no name and no place in a file
/// system: it is gone with the last process that holds it, however that ends.
#[derive(Debug)]
pub struct Memory<T> {
    file: File,
    /// How many elements it has room for.
    len: usize,
    elements: PhantomData<T>,
}

/// A worker's own part of the memory, to be filled in place.
#[derive(Debug)]
pub struct Part<'a, T> {
    memory: &'a File,
    /// The part's first element.
    first: usize,
    map: MmapMut,
    elements: PhantomData<T>,
}

/// All of the memory, once no process can change it.
#[derive(Debug)]
pub struct Frozen<T> {
    map: Mmap,
    elements: PhantomData<T>,
}

impl<T> Memory<T> {
    /// Memory of the right length that can get neither shorter nor longer. None of its
    /// pages is there yet.
    ///
    /// # Errors
    /// No file can be so long.
    pub fn new(len: usize) -> io::Result<Self> {
        Ok(Self {
            file: sealed_file("array", bytes::<T>(len))?,
            len,
            elements: PhantomData,
        })
    }

    /// How many elements it has room for.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has room for none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The memory for another process: a descriptor is all that it takes to share.
    ///
    /// # Errors
    /// The process has no descriptor left.
    pub fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Seals the memory against every writer, and looks at it.
    ///
    /// # Errors
    /// Some process still has a mapping that it could write to.
    pub fn freeze(&self) -> io::Result<Frozen<T>> {
        fcntl_add_seals(&self.file, SealFlags::WRITE | SealFlags::SEAL)
            .map_err(because("the memory can still be written to"))?;
        // SAFETY: nobody changes the bytes, since the seal against writing holds for
        // every process and was refused if one had a writable mapping; and nobody cuts
        // them short, since that is sealed, too. (From Linux 6.7 on, `map_if_safe` looks
        // for these seals itself, and is safe.)
        let map = unsafe { MmapOptions::new().map_copy_read_only(&self.file) };
        Ok(Frozen {
            map: map.map_err(because("can't map the array"))?,
            elements: PhantomData,
        })
    }
}

impl<'a, T: FromBytes + IntoBytes + KnownLayout> Part<'a, T> {
    /// Maps the elements of `part`, and nothing else, in the process that is to fill
    /// them.
    ///
    /// # Errors
    /// The memory can be cut short, or can't be mapped.
    ///
    /// # Safety
    /// Until this is dropped, nobody else reads or writes these elements, in this process
    /// or in another.
    pub(crate) unsafe fn map(memory: &'a File, part: &Range<usize>) -> io::Result<Self> {
        ensure_sealed(memory)?;
        let mut options = MmapOptions::new();
        options
            .offset(bytes::<T>(part.start))
            .len(part.len() * size_of::<T>());
        // SAFETY: nobody else reads or writes these bytes while the mapping lives, as the
        // caller promises; and they can't be cut off it, since the seal was just seen.
        let map = unsafe { options.map_mut(memory) };
        Ok(Self {
            memory,
            first: part.start,
            map: map.map_err(because("can't map a part"))?,
            elements: PhantomData,
        })
    }

    /// Has the pages of a stretch made, and hands it out to be filled: only what is
    /// reserved can be touched. A page that the kernel lacks is an error here; a process
    /// that touched it without asking would die of SIGBUS.
    pub(crate) fn reserve(&mut self, stretch: &Range<usize>) -> io::Result<&mut [T]> {
        let offset = bytes::<T>(stretch.start);
        reserve(self.memory, offset, bytes::<T>(stretch.len()))?;
        let part = <[T]>::mut_from_bytes(&mut self.map)
            .expect("a part is whole elements, in their place");
        Ok(&mut part[stretch.start - self.first..stretch.end - self.first])
    }
}

impl<T: FromBytes + KnownLayout + Immutable> Deref for Frozen<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        <[T]>::ref_from_bytes(&self.map).expect("the array is whole elements")
    }
}

/// How many bytes this many elements have. It saturates, at more than any file can have.
fn bytes<T>(elements: usize) -> u64 {
    (elements as u64).saturating_mul(size_of::<T>() as u64)
}
