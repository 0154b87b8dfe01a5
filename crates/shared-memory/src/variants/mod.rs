//! The variants, in reading order.

pub use crate::parts::{memory, shared_ring, worker};

test_fixtures::variants! { crate::SharedMemory:
    std_only = "thread::scope and chunks_mut, one thread per part";
    crossbeam = "threads that take chunks from a channel";
    rayon = "par_chunks_mut on a pool of its own";
    mmap = "worker processes, each with its part of one memfd mapped" on "std"
        + "../parts/memfd.rs" + "../parts/memory.rs" + "../parts/worker.rs";
    pipe = "worker processes that write their squares to pipes" on "std" + "../parts/worker.rs";
    ring = "worker processes that push their squares into rings in shared memory" on "std"
        + "../parts/atomic_ring.rs" + "../parts/futex.rs" + "../parts/memfd.rs"
        + "../parts/shared_ring.rs" + "../parts/worker.rs";
    iceoryx2 = "worker processes that publish their squares in loaned samples" on "std"
        with_feature "iceoryx2" + "../parts/worker.rs";
}
