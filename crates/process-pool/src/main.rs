//! The process-pool demo: `process-pool --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_fixtures::demo::<process_pool::ProcessPool>()
}
