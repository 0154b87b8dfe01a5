//! Step 3: files and sockets.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_std::task;
use smol::{
    Timer,
    channel::{self, Receiver, Sender},
    fs::{self, File},
    future,
    io::{self, BufReader},
    lock::{Mutex, RwLock},
    net::{TcpListener, TcpStream},
    prelude::*,
    process::{Command, Stdio},
};

/// How long a client may be silent.
const IDLE: Duration = Duration::from_secs(3);

/// How often values that are over are looked for.
const SWEEP: Duration = Duration::from_millis(20);

/// After how long without a line the journal is flushed.
const FLUSH: Duration = Duration::from_millis(50);

/// How long no connection is accepted after one that could not be.
const PAUSE: Duration = Duration::from_millis(10);

/// How many lines may wait for the journal: a client that sets faster waits.
const WAITING: usize = 16;

/// What all connections share.
struct Store {
    values: RwLock<HashMap<String, Value>>,
    /// A channel for each client that watches.
    watchers: Mutex<Vec<Sender<String>>>,
    journal: Sender<String>,
    sets: AtomicU64,
}

struct Value {
    text: String,
    until: Option<Instant>,
}

/// What a connection waits for.
enum Event {
    Line(String),
    Notice(String),
    Idle,
    Closed,
    Stopping,
}

/// Serves until a client asks it to stop; then every line is in the journal.
///
/// # Errors
/// The journal can't be written.
pub fn run(listener: std::net::TcpListener, journal: &Path) -> io::Result<()> {
    task::block_on(async {
        let journal = File::create(journal).await?;
        serve(TcpListener::try_from(listener)?, journal).await
    })
}

async fn serve(listener: TcpListener, journal: File) -> io::Result<()> {
    let (lines, written) = channel::bounded(WAITING);
    let (stop, stopping) = channel::bounded::<()>(1);
    let store = Arc::new(Store {
        values: RwLock::default(),
        watchers: Mutex::default(),
        journal: lines,
        sets: AtomicU64::new(0),
    });
    let writer = task::spawn(keep(journal, written));
    // It is never awaited, and goes on until the program ends.
    task::spawn(sweep(Arc::clone(&store)));

    let mut connections = Vec::new();
    let mut incoming = listener.incoming();
    loop {
        let accepted = async { incoming.next().await };
        let stopped = async {
            _ = stopping.recv().await;
            None
        };
        let Some(accepted) = accepted.or(stopped).await else {
            break;
        };
        // An error is one connection's, or no descriptor is left.
        let Ok(stream) = accepted else {
            Timer::after(PAUSE).await;
            continue;
        };
        let (store, stop) = (Arc::clone(&store), stop.clone());
        let stopping = stopping.clone();
        connections.push(task::spawn(async move {
            // An error is the client's affair.
            _ = converse(stream, &store, &stop, &stopping).await;
        }));
    }
    for connection in connections {
        connection.await;
    }
    store.journal.close();
    writer.await
}

/// One client, from its first line to its last.
async fn converse(
    stream: TcpStream,
    store: &Store,
    stop: &Sender<()>,
    stopping: &Receiver<()>,
) -> io::Result<()> {
    let mut lines = BufReader::new(stream.clone()).lines();
    let mut writer = stream;
    let mut notices: Option<Receiver<String>> = None;
    loop {
        let line = async {
            match timeout(IDLE, lines.next()).await {
                Some(Some(Ok(line))) => Event::Line(line),
                Some(_) => Event::Closed,
                None => Event::Idle,
            }
        };
        let notice = async {
            match &notices {
                Some(notices) => {
                    notices.recv().await.map_or(Event::Closed, Event::Notice)
                }
                None => future::pending().await,
            }
        };
        let stopped = async {
            _ = stopping.recv().await;
            Event::Stopping
        };
        let (answer, goes_on) = match line.or(notice).or(stopped).await {
            Event::Line(line) if line == "quit" => ("bye".to_string(), false),
            Event::Line(line) if line == "stop" => {
                stop.close();
                ("stopping".to_string(), false)
            }
            Event::Line(line) if line == "watch" => {
                notices = Some(watch(store).await);
                ("watching".to_string(), true)
            }
            Event::Line(line) => (answer(store, &line).await, true),
            Event::Notice(notice) => (notice, true),
            Event::Idle => ("idle".to_string(), false),
            Event::Stopping => ("stopping".to_string(), false),
            Event::Closed => return Ok(()),
        };
        writer.write_all(format!("{answer}\n").as_bytes()).await?;
        if !goes_on {
            return Ok(());
        }
    }
}

/// The answer to a line.
async fn answer(store: &Store, line: &str) -> String {
    let words: Vec<_> = line.splitn(3, ' ').collect();
    let answer = match words[..] {
        ["set", key, text] => set(store, key, text, None).await,
        ["keep", key, rest] => match rest.split_once(' ') {
            Some((millis, text)) => match millis.parse() {
                Ok(millis) => {
                    let until = Instant::now() + Duration::from_millis(millis);
                    set(store, key, text, Some(until)).await
                }
                Err(_) => Ok("error no number".to_string()),
            },
            None => Ok("error no text".to_string()),
        },
        ["get", key] => Ok(get(store, key).await),
        ["wait", key, millis] => match millis.parse() {
            Ok(millis) => Ok(wait(store, key, Duration::from_millis(millis)).await),
            Err(_) => Ok("error no number".to_string()),
        },
        ["digest", key] => digest(store, key).await,
        ["sort", key] => sort(store, key).await,
        ["load", path] => load(store, path).await,
        ["count"] => Ok(format!("count {}", store.sets.load(Ordering::Relaxed))),
        _ => Ok("error no such command".to_string()),
    };
    answer.unwrap_or_else(|error| format!("error {error}"))
}

async fn set(
    store: &Store,
    key: &str,
    text: &str,
    until: Option<Instant>,
) -> io::Result<String> {
    let value = Value {
        text: text.to_string(),
        until,
    };
    store.values.write().await.insert(key.to_string(), value);
    store.sets.fetch_add(1, Ordering::Relaxed);
    let line = format!("set {key} {text}");
    if store.journal.send(line.clone()).await.is_err() {
        return Ok("error the journal is closed".to_string());
    }
    announce(store, &line).await;
    Ok("ok".to_string())
}

async fn find(store: &Store, key: &str) -> Option<String> {
    let values = store.values.read().await;
    values.get(key).map(|value| value.text.clone())
}

async fn get(store: &Store, key: &str) -> String {
    match find(store, key).await {
        Some(text) => format!("value {text}"),
        None => "none".to_string(),
    }
}

/// The value of `key`, once it is set.
async fn wait(store: &Store, key: &str, limit: Duration) -> String {
    // Watched before it is looked at, or a `set` between the two is missed.
    let notices = watch(store).await;
    let start = format!("set {key} ");
    let set = async {
        let mut found = get(store, key).await;
        while found == "none" {
            match notices.recv().await {
                Ok(notice) if notice.starts_with(&start) => {
                    found = get(store, key).await;
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        found
    };
    match timeout(limit, set).await {
        Some(found) => found,
        None => "late".to_string(),
    }
}

/// A hash that takes a while, off the executor's threads.
async fn digest(store: &Store, key: &str) -> io::Result<String> {
    let text = find(store, key).await.unwrap_or_default();
    let digest = task::spawn_blocking(move || {
        (0..10_000).fold(0xcbf2_9ce4_8422_2325, |digest: u64, _| {
            text.bytes().fold(digest, |digest, byte| {
                (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            })
        })
    });
    Ok(format!("digest {:016x}", digest.await))
}

/// The value's words in order, by the system's `sort`.
async fn sort(store: &Store, key: &str) -> io::Result<String> {
    let text = find(store, key)
        .await
        .unwrap_or_default()
        .replace(' ', "\n");
    let mut child = Command::new("sort")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().expect("a pipe was asked for");
    input.write_all(text.as_bytes()).await?;
    drop(input);
    let output = child.output().await?;
    let words = String::from_utf8_lossy(&output.stdout);
    Ok(format!("sorted {}", words.trim().replace('\n', " ")))
}

/// Sets what the lines of a file say, a key and a text each.
async fn load(store: &Store, path: &str) -> io::Result<String> {
    let text = fs::read_to_string(path).await?;
    let mut count = 0;
    for (key, text) in text.lines().filter_map(|line| line.split_once(' ')) {
        set(store, key, text, None).await?;
        count += 1;
    }
    Ok(format!("loaded {count}"))
}

async fn watch(store: &Store) -> Receiver<String> {
    let (sender, receiver) = channel::unbounded();
    store.watchers.lock().await.push(sender);
    receiver
}

async fn announce(store: &Store, notice: &str) {
    let mut watchers = store.watchers.lock().await;
    watchers.retain(|watcher| watcher.try_send(notice.to_string()).is_ok());
}

/// Takes out what is over, and announces it.
async fn sweep(store: Arc<Store>) {
    let mut ticks = Timer::interval(SWEEP);
    while ticks.next().await.is_some() {
        let now = Instant::now();
        let is_over = |value: &Value| value.until.is_some_and(|until| until <= now);
        let mut over = Vec::new();
        store.values.write().await.retain(|key, value| {
            let stays = !is_over(value);
            if !stays {
                over.push(key.clone());
            }
            stays
        });
        for key in over {
            announce(&store, &format!("over {key}")).await;
        }
    }
}

/// Writes the journal, until no line can come any more.
async fn keep(mut journal: File, lines: Receiver<String>) -> io::Result<()> {
    loop {
        match timeout(FLUSH, lines.recv()).await {
            Some(Ok(line)) => journal.write_all(format!("{line}\n").as_bytes()).await?,
            Some(Err(_)) => break,
            None => journal.flush().await?,
        }
    }
    // The drop does not wait for what is not written yet.
    journal.flush().await
}

/// What `future` returns, or `None` once `limit` is over. The future is polled first.
async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let over = async {
        Timer::after(limit).await;
        None
    };
    async { Some(future.await) }.or(over).await
}
