//! `cargo run -p async-io@0.1.0`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<async_io::AsyncIo>()
}
