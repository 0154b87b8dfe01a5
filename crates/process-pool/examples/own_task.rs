//! One's own function in a pool: `cargo run -p process-pool --example own_task -- some words`

use std::{env, io, process::Command, time::Duration};

use process_pool::{parts::worker::serve, variants::std_only::map};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Word(String);

#[derive(Debug, Serialize, Deserialize)]
struct Found {
    first: char,
    length: usize,
}

fn look(Word(text): Word) -> Found {
    let first = text.chars().next().expect("a word has a letter");
    let length = text.chars().count();
    Found { first, length }
}

fn main() -> io::Result<()> {
    if env::var_os("WORKER").is_some() {
        return serve(look);
    }
    let worker = || {
        let mut command = Command::new(env::current_exe()?);
        command.env("WORKER", "1");
        Ok(command)
    };
    let words: Vec<_> = env::args().skip(1).map(Word).collect();
    for found in map::<_, Found>(2, words, Duration::from_secs(10), worker)? {
        println!("{found:?}");
    }
    Ok(())
}
