//! A ring in memory that two processes have mapped.

use std::{fs::File, io, ops::Deref};

use memmap2::{MmapOptions, MmapRaw};

use super::{
    atomic_ring::Ring,
    memfd::{because, ensure_sealed, reserve, sealed_file},
};

/// How many records fit: as many as a pipe holds by default, 64 KiB of doubles.
pub const CAPACITY: usize = 8192;

/// A ring of doubles, shared with another process.
#[derive(Debug)]
pub struct SharedRing {
    file: File,
    /// Raw: neither `&[u8]` nor `&mut [u8]`, which would promise that nobody else writes.
    map: MmapRaw,
}

impl SharedRing {
    /// An empty ring in fresh memory.
    ///
    /// # Errors
    /// There is not so much memory, or no descriptor for it.
    pub fn new() -> io::Result<Self> {
        let len = size_of::<Ring<CAPACITY>>() as u64;
        let file = sealed_file("ring", len)?;
        reserve(&file, 0, len)?;
        Self::map(file)
    }

    /// The ring that another process has shared.
    ///
    /// # Errors
    /// This is no ring, or can't be mapped.
    pub fn map(file: File) -> io::Result<Self> {
        ensure_sealed(&file)?;
        let map = MmapOptions::new().map_raw(&file);
        let map = map.map_err(because("can't map a ring"))?;
        if map.len() < size_of::<Ring<CAPACITY>>() {
            return Err(io::Error::other("too small for a ring"));
        }
        Ok(Self { file, map })
    }

    /// The ring's memory for another process.
    ///
    /// # Errors
    /// The process has no descriptor left.
    pub fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

impl Deref for SharedRing {
    type Target = Ring<CAPACITY>;

    fn deref(&self) -> &Ring<CAPACITY> {
        let ring = self.map.as_mut_ptr().cast::<Ring<CAPACITY>>();
        debug_assert!(ring.is_aligned());
        // SAFETY: the mapping begins at a page, is long enough, was seen to be sealed
        // against shrinking, and lives as long as the reference. Every field of a ring is
        // an atomic, for which any bits are valid and which may change under a shared
        // reference, here or in another process.
        unsafe { &*ring }
    }
}
