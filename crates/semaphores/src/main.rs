//! `cargo run -p semaphores`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<semaphores::Semaphores>()
}
