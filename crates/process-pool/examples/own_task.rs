//! One's own function in a pool: `cargo run -p process-pool --example own_task -- some words`

use std::{env, io, process::Command, time::Duration};

use process_pool::{parts::worker::serve, variants::std_only::map};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Word {
    text: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Found {
    first: char,
    length: usize,
}

fn look(word: Word) -> Found {
    let mut letters = word.text.chars();
    let first = letters.next().expect("a word has a letter");
    Found {
        first,
        length: 1 + letters.count(),
    }
}

fn main() -> io::Result<()> {
    if env::var_os("WORKER").is_some() {
        return serve(look);
    }
    let words: Vec<_> = env::args().skip(1).map(|text| Word { text }).collect();
    let worker = || {
        let mut command = Command::new(env::current_exe()?);
        command.env("WORKER", "1");
        Ok(command)
    };
    for found in map::<_, Found>(2, words, Duration::from_secs(10), worker)? {
        println!("{found:?}");
    }
    Ok(())
}
