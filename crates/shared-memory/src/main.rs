//! The model's own program: its job once on every variant.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<shared_memory::SharedMemory>()
}
