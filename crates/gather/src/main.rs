//! `cargo run -p gather`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<gather::Gather>()
}
