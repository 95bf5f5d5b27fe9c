//! What workers get in each other's way with: keys of the shared data that all of them write.
//!
//! Shared data lies behind one lock of the whole process, and a write that was overtaken is done again. A key that
//! belongs to one client, or to a few, is met by few at a time. A key that every worker writes for every client costs
//! more the more workers there are.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use envoy_sim::trace::{Argument, Call, End, Observer, Value};
use envoy_sim::{Module, VmId};
use envoy_sim_testing::{Backend, Reply, Sim};

/// The most writes in one second by one worker to a key that all workers write.
const WRITES_MAX: u64 = 4;

const WORKERS: usize = 16;
/// Between two clients of one worker: 500 a second.
const PACE: Duration = Duration::from_millis(2);
const SECONDS: u32 = 2;
/// Addresses with a pass, for each worker. Clients come from them and from strangers in turn.
const KNOWN: u32 = 100;

const POLICY: &str = r#"{ "greet_wait": "2s", "greet_action": "drop" }"#;
/// Longer than the greeting takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often each worker has written each key, by the second in which it did.
#[derive(Default)]
struct Writes(BTreeMap<Vec<u8>, BTreeMap<(usize, u64), u64>>);

/// The worst key of those that all workers have written.
#[derive(Debug, PartialEq, Eq)]
struct Worst {
    key: String,
    /// The most writes by one worker in one second.
    writes: u64,
}

/// Plays the load, and says how often such a key was written at most.
pub fn check(module: &Module) -> Result<String> {
    let writes = Rc::new(RefCell::new(Writes::default()));
    let sim = Sim::module(module)
        .configuration(POLICY)
        .speaker("speaker")
        .workers(WORKERS)
        .observed(Rc::<RefCell<Writes>>::clone(&writes))
        .start();
    sim.backend(
        "backend",
        Backend::greeting("220 mx\r\n").replying(|_| Reply::bytes("221 Bye\r\n").and_close()),
    );
    make_known(&sim);
    writes.borrow_mut().0.clear();
    load(&sim);
    ensure!(sim.failed_workers().is_empty(), "a machine has trapped");
    let writes = writes.borrow();
    ensure!(!writes.0.is_empty(), "nobody has written anything: this load measures nothing");
    let Some(Worst { key, writes }) = writes.worst() else {
        return Ok("no key is written by all workers".to_owned());
    };
    ensure!(
        writes <= WRITES_MAX,
        "all {WORKERS} workers write {key}, one of them {writes} times in a second: expected {WRITES_MAX} at most"
    );
    Ok(format!(
        "a key that all {WORKERS} workers write: {key}, at most {writes} times a second by one of them"
    ))
}

/// Gives every known address a pass.
fn make_known(sim: &Sim) {
    let clients: Vec<_> =
        addresses().map(|(worker, client)| sim.connect_on(worker, &known(worker, client))).collect();
    sim.advance(PATIENCE);
    for client in clients {
        client.assert_received("220 mx\r\n");
        client.send("QUIT\r\n");
        client.end();
    }
    sim.advance(PATIENCE);
}

fn addresses() -> impl Iterator<Item = (usize, u32)> {
    (0..WORKERS).flat_map(|worker| (0..KNOWN).map(move |client| (worker, client)))
}

/// Early talkers from ever new addresses, and clients with a pass, in turn.
fn load(sim: &Sim) {
    let rounds = Duration::from_secs(u64::from(SECONDS)).as_millis() / PACE.as_millis();
    for round in 0..u32::try_from(rounds).unwrap_or(u32::MAX) {
        for worker in 0..WORKERS {
            if round % 2 == 0 {
                let zombie = sim.connect_on(worker, &stranger(worker, round));
                zombie.send("EHLO zombie\r\n");
            } else {
                let client = sim.connect_on(worker, &known(worker, round / 2 % KNOWN));
                client.assert_received("220 mx\r\n");
                client.send("QUIT\r\n");
                client.end();
            }
        }
        sim.advance(PACE);
    }
}

/// The address of a client with a pass.
fn known(worker: usize, client: u32) -> String {
    address(Ipv4Addr::new(10, 0, 0, 1), worker, client)
}

/// An address that nobody has seen before.
fn stranger(worker: usize, round: u32) -> String {
    address(Ipv4Addr::new(11, 0, 0, 1), worker, round)
}

/// Each worker has clients from networks of its own.
fn address(first: Ipv4Addr, worker: usize, client: u32) -> String {
    let worker = u32::try_from(worker).unwrap_or(u32::MAX);
    Ipv4Addr::from_bits(first.to_bits() + (worker << 16) + client).to_string()
}

// === impl Writes ===

impl Writes {
    fn worst(&self) -> Option<Worst> {
        let everybody = |by: &BTreeMap<(usize, u64), u64>| {
            by.keys().map(|(worker, _)| worker).collect::<BTreeSet<_>>().len() == WORKERS
        };
        let shared = self.0.iter().filter(|(_, by)| everybody(by));
        let worst = shared.filter_map(|(key, by)| Some((by.values().max()?, key))).max()?;
        Some(Worst { key: String::from_utf8_lossy(worst.1).into_owned(), writes: *worst.0 })
    }
}

impl Observer for Writes {
    fn begins(&mut self, call: &Call) -> Option<String> {
        let key = call.arguments.iter().find(|argument| argument.name == "key");
        if let (
            VmId::Worker(worker),
            "proxy_set_shared_data",
            Some(Argument { value: Value::Bytes { begin, .. }, .. }),
        ) = (call.vm, call.function.as_str(), key)
        {
            let second = call.now.monotonic.as_secs();
            *self.0.entry(begin.clone()).or_default().entry((worker, second)).or_default() += 1;
        }
        None
    }

    fn ends(&mut self, _: &Call, _: &End) {}
}

#[cfg(test)]
mod tests;
