//! `cargo run -p serving`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<serving::Serving>()
}
