//! An `Rc` across an await, in a task that may change threads: its count of owners is no
//! atomic. An `Arc` compiles, and so does a task that stays on its thread.

use std::rc::Rc;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.spawn(async {
        let count = Rc::new(7);
        tokio::task::yield_now().await;
        println!("{count}");
    });
}
