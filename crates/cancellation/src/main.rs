//! `cargo run -p cancellation`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<cancellation::Cancellation>()
}
