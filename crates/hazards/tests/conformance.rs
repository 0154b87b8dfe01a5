//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::conformance::<hazards::Hazards>(env!("CARGO_BIN_EXE_hazards"))
}
