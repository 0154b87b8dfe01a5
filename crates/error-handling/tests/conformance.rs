//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::conformance::<error_handling::ErrorHandling>(env!(
        "CARGO_BIN_EXE_error-handling"
    ))
}
