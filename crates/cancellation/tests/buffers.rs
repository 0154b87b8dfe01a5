//! What becomes of a buffer when the read that was handed it is stopped, on each of compio's
//! drivers. io_uring is tried where the system has it.

use std::{
    cell::Cell,
    future::poll_fn,
    io::Write,
    mem::MaybeUninit,
    net::{self, Ipv4Addr, TcpListener},
    pin::pin,
    rc::Rc,
    task::Poll,
    thread,
    time::Duration,
};

use compio::{
    BufResult,
    buf::{IoBuf, IoBufMut, SetLen},
    driver::{DriverType, ErrorExt, ProactorBuilder},
    io::AsyncRead,
    net::TcpStream,
    runtime::{CancelToken, FutureExt, Runtime, RuntimeBuilder},
    time::{sleep, timeout},
};
use test_fixtures::lacks_io_uring;

/// Long enough for loopback, and for the kernel to do what it was asked for.
const WHILE: Duration = Duration::from_millis(50);
/// What is asked to end does so long before; in an optimised build it never does
/// (compio-runtime 0.12.6, src/waker/ext.rs, get_ext).
const LIMIT: Duration = Duration::from_secs(10);

/// What a buffer held when it was dropped; none as long as it is there.
type Fate = Rc<Cell<Option<[u8; 5]>>>;

/// A buffer that tells what it held when it was dropped. Its bytes are zero from the start,
/// so that they can be looked at whether somebody has written to them or not.
struct Watched {
    bytes: [u8; 5],
    filled: usize,
    fate: Fate,
}

fn watched() -> (Box<Watched>, Fate) {
    let fate = Fate::default();
    let buffer = Watched {
        bytes: [0; 5],
        filled: 0,
        fate: Rc::clone(&fate),
    };
    // Boxed, so that its bytes stay where they are when it is handed over.
    (Box::new(buffer), fate)
}

impl IoBuf for Watched {
    fn as_init(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl SetLen for Watched {
    unsafe fn set_len(&mut self, len: usize) {
        self.filled = len;
    }
}

impl IoBufMut for Watched {
    fn as_uninit(&mut self) -> &mut [MaybeUninit<u8>] {
        let bytes: *mut [u8] = &mut self.bytes;
        // SAFETY: the two have the same layout, and nothing is ever made uninitialised: the
        // kernel and the driver write bytes.
        unsafe { &mut *(bytes as *mut [MaybeUninit<u8>]) }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.fate.set(Some(self.bytes));
    }
}

/// A runtime on this driver, if the system has it.
fn runtime(driver: DriverType) -> Option<Runtime> {
    if let (DriverType::IoUring, Some(why)) = (driver, lacks_io_uring()) {
        eprintln!("{why}");
        return None;
    }
    let mut proactor = ProactorBuilder::new();
    proactor.driver_type(driver);
    let runtime = RuntimeBuilder::new().with_proactor(proactor).build();
    Some(runtime.expect("a runtime"))
}

/// Two ends of a connection.
async fn connected() -> (TcpStream, net::TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("it has an address");
    let stream = TcpStream::connect(address).await.expect("it listens");
    let (peer, _) = listener.accept().expect("it has come");
    (stream, peer)
}

/// Begins a read into a watched buffer, has the driver ask the kernel for it, and drops it.
async fn begin_and_drop(stream: &TcpStream) -> Fate {
    let (buffer, fate) = watched();
    let mut stream = stream;
    let mut read = pin!(stream.read(buffer));
    let begun = poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await;
    assert!(begun.is_pending(), "there is nothing to read");
    sleep(WHILE).await;
    fate
}

async fn read(mut stream: &TcpStream) -> Vec<u8> {
    let BufResult(read, bytes) = stream.read(Vec::with_capacity(16)).await;
    read.expect("there is something to read");
    bytes
}

/// The kernel writes into the buffer of a read that is gone: it is still there, and what came
/// goes with it.
#[test]
fn on_io_uring_a_buffer_outlives_its_read_and_keeps_what_came() {
    let Some(runtime) = runtime(DriverType::IoUring) else {
        return;
    };
    runtime.block_on(async {
        let (stream, mut peer) = connected().await;
        let fate = begin_and_drop(&stream).await;
        assert_eq!(fate.get(), None, "the kernel still has it");
        // Meanwhile compio has no turn, so the kernel has not been asked to stop.
        peer.write_all(b"hello").expect("it is connected");
        thread::sleep(WHILE);
        assert_eq!(fate.get(), None, "the kernel still has it");
        sleep(WHILE).await;
        assert_eq!(fate.get(), Some(*b"hello"), "the kernel wrote into it");
        // Nobody else gets these bytes.
        peer.write_all(b"world").expect("it is connected");
        assert_eq!(read(&stream).await, b"world");
    });
}

/// compio reads by itself, once the socket is ready: a read that is gone takes nothing along.
#[test]
fn on_epoll_a_buffer_goes_with_its_read_and_nothing_is_lost() {
    let runtime = runtime(DriverType::Poll).expect("there is epoll");
    runtime.block_on(async {
        let (stream, mut peer) = connected().await;
        let fate = begin_and_drop(&stream).await;
        peer.write_all(b"hello").expect("it is connected");
        thread::sleep(WHILE);
        sleep(WHILE).await;
        assert_eq!(fate.get(), Some([0; 5]), "nobody wrote into it");
        assert_eq!(read(&stream).await, b"hello");
    });
}

/// The cure: the read is asked to end, and awaited. It returns its buffer, with what came.
#[test]
fn a_read_that_is_asked_to_end_returns_its_buffer() {
    for driver in [DriverType::IoUring, DriverType::Poll] {
        let Some(runtime) = runtime(driver) else {
            continue;
        };
        runtime.block_on(async {
            for came in [&b""[..], b"hello"] {
                let (mut stream, mut peer) = connected().await;
                let (buffer, fate) = watched();
                let token = CancelToken::new();
                let mut read = pin!(stream.read(buffer).with_cancel(token.clone()));
                let begun =
                    poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await;
                assert!(begun.is_pending(), "there is nothing to read");
                sleep(WHILE).await;
                peer.write_all(came).expect("it is connected");
                thread::sleep(WHILE);
                token.cancel();
                let read = timeout(LIMIT, read).await;
                let BufResult(count, buffer) = read.expect("it was asked to end");
                assert_eq!(fate.get(), None, "it is returned");
                println!("{driver:?}, {came:?}: {count:?}");
                match driver {
                    // The kernel had filled it before it was asked to end.
                    DriverType::IoUring if !came.is_empty() => {
                        assert_eq!(count.expect("it has read"), came.len());
                        assert_eq!(buffer.as_init(), came);
                    }
                    _ => {
                        assert!(count.is_cancelled(), "{count:?}");
                        assert_eq!(buffer.bytes, [0; 5]);
                    }
                }
            }
        });
    }
}
