//! `main` on smol.

use super::work;

// ANCHOR: main
fn main() -> std::io::Result<()> {
    smol::block_on(async {
        assert_eq!(work().await, 7);
        Ok(())
    })
}
// ANCHOR_END: main

#[test]
fn runs() {
    assert!(main().is_ok());
}
