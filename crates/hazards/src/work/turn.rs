//! The work of a task that takes turns.

use sha2::{Digest, Sha256};

/// What one turn hashes: some microseconds' worth.
const BLOCK: [u8; 8 * 1024] = [0; 8 * 1024];

/// One turn of a task: a little work that the compiler can't remove.
pub(crate) fn turn(task: usize, nth: u64) -> u64 {
    let name = [(task as u64).to_le_bytes(), nth.to_le_bytes()];
    let hash = Sha256::new()
        .chain_update(name.concat())
        .chain_update(BLOCK);
    let hash = hash.finalize();
    let first = hash.first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}
