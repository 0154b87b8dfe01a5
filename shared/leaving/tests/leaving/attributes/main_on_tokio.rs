//! `main` on tokio.

use super::work;

// ANCHOR: main
#[tokio::main]
async fn main() -> std::io::Result<()> {
    assert_eq!(work().await, 7);
    Ok(())
}
// ANCHOR_END: main

#[test]
fn runs() {
    assert!(main().is_ok());
}
