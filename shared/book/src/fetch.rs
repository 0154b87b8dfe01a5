// What the snippets of docs/src/choosing.md call: their first twenty URLs end soon, the last
// of these with an error, and the others would take ten seconds.

/// How many are under way, and how many were at most.
static UNDER_WAY: std::sync::Mutex<(usize, usize)> = std::sync::Mutex::new((0, 0));

fn most() -> usize {
    UNDER_WAY.lock().expect("no panic is in the lock").1
}

struct Ended;

impl Drop for Ended {
    fn drop(&mut self) {
        UNDER_WAY.lock().expect("no panic is in the lock").0 -= 1;
    }
}

async fn fetch(url: usize) -> Result<usize, String> {
    {
        let mut counts = UNDER_WAY.lock().expect("no panic is in the lock");
        counts.0 += 1;
        counts.1 = counts.1.max(counts.0);
    }
    let _ended = Ended;
    let time = match url {
        0..19 => 1,
        19 => 200,
        _ => 10_000,
    };
    tokio::time::sleep(std::time::Duration::from_millis(time)).await;
    if url == 19 {
        Err("no".to_owned())
    } else {
        Ok(url)
    }
}
