//! `cargo run -p async-io`

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<async_io::AsyncIo>()
}
