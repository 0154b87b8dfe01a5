//! The model's own command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<hazards::Hazards>()
}
