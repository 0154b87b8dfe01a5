//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = env!("CARGO_BIN_EXE_thread-pool");
    test_fixtures::conformance::<thread_pool::ThreadPool>(program)
}
