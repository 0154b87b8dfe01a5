//! Every variant, in reading order.

test_fixtures::variants! { crate::SharedMemory:
    std_only = "thread::scope and chunks_mut, a thread a part";
    crossbeam = "threads that take chunks from a channel";
    rayon = "par_chunks_mut on a pool of its own";
    mmap = "worker processes, each with its part of one memfd mapped";
    pipe = "worker processes that write their squares to pipes";
    ring = "worker processes that push their squares into rings in shared memory";
}
