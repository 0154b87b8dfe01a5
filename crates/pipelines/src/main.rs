//! `cargo run -p pipelines`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<pipelines::Pipelines>()
}
