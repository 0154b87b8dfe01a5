//! Generated bodies: bytes that follow from a path and a position, and from nothing
//! else.
//!
//! A body is never held whole. Any part of it is copied out of one fixed pattern, so that
//! a 1 GiB answer costs what copying costs, in debug builds too.
//!
//! Each block begins with a stamp made from the path's hash and the block's index. So
//! bodies of different paths differ, and blocks that were lost, doubled or swapped on the
//! way change the SHA-256.

use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

/// Bytes between two stamps.
const BLOCK: usize = 16 * 1024;
/// Characters of a stamp: 64 bits, six to a character.
const STAMP: usize = 11;
const ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The body of one path: `len` bytes of printable ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    seed: u64,
    len: u64,
}

impl Body {
    /// The body of `len` bytes that belongs to `path`.
    pub(crate) fn new(path: &str, len: u64) -> Body {
        Body {
            seed: hash(path),
            len,
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends the bytes `from..to` to `out`.
    pub(crate) fn append(&self, from: u64, to: u64, out: &mut Vec<u8>) {
        let mut position = from;
        while position < to {
            let block = position / BLOCK as u64;
            let at = (position % BLOCK as u64) as usize;
            let until = (BLOCK as u64).min(at as u64 + (to - position)) as usize;
            let mark = mix(self.seed.wrapping_add(block.wrapping_mul(STRIDE)));
            if at < STAMP {
                out.extend_from_slice(&stamp(mark)[at..until.min(STAMP)]);
            }
            if until > STAMP {
                // The pattern is two blocks long, so a window on it never wraps.
                let window = mark as usize % BLOCK;
                let text = &pattern()[window..window + BLOCK];
                out.extend_from_slice(&text[at.max(STAMP)..until]);
            }
            position += (until - at) as u64;
        }
    }

    /// SHA-256 of the first `bytes` bytes; the whole body's if it has no more.
    pub(crate) fn digest(&self, bytes: u64) -> [u8; 32] {
        let end = bytes.min(self.len);
        let mut hasher = Sha256::new();
        let mut part = Vec::with_capacity(4 * BLOCK);
        let mut position = 0;
        while position < end {
            let next = end.min(position + 4 * BLOCK as u64);
            part.clear();
            self.append(position, next, &mut part);
            hasher.update(&part);
            position = next;
        }
        hasher.finalize().into()
    }
}

/// The odd constant of SplitMix64 (Steele, Lea, Flood 2014).
const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finalizer of SplitMix64: a bijection, so that different seeds stay different.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(STRIDE);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn hash(path: &str) -> u64 {
    path.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn stamp(mark: u64) -> [u8; STAMP] {
    std::array::from_fn(|i| ALPHABET[(mark >> (6 * i)) as usize & 63])
}

fn pattern() -> &'static [u8] {
    static PATTERN: OnceLock<Vec<u8>> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let letter = |i| match i % 80 {
            79 => b'\n',
            _ => ALPHABET[mix(i) as usize & 63],
        };
        (0..2 * BLOCK as u64).map(letter).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(body: Body, from: u64, to: u64) -> Vec<u8> {
        let mut out = Vec::new();
        body.append(from, to, &mut out);
        out
    }

    #[test]
    fn any_part_equals_that_part_of_the_whole() {
        let body = Body::new("/bytes/50000", 50_000);
        let whole = bytes(body, 0, body.len());
        assert_eq!(whole.len(), 50_000);
        for (from, to) in [(0, 1), (5, 12), (16_383, 16_395), (16_384, 49_999)] {
            assert_eq!(bytes(body, from, to), whole[from as usize..to as usize]);
        }
        assert_eq!(
            body.digest(u64::MAX),
            <[u8; 32]>::from(Sha256::digest(&whole))
        );
    }

    #[test]
    fn bodies_of_different_paths_and_blocks_differ() {
        let (a, b) = (Body::new("/nonce/1", 11), Body::new("/nonce/2", 11));
        assert_ne!(bytes(a, 0, 11), bytes(b, 0, 11));
        let long = Body::new("/", 1 << 20);
        assert_ne!(bytes(long, 0, 16_384), bytes(long, 16_384, 32_768));
    }
}
