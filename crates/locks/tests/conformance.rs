//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::conformance::<locks::Locks>(env!("CARGO_BIN_EXE_locks"))
}
