//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = env!("CARGO_BIN_EXE_gather");
    test_fixtures::conformance::<gather::Gather>(program)
}
