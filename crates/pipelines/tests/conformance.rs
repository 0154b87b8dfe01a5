//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = env!("CARGO_BIN_EXE_pipelines");
    test_fixtures::conformance::<pipelines::Pipelines>(program)
}
