//! The shortest programs that spawn so many sleepers on a runtime and could stop them, and
//! what one of them takes: what the variants are held against.
//!
//! `cargo run --release -p cancellation --example sleepers -- tokio 1000000`

use std::{env, fs, hint::black_box, time::Duration};

use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_secs(1000);
/// So that those on other threads have begun.
const BEGUN: Duration = Duration::from_millis(100);

fn tokio(count: usize) -> u64 {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let idle = resident("VmRSS:");
    runtime.block_on(async {
        let spawn = |_| tokio::spawn(async { tokio::time::sleep(LONG).await });
        let tasks: Vec<_> = (0..count).map(spawn).collect();
        tokio::time::sleep(BEGUN).await;
        black_box(&tasks);
    });
    resident("VmHWM:") - idle
}

fn tokio_token(count: usize) -> u64 {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let token = CancellationToken::new();
    let idle = resident("VmRSS:");
    runtime.block_on(async {
        for _ in 0..count {
            let token = token.clone();
            drop(tokio::spawn(async move {
                tokio::select! {
                    () = token.cancelled() => {}
                    () = tokio::time::sleep(LONG) => {}
                }
            }));
        }
        tokio::time::sleep(BEGUN).await;
    });
    resident("VmHWM:") - idle
}

fn smol(count: usize) -> u64 {
    let idle = resident("VmRSS:");
    smol::block_on(async {
        let spawn = |_| smol::spawn(async { smol::Timer::after(LONG).await });
        let tasks: Vec<_> = (0..count).map(spawn).collect();
        smol::Timer::after(BEGUN).await;
        black_box(&tasks);
    });
    resident("VmHWM:") - idle
}

fn compio(count: usize) -> u64 {
    let runtime = compio::runtime::Runtime::new().expect("a runtime");
    let idle = resident("VmRSS:");
    runtime.block_on(async {
        let spawn = |_| compio::runtime::spawn(async { compio::time::sleep(LONG).await });
        let tasks: Vec<_> = (0..count).map(spawn).collect();
        compio::time::sleep(BEGUN).await;
        black_box(&tasks);
    });
    resident("VmHWM:") - idle
}

fn async_std(count: usize) -> u64 {
    let idle = resident("VmRSS:");
    async_std::task::block_on(async {
        let spawn =
            |_| async_std::task::spawn(async { async_std::task::sleep(LONG).await });
        let tasks: Vec<_> = (0..count).map(spawn).collect();
        async_std::task::sleep(BEGUN).await;
        black_box(&tasks);
    });
    resident("VmHWM:") - idle
}

fn main() {
    let words: Vec<String> = env::args().collect();
    let usage = "sleepers tokio|tokio_token|smol|compio|async_std COUNT";
    let [_, name, count] = words.as_slice() else {
        return eprintln!("{usage}");
    };
    let count: usize = count.parse().expect(usage);
    let grown = match name.as_str() {
        "tokio" => tokio(count),
        "tokio_token" => tokio_token(count),
        "smol" => smol(count),
        "compio" => compio(count),
        "async_std" => async_std(count),
        _ => return eprintln!("{usage}"),
    };
    println!("{name}: {} bytes a task", grown / count.max(1) as u64);
}

/// A line of `/proc/self/status` that gives kilobytes, in bytes.
fn resident(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number: u64 = number.and_then(|number| number.parse().ok()).expect(field);
    number * 1024
}
