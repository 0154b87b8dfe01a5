//! Every case against every variant, and the program itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::conformance::<process_pool::ProcessPool>(env!(
        "CARGO_BIN_EXE_process-pool"
    ))
}
