//! `cargo run -p thread-pool`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<thread_pool::ThreadPool>()
}
