//! A NATS server of the trial's own: on a free port of this machine, with its streams in a
//! directory that is removed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use test_fixtures::{cause, die_with_parent, peer_program, temporary::TemporaryDir};

use crate::parts::frame::LONGEST;

/// How long it may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// What its streams take on the disk, with some to spare.
const ROOM: u64 = 4 << 20;
/// What a message has beside a frame's payload, at most.
const AROUND: usize = 1 << 16;

/// A server that is killed when this is dropped, or with this program.
#[derive(Debug)]
pub struct Server {
    url: String,
    process: Child,
    directory: TemporaryDir,
}

/// The server's address in the file that it writes.
#[derive(Deserialize)]
struct Ports {
    nats: Vec<String>,
}

/// What a machine without the program is to do.
pub(crate) const MISSING: &str = "needs nats-server: `compare peers` installs it";

/// The program: the one that `compare peers` installs, or else the first on the PATH.
pub fn nats_server() -> Option<PathBuf> {
    peer_program(Path::new(env!("CARGO_MANIFEST_DIR")), "nats-server")
}

impl Server {
    /// Starts one, and waits until it takes connections.
    ///
    /// # Errors
    /// There is no such program, or it does not start.
    pub fn start() -> Result<Self> {
        Self::start_with("")
    }

    /// The same with further lines of its configuration, which count more.
    ///
    /// # Errors
    /// There is no such program, or it does not start.
    pub fn start_with(lines: &str) -> Result<Self> {
        let directory = TemporaryDir::with_room(ROOM)?;
        let path = directory.path();
        let most = LONGEST + AROUND;
        let text = format!(
            "listen: \"127.0.0.1:-1\"\n\
             max_payload: {most}\n\
             ports_file_dir: {path:?}\n\
             log_file: {:?}\n\
             jetstream {{ store_dir: {path:?} }}\n\
             {lines}",
            path.join("log")
        );
        fs::write(path.join("conf"), text).context("the server's directory")?;
        let mut server = Self {
            url: String::new(),
            process: spawn(path)?,
            directory,
        };
        server.url = server.wait()?;
        Ok(server)
    }

    /// Kills it, and starts it again at the same address, with the same streams.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        let path = self.directory.path();
        let (conf, port) = (path.join("conf"), self.url.rsplit(':').next());
        let text = fs::read_to_string(&conf)?;
        let text = text.replace(":-1\"", &format!(":{}\"", port.unwrap_or_default()));
        fs::write(conf, text)?;
        self.process = spawn(path)?;
        self.wait().map(drop)
    }

    /// Where it is: `nats://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub fn process(&self) -> &Child {
        &self.process
    }

    fn wait(&mut self) -> Result<String> {
        let path = self.directory.path();
        let file = path.join(format!("nats-server_{}.ports", self.process.id()));
        let start = Instant::now();
        loop {
            // It may be there, and not be whole yet.
            let ports = fs::read(&file).map(|text| serde_json::from_slice(&text));
            if let Ok(Ok(Ports { nats })) = ports
                && let Some(url) = nats.into_iter().next()
            {
                return Ok(url);
            }
            let ended = self.process.try_wait()?;
            if ended.is_some() || start.elapsed() > READY_WITHIN {
                let text = |name| fs::read_to_string(path.join(name)).unwrap_or_default();
                // Go's runtime may end before the server has a log.
                let (log, stderr) = (text("log"), text("stderr"));
                let last = log.lines().last().map(str::to_owned);
                let last = cause(&stderr).or(last);
                let last = last.unwrap_or_else(|| "it says nothing".to_owned());
                bail!("nats-server does not start: {last}");
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Starts the program in this directory, where its configuration is.
fn spawn(directory: &Path) -> Result<Child> {
    let mut command = Command::new(nats_server().context(MISSING)?);
    command
        .arg("-c")
        .arg(directory.join("conf"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(directory.join("stderr"))?);
    die_with_parent(&mut command);
    command.spawn().context("nats-server can't be started")
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
