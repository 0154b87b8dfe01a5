//! Segments: stretches of an answer's bytes as they stand on the wire, made on demand
//! from any offset.

use std::time::Duration;

use crate::body::Body;
use crate::sentence::Drip;

/// Bytes held whole.
pub(crate) type Bytes = Vec<u8>;

/// The largest chunk of a chunked body that doesn't drip.
const CHUNK: u64 = 16 * 1024;
/// The chunk that ends a chunked body.
const LAST: &[u8] = b"0\r\n\r\n";

/// A stretch of an answer.
#[derive(Debug)]
pub(crate) struct Segment {
    kind: Kind,
    /// Bytes on the wire, up to where the answer is cut.
    len: u64,
    /// Bytes on the wire from one drop to the next, and the time between them.
    drip: Option<(u64, Duration)>,
    /// How long it lasts at most; `None` is until its last byte.
    lasts: Option<Duration>,
}

#[derive(Debug)]
enum Kind {
    Head(Bytes),
    /// A body held whole, such as an error's text.
    Text(Bytes),
    /// The same bytes again and again.
    Endless(Bytes),
    Plain(Body),
    /// `piece` bytes of the body in each chunk but the last.
    Chunked {
        body: Body,
        piece: u64,
        /// Whether the last, empty chunk is sent.
        whole: bool,
    },
}

impl Segment {
    pub(crate) fn head(bytes: Bytes, every: Option<Duration>) -> Segment {
        let drip = every.map(|every| (1, every));
        Segment {
            len: bytes.len() as u64,
            kind: Kind::Head(bytes),
            drip,
            lasts: None,
        }
    }

    /// `block` again and again, until `most` bytes are sent or the time is up.
    pub(crate) fn endless(block: Bytes, most: u64, lasts: Duration) -> Segment {
        Segment {
            kind: Kind::Endless(block),
            len: most,
            drip: None,
            lasts: Some(lasts),
        }
    }

    pub(crate) fn text(bytes: Bytes) -> Segment {
        Segment {
            len: bytes.len() as u64,
            kind: Kind::Text(bytes),
            drip: None,
            lasts: None,
        }
    }

    /// A body without framing, of which `sent` bytes are sent.
    pub(crate) fn plain(body: Body, sent: Option<u64>, drip: Option<Drip>) -> Segment {
        let drip = drip.map(|drip| (drip.piece, drip.every));
        Segment {
            len: sent.unwrap_or(body.len()),
            kind: Kind::Plain(body),
            drip,
            lasts: None,
        }
    }

    /// A body in chunks, of which `sent` bytes and what frames them are sent.
    pub(crate) fn chunked(body: Body, sent: Option<u64>, drip: Option<Drip>) -> Segment {
        let half = body.len().div_ceil(2).max(1);
        let piece = drip.map_or(CHUNK.min(half), |drip| drip.piece);
        let (full, rest) = (body.len() / piece, body.len() % piece);
        let len = match sent {
            None if rest == 0 => full * framed(piece) + LAST.len() as u64,
            None => full * framed(piece) + framed(rest) + LAST.len() as u64,
            Some(sent) => {
                let (before, into) = (sent / piece, sent % piece);
                let size = if before < full { piece } else { rest };
                let opened = if into > 0 { digits(size) + 2 + into } else { 0 };
                before * framed(piece) + opened
            }
        };
        let drip = drip.map(|drip| (framed(piece), drip.every));
        Segment {
            len,
            kind: Kind::Chunked {
                body,
                piece,
                whole: sent.is_none(),
            },
            drip,
            lasts: None,
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn is_body(&self) -> bool {
        !matches!(self.kind, Kind::Head(_) | Kind::Endless(_))
    }

    /// How long it lasts at most.
    pub(crate) fn lasts(&self) -> Option<Duration> {
        self.lasts
    }

    /// The time between two drops; `None` if it doesn't drip.
    pub(crate) fn drip(&self) -> Option<Duration> {
        self.drip.map(|(_, every)| every)
    }

    pub(crate) fn least_time(&self) -> Duration {
        let Some((unit, every)) = self.drip else {
            return Duration::ZERO;
        };
        let drops = self.len.saturating_sub(self.tail()).div_ceil(unit).max(1);
        let nanos = every.as_nanos().saturating_mul(u128::from(drops - 1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Where the stretch ends that may be sent at once when `offset` is reached.
    pub(crate) fn drop_end(&self, offset: u64) -> u64 {
        let Some((unit, _)) = self.drip else {
            return self.len;
        };
        let end = (offset / unit).saturating_add(1).saturating_mul(unit);
        // The last chunk holds nothing, so it leaves together with the one before.
        if end + self.tail() >= self.len {
            self.len
        } else {
            end
        }
    }

    /// Bytes of the body, without framing, among the first `offset` on the wire.
    pub(crate) fn body_bytes(&self, offset: u64) -> u64 {
        match &self.kind {
            Kind::Head(_) | Kind::Endless(_) => 0,
            Kind::Text(_) | Kind::Plain(_) => offset,
            Kind::Chunked { body, piece, .. } => {
                let index = (offset / framed(*piece)).min(body.len() / piece);
                let start = index * piece;
                let size = (*piece).min(body.len() - start);
                let into = offset - index * framed(*piece);
                start + into.saturating_sub(digits(size) + 2).min(size)
            }
        }
    }

    /// Appends bytes from `offset` on to `out`: up to `end`, or fewer where `out` has
    /// grown past `limit` bytes, but at least one.
    pub(crate) fn append(&self, offset: u64, end: u64, limit: usize, out: &mut Bytes) {
        let room = limit.saturating_sub(out.len()).max(1) as u64;
        let end = end.min(offset + room);
        match &self.kind {
            Kind::Head(bytes) | Kind::Text(bytes) => {
                out.extend_from_slice(&bytes[offset as usize..end as usize]);
            }
            Kind::Endless(block) => {
                let mut position = offset;
                while position < end {
                    let at = (position % block.len() as u64) as usize;
                    let until = block.len().min(at + (end - position) as usize);
                    out.extend_from_slice(&block[at..until]);
                    position += (until - at) as u64;
                }
            }
            Kind::Plain(body) => body.append(offset, end, out),
            Kind::Chunked { body, piece, .. } => {
                let mut position = offset;
                while position < end {
                    position = append_chunk(body, *piece, position, end, out);
                }
            }
        }
    }

    /// Bytes behind the last drop that are part of it.
    fn tail(&self) -> u64 {
        match self.kind {
            Kind::Chunked { whole: true, .. } => LAST.len() as u64,
            _ => 0,
        }
    }
}

/// Appends what lies in `position..end` of one chunk on the wire, and returns the
/// position behind it.
fn append_chunk(
    body: &Body,
    piece: u64,
    position: u64,
    end: u64,
    out: &mut Bytes,
) -> u64 {
    let (full, rest) = (body.len() / piece, body.len() % piece);
    let behind = full * framed(piece) + if rest > 0 { framed(rest) } else { 0 };
    if position >= behind {
        out.extend_from_slice(
            &LAST[(position - behind) as usize..(end - behind) as usize],
        );
        return end;
    }
    let index = (position / framed(piece)).min(full);
    let start = index * piece;
    let size = if index < full { piece } else { rest };
    let origin = index * framed(piece);
    let head = digits(size) + 2;
    let (at, until) = (position - origin, (end - origin).min(framed(size)));
    if at < head {
        let line = format!("{size:x}\r\n");
        out.extend_from_slice(&line.as_bytes()[at as usize..until.min(head) as usize]);
    }
    let part = |offset: u64| start + offset.saturating_sub(head).min(size);
    body.append(part(at), part(until), out);
    let close = |offset: u64| offset.saturating_sub(head + size) as usize;
    out.extend_from_slice(&b"\r\n"[close(at)..close(until)]);
    origin + until
}

/// Bytes that a chunk of `size` bytes takes on the wire.
fn framed(size: u64) -> u64 {
    digits(size) + 2 + size + 2
}

/// Hexadecimal digits of `size`.
fn digits(size: u64) -> u64 {
    u64::from(size.max(1).ilog2() / 4 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wire as it looks when it is made in pieces of `step` bytes.
    fn wire(segment: &Segment, step: usize) -> Bytes {
        let mut wire = Bytes::new();
        while (wire.len() as u64) < segment.len() {
            let mut part = Bytes::new();
            segment.append(wire.len() as u64, segment.len(), step, &mut part);
            wire.extend(part);
        }
        wire
    }

    #[test]
    fn a_chunked_body_is_the_same_in_pieces_of_any_size() {
        for len in [0, 1, 2, 9, 10, 100, 16_384, 32_768, 32_769, 70_000] {
            for sent in [None, Some(0), Some(len / 2), Some(len)] {
                let segment = Segment::chunked(Body::new("/", len), sent, None);
                let whole = wire(&segment, usize::MAX);
                assert_eq!(whole.len() as u64, segment.len(), "{len} {sent:?}");
                for step in [1, 7, 4096] {
                    assert_eq!(wire(&segment, step), whole, "{len} {sent:?} {step}");
                }
                let sent = sent.unwrap_or(len);
                assert_eq!(segment.body_bytes(segment.len()), sent, "{len} {sent:?}");
            }
        }
    }

    #[test]
    fn an_endless_stretch_repeats_its_block_from_any_offset() {
        let segment = Segment::endless(b"abc".to_vec(), 1000, Duration::MAX);
        let whole = wire(&segment, usize::MAX);
        assert_eq!(whole, b"abc".repeat(334)[..1000]);
        for step in [1, 2, 7] {
            assert_eq!(wire(&segment, step), whole);
        }
        assert_eq!((segment.body_bytes(1000), segment.is_body()), (0, false));
    }

    #[test]
    fn two_bytes_are_two_chunks() {
        let wire = wire(&Segment::chunked(Body::new("/", 2), None, None), usize::MAX);
        assert!(wire.starts_with(b"1\r\n") && wire.ends_with(b"\r\n0\r\n\r\n"));
        assert_eq!(wire.len(), 6 + 6 + 5);
    }
}
