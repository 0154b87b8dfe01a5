//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::conformance::<serving::Serving>(env!("CARGO_BIN_EXE_serving"))
}
