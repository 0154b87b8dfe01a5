//! `main` on async-std.

use super::work;

// ANCHOR: main
#[async_std::main]
async fn main() -> std::io::Result<()> {
    assert_eq!(work().await, 7);
    Ok(())
}
// ANCHOR_END: main

#[test]
fn runs() {
    assert!(main().is_ok());
}
