//! host-sim as the listening screen: started, its log shown and read, stopped.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::client::DemoVisit;
use crate::process::{describe, succeeds};
use crate::repo::Repo;

/// The policy of the demo, in the tree.
pub const POLICY: &str = "xtask/demo/policy.json";

/// What the embedded resolver of the demo knows.
pub const ZONE: &str = "xtask/demo/zone.yaml";

/// From the start to the listening socket. Compiling the module is most of it.
const START_MAX: Duration = Duration::from_mins(1);

/// From a client's end to its line in the access log.
const VERDICT_MAX: Duration = Duration::from_secs(5);

/// The running screen; stopped when dropped.
pub struct DemoScreen {
    child: Child,
    address: SocketAddr,
    lines: Receiver<LogEvent>,
}

impl DemoScreen {
    /// Starts host-sim, which is already built, and waits until it listens.
    pub fn start(repo: &Repo, listen: SocketAddr) -> Result<Self> {
        let mut command = repo.program("host-sim");
        command
            .args(["serve", "--listen"])
            .arg(listen.to_string())
            .args(["--config", POLICY, "--zone", ZONE]);
        println!("    $ {}", describe(&command));
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start host-sim")?;
        let stdout = child.stdout.take();
        let (sender, lines) = mpsc::channel();
        // From here on dropping it stops the child.
        let mut screen = Self { child, address: listen, lines };
        stop_with_us(screen.child.id())?;
        let stdout = stdout.context("host-sim has no standard output")?;
        thread::spawn(move || show(stdout, &sender));
        screen.address = screen.ready()?;
        Ok(screen)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The verdict on each client, as far as the log has it in time.
    pub fn verdicts(&mut self, visits: &[DemoVisit]) -> Result<BTreeMap<SocketAddr, String>> {
        let mut verdicts = BTreeMap::new();
        let deadline = Instant::now() + VERDICT_MAX;
        while visits.iter().any(|visit| !verdicts.contains_key(&visit.from)) {
            match self.next(deadline)? {
                Some(LogEvent::Access { client, verdict }) => {
                    verdicts.insert(client, verdict);
                }
                Some(_) => {}
                None => break,
            }
        }
        Ok(verdicts)
    }

    /// Until somebody stops it, or us.
    pub fn wait(mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }

    fn ready(&mut self) -> Result<SocketAddr> {
        let deadline = Instant::now() + START_MAX;
        loop {
            match self.next(deadline)? {
                Some(LogEvent::Listening(address)) => return Ok(address),
                Some(_) => {}
                None => return Err(anyhow!("host-sim did not listen within {} s", START_MAX.as_secs())),
            }
        }
    }

    /// The next line of the log; `None` at the deadline.
    fn next(&mut self, deadline: Instant) -> Result<Option<LogEvent>> {
        match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(anyhow!("host-sim ended: {}", self.child.wait()?)),
        }
    }
}

impl Drop for DemoScreen {
    fn drop(&mut self) {
        // Either call fails only for a child that has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A signal that ends this program ends the screen as well: otherwise it would stay behind and keep its port.
fn stop_with_us(screen: u32) -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // After Ctrl-C in a terminal it has ended already, and there is nothing to kill.
            succeeds(Command::new("kill").arg(screen.to_string()));
            println!("\nstopped, and the screen with it");
            // As a shell reports a program that ended by a signal.
            process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Prints the log as it comes and passes on what each line says.
fn show(stdout: ChildStdout, lines: &Sender<LogEvent>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        println!("{line}");
        // Nobody listens any more once the stories are over; the log goes on.
        let _ = lines.send(LogEvent::read(&line));
    }
}

/// What a line of the log says, as far as the demo needs to understand it.
#[derive(Debug, PartialEq)]
pub enum LogEvent {
    /// A connection has ended, and this was the verdict.
    Access { client: SocketAddr, verdict: String },
    /// The screen is ready.
    Listening(SocketAddr),
    /// For the operator's eyes.
    Other,
}

impl LogEvent {
    /// Reads `listening on ADDR` and `TIMESTAMP access: client=ADDR verdict="WORDS" …`.
    pub fn read(line: &str) -> Self {
        listening(line).or_else(|| access(line)).unwrap_or(Self::Other)
    }
}

fn listening(line: &str) -> Option<LogEvent> {
    let (_, address) = line.split_once("listening on ")?;
    let address = address.split_whitespace().next()?;
    address.parse().ok().map(LogEvent::Listening)
}

fn access(line: &str) -> Option<LogEvent> {
    let (_, fields) = line.split_once(" access: ")?;
    let (_, client) = fields.split_once("client=")?;
    let client = client.split(' ').next()?.parse().ok()?;
    let (_, verdict) = fields.split_once("verdict=\"")?;
    let (verdict, _) = verdict.split_once('"')?;
    Some(LogEvent::Access { client, verdict: verdict.to_owned() })
}

#[cfg(test)]
mod tests;
