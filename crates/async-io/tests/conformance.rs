//! Every case against every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = env!("CARGO_BIN_EXE_async-io");
    test_fixtures::conformance::<async_io::AsyncIo>(program)
}
