//! A headless Chromium, driven by the `DevTools` protocol: messages of JSON, with a NUL behind each, over two pipes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the browser may take for one answer. The first one includes its start.
const ANSWER_MAX: Duration = Duration::from_mins(1);
/// The longest message that is read: a picture of a long page.
const MESSAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The running browser; stopped when dropped.
pub struct Chromium {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// Events that came while an answer was waited for.
    events: VecDeque<Value>,
    last_id: u64,
    _profile: TempDir,
}

impl Chromium {
    /// Starts it with a profile of its own, without any network.
    pub fn start(program: &Path) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        // The protocol is spoken on the descriptors 3 and 4; the shell makes them of its own 0 and 1.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null"])
            .arg(program)
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"])
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start a shell")?;
        let input = child.stdin.take().context("no standard input")?;
        let output = child.stdout.take().context("no standard output")?;
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            loop {
                message.clear();
                let read = std::io::Read::take(&mut output, MESSAGE_BYTES_MAX).read_until(0, &mut message);
                let text = message.strip_suffix(&[0]);
                let (Ok(1..), Some(text)) = (read, text) else { return };
                let Ok(message) = serde_json::from_slice(text) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser =
            Self { child, input, messages, events: VecDeque::new(), last_id: 0, _profile: profile };
        browser.call(None, "Browser.getVersion", &json!({})).with_context(|| {
            format!("{} does not run: install the Debian package chromium", program.display())
        })?;
        Ok(browser)
    }

    /// Asks and waits for the answer; `session` is a page.
    pub fn call(&mut self, session: Option<&str>, method: &str, params: &Value) -> Result<Value> {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        self.input.write_all(message.to_string().as_bytes())?;
        self.input.write_all(&[0])?;
        self.input.flush()?;
        loop {
            let message = self.receive(method)?;
            if message["id"] == json!(id) {
                ensure!(message["error"].is_null(), "{method}: {}", message["error"]);
                return Ok(message["result"].clone());
            }
            self.events.push_back(message);
        }
    }

    /// Waits for an event: everything that came up to it.
    pub fn events_until(&mut self, event: &str) -> Result<Vec<Value>> {
        let mut events = Vec::new();
        loop {
            let message = match self.events.pop_front() {
                Some(message) => message,
                None => self.receive(event)?,
            };
            let found = message["method"] == json!(event);
            events.push(message);
            if found {
                return Ok(events);
            }
        }
    }

    /// The events that have come so far, all of them.
    pub fn take_events(&mut self) -> Vec<Value> {
        self.events.extend(self.messages.try_iter());
        self.events.drain(..).collect()
    }

    fn receive(&mut self, what: &str) -> Result<Value> {
        match self.messages.recv_timeout(ANSWER_MAX) {
            Ok(message) => Ok(message),
            Err(RecvTimeoutError::Timeout) => bail!("{what}: the browser says nothing for {ANSWER_MAX:?}"),
            Err(RecvTimeoutError::Disconnected) => bail!("{what}: the browser has ended"),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends by itself when told to, and takes its helpers with it; killing is for one that does not listen.
        let told = self.call(None, "Browser.close", &json!({}));
        if told.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
