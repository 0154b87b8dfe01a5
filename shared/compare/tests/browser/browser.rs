//! A headless Chromium that is driven over a pipe, by its DevTools protocol.
//!
//! Messages are JSON, each ended by a zero byte. Chromium reads them from descriptor 3 and
//! answers on 4; a shell turns its standard input and output into these.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use test_fixtures::temporary::TemporaryDir;

/// How long an answer, or whatever is waited for, may take.
const PATIENCE: Duration = Duration::from_secs(30);
const PROGRAMS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--remote-debugging-pipe",
];

/// Where Chromium is, if it is anywhere: `INTERLEAVE_CHROMIUM`, or on the path.
pub(crate) fn find() -> Option<PathBuf> {
    find_any("INTERLEAVE_CHROMIUM", PROGRAMS)
}

/// The program that a variable names, or the first of these on the path.
pub(crate) fn find_any(variable: &str, programs: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let all = programs
        .iter()
        .flat_map(|name| folders.iter().map(move |f| f.join(name)));
    all.into_iter().find(|program| program.is_file())
}

/// A browser with one page. Dropping it ends the browser and removes its directory.
pub(crate) struct Page {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    reader: Option<JoinHandle<()>>,
    /// The events that the browser sent without being asked.
    events: Vec<Value>,
    sent: u64,
    session: Option<String>,
    _profile: TemporaryDir,
}

impl Page {
    /// Starts a browser and opens an empty page in it, so wide.
    pub(crate) fn new(program: &Path, width: u32) -> Result<Self> {
        let profile = TemporaryDir::new()?;
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("a shell")?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("standard output is piped")?;
        let (sender, messages) = channel();
        let reader = thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                let message =
                    serde_json::from_slice(&message).expect("JSON from Chromium");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut page = Self {
            child,
            input,
            messages,
            reader: Some(reader),
            events: Vec::new(),
            sent: 0,
            session: None,
            _profile: profile,
        };
        let target =
            page.command("Target.createTarget", &json!({"url": "about:blank"}))?;
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = page.command("Target.attachToTarget", &target)?;
        page.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.command(&format!("{domain}.enable"), &json!({}))?;
        }
        page.resize(width)?;
        Ok(page)
    }

    pub(crate) fn resize(&mut self, width: u32) -> Result<()> {
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", &metrics)?;
        Ok(())
    }

    /// Opens an address and waits until its script has written what it writes.
    pub(crate) fn open(&mut self, address: &str) -> Result<()> {
        self.load(address)?;
        self.wait("document.getElementById('packed') === null")
    }

    /// Opens an address and waits until everything is loaded.
    pub(crate) fn load(&mut self, address: &str) -> Result<()> {
        // Of a page that a key or a click led to.
        self.events.clear();
        // Two addresses that differ behind the # only are one document: no load to wait for.
        self.command("Page.navigate", &json!({"url": "about:blank"}))?;
        self.event("Page.loadEventFired")?;
        self.events.clear();
        let went = self.command("Page.navigate", &json!({"url": address}))?;
        if let Some(error) = went["errorText"].as_str() {
            bail!("{address}: {error}");
        }
        self.event("Page.loadEventFired")
    }

    /// The value of an expression in the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let asked = json!({"expression": expression, "returnByValue": true});
        let mut answer = self.command("Runtime.evaluate", &asked)?;
        if !answer["exceptionDetails"].is_null() {
            bail!("{expression}: {}", answer["exceptionDetails"]);
        }
        Ok(answer["result"]["value"].take())
    }

    /// Waits until an expression is true.
    pub(crate) fn wait(&mut self, expression: &str) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.evaluate(expression) {
                Ok(Value::Bool(true)) => return Ok(()),
                // Between two pages there is none that could answer.
                Err(error) if !error.to_string().contains("navigated") => {
                    return Err(error);
                }
                _ if Instant::now() > until => {
                    bail!("it did not come to be that {expression}")
                }
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Presses a key and releases it.
    pub(crate) fn press(&mut self, key: &str) -> Result<()> {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => bail!("no code is known of the key {key}"),
        };
        // What a key writes is what a button listens to.
        let (down, text) = match key {
            "Enter" => ("keyDown", "\r"),
            _ => ("rawKeyDown", ""),
        };
        for kind in [down, "keyUp"] {
            let event = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
                "text": text,
            });
            self.command("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// Clicks on the middle of the element that an expression is.
    pub(crate) fn click(&mut self, element: &str) -> Result<()> {
        let middle = self.evaluate(&format!(
            "(() => {{ const e = {element}; e.scrollIntoView({{block: 'center'}}); \
             const b = e.getBoundingClientRect(); \
             return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        ))?;
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let event = json!({
                "type": kind, "x": middle[0], "y": middle[1], "button": button, "clickCount": 1,
            });
            self.command("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// The events of a kind since the page was opened.
    pub(crate) fn told(&self, method: &str) -> Vec<&Value> {
        let told = self.events.iter().filter(|event| event["method"] == method);
        told.map(|event| &event["params"]).collect()
    }

    /// Sends a command and waits for its answer.
    pub(crate) fn command(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let input = self.input.as_mut().context("the browser runs")?;
        input.write_all(message.to_string().as_bytes())?;
        input.write_all(&[0])?;
        loop {
            let mut answer = self.next().with_context(|| method.to_owned())?;
            if answer["id"] != self.sent {
                self.events.push(answer);
            } else if answer["error"].is_null() {
                return Ok(answer["result"].take());
            } else {
                bail!("{method}: {}", answer["error"]);
            }
        }
    }

    /// Waits for the first event of a kind.
    fn event(&mut self, method: &str) -> Result<()> {
        while self.told(method).is_empty() {
            let event = self.next().with_context(|| method.to_owned())?;
            self.events.push(event);
        }
        self.events.retain(|event| event["method"] != method);
        Ok(())
    }

    fn next(&self) -> Result<Value> {
        self.messages
            .recv_timeout(PATIENCE)
            .context("the browser is silent")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Closed, the pipe ends the browser with its own processes; killed, it leaves them
        // to notice by themselves.
        drop(self.input.take());
        let until = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            thread::sleep(Duration::from_millis(10));
        }
        // The browser may have exited already, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
