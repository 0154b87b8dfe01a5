//! Every case against every variant, and the program itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::conformance::<shared_memory::SharedMemory>(env!(
        "CARGO_BIN_EXE_shared-memory"
    ))
}
