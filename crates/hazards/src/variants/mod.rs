//! The hazards on every runtime. What concerns it, and what it is spared, is in
//! [`hazards`](crate::hazards), and so are its lessons.

use crate::hazards::table;

test_fixtures::variants! { crate::Hazards:
    std_only = "threads, channels and locks of the standard library" with table;
    crossbeam = "crossbeam-channel and AtomicCell on plain threads" with table;
    rayon = "parallel iterators and join on a pool" with table;
    tokio = "tasks on a pool of threads; join!, select! and fair locks" with table;
    smol = "tasks on an executor that threads run" with table;
    async_std = "tasks on the process's one executor" with table, legacy;
}
