//! What the pages on leaving async-std and surf say, seen to hold.

use std::fs;

mod alone;
mod attributes;
mod behaviour;
mod pages;
mod rows;
mod service;
mod spawning;
mod surf;

/// How many threads of this process have a name that begins like this.
fn threads(name: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    let names =
        tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|comm| comm.starts_with(name)).count()
}
