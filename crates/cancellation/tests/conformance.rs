//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = env!("CARGO_BIN_EXE_cancellation");
    test_fixtures::conformance::<cancellation::Cancellation>(program)
}
