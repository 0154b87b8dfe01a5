//! What the attributes for tests and for `main` are on smol and on tokio.

mod main_on_async_std;
mod main_on_smol;
mod main_on_tokio;

async fn work() -> u32 {
    7
}

// ANCHOR: async_std
#[async_std::test]
async fn on_async_std() {
    assert_eq!(work().await, 7);
}
// ANCHOR_END: async_std

// ANCHOR: smol
#[test]
fn on_smol() {
    smol::block_on(async {
        assert_eq!(work().await, 7);
    });
}
// ANCHOR_END: smol

// ANCHOR: tokio
#[tokio::test]
async fn on_tokio() {
    assert_eq!(work().await, 7);
}
// ANCHOR_END: tokio
