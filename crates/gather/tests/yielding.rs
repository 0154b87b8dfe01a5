//! A socket that always has more to read leaves others their turn.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use futures_io::AsyncRead;
use gather::variants::yielding_socket::Yielding;

/// Has a byte whenever it is asked, until it has none.
struct Endless {
    left: usize,
}

impl AsyncRead for Endless {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.left == 0 {
            return Poll::Pending;
        }
        self.left -= 1;
        buffer[0] = 7;
        Poll::Ready(Ok(1))
    }
}

/// How many reads one poll gets of a reader that reads on while it can, as TLS does where no
/// byte is its user's.
fn reads_in_a_poll(socket: &mut (impl AsyncRead + Unpin)) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    let mut buffer = [0; 8];
    let mut reads = 0;
    while let Poll::Ready(read) =
        Pin::new(&mut *socket).poll_read(&mut context, &mut buffer)
    {
        assert_eq!(read.expect("it has a byte"), 1);
        reads += 1;
    }
    reads
}

#[test]
fn no_poll_reads_twice() {
    assert_eq!(reads_in_a_poll(&mut Endless { left: 1000 }), 1000);
    let mut yielding = Yielding::new(Endless { left: 3 });
    let reads: Vec<_> = (0..5).map(|_| reads_in_a_poll(&mut yielding)).collect();
    assert_eq!(reads, [1, 1, 1, 0, 0]);
}
