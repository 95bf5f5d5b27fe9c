//! `component-suite [COMPONENT]`: is `postscreen.component.wasm` the engine, no more and no less?
//!
//! Run by `cargo xtask test`. It loads the component into wasmtime, gives the same random visits of many clients to its
//! workers and to the native engine's, and compares every task and every deadline. The visits are the same in every
//! run.

mod component;
#[cfg(test)]
mod contract;
mod limits;
mod native;
mod visit;

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use postscreen_engine::{Instant, MetricKind, Now, Policy};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use component::Component;
use native::NativeEngine;
use visit::{RandomVisit, VisitEvent};

/// How many random visits are compared.
const VISITS: usize = 2_000;

const DEFAULT_COMPONENT: &str = "target/wasm/postscreen.component.wasm";

/// A test of the component at a path.
type TestFn = fn(&str) -> Result<()>;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_else(|| DEFAULT_COMPONENT.to_owned());
    let tests: [(&str, TestFn); 8] = [
        ("the component imports nothing", imports_nothing),
        ("a problem in the configuration comes back as data", problems_are_data),
        ("a bad address comes back as data", bad_addresses_are_data),
        ("every metric is listed", metrics_are_listed),
        ("a component that computes too long is stopped", limits::fuel),
        ("a component that wants too much memory is stopped", limits::memory),
        ("a new configuration is for new clients only", limits::reconfigure),
        ("random visits go the same way as in the native engine", visits_agree),
    ];
    let mut failed = 0;
    for (name, test) in tests {
        match test(&path) {
            Ok(()) => println!("ok      {name}"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}\n        {error:#}");
            }
        }
    }
    println!("{} passed, {failed} failed", tests.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn imports_nothing(path: &str) -> Result<()> {
    let imports = component::imports(path)?;
    ensure!(imports.is_empty(), "imports {imports:?}");
    Ok(())
}

fn problems_are_data(path: &str) -> Result<()> {
    let json = "{\n  \"access_list\": [{\"cidr\": \"10.0.0.1/8\", \"action\": \"permit\"}]\n}";
    let native = Policy::parse(json.as_bytes()).expect_err("a network with host bits");
    let problem =
        Component::load(path)?.instance()?.parse(json)?.err().context("the component accepts it")?;
    ensure!(problem.path == native.path(), "path {:?}", problem.path);
    ensure!(problem.message == native.message(), "message {:?}", problem.message);
    ensure!(problem.position.map(|(line, _)| line) == Some(2), "position {:?}", problem.position);
    Ok(())
}

fn bad_addresses_are_data(path: &str) -> Result<()> {
    let mut instance = Component::load(path)?.instance()?;
    let policy = instance.policy("{}")?;
    let worker = instance.worker(policy)?;
    let now = Now { instant: Instant::default(), unix: 0 };
    let mut refused = |client: &str, server: &str| {
        let accepted = instance.accept(worker, 1, Some((client, server)), now)?;
        accepted.err().context("the component accepts it")
    };
    let error = refused("nobody", visit::SERVER)?;
    ensure!(error == r#"client address "nobody": expected IP:PORT or [IPv6]:PORT"#, "{error}");
    let error = refused("203.0.113.9:4711", "198.51.100.1")?;
    ensure!(error == r#"server address "198.51.100.1": expected IP:PORT or [IPv6]:PORT"#, "{error}");
    Ok(())
}

fn metrics_are_listed(path: &str) -> Result<()> {
    let json = r#"{"dnsbl_sites": ["bl.test", "secret.test"], "dnsbl_reply_map": {"secret.test": "public"}}"#;
    let policy = Policy::parse(json.as_bytes())?;
    let native = policy.catalogue().series().iter().map(|series| {
        let kind = match series.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        format!("{kind} {}: {}", series.name, series.help)
    });
    let mut instance = Component::load(path)?.instance()?;
    let policy = instance.policy(json)?;
    let listed = instance.metrics(policy)?;
    ensure!(listed == native.collect::<Vec<_>>(), "{listed:#?}");
    Ok(())
}

fn visits_agree(path: &str) -> Result<()> {
    let component = Component::load(path)?;
    let mut runner = TestRunner::deterministic();
    let strategy = visit::visits();
    for number in 0..VISITS {
        let visit = strategy.new_tree(&mut runner).map_err(|error| anyhow::anyhow!("{error}"))?.current();
        play(&component, &visit).with_context(|| format!("visit {number}: {visit:#?}"))?;
    }
    Ok(())
}

/// Gives both sides the same, step by step.
fn play(component: &Component, visit: &RandomVisit) -> Result<()> {
    let mut native = NativeEngine::new(&visit.policies)?;
    let mut workers = component.workers(&visit.policies)?;
    let mut asked: [Vec<_>; visit::WORKERS] = Default::default();
    for (number, (now, step)) in visit.moments().enumerate() {
        let (worker, connection) = (step.worker, step.connection);
        if let VisitEvent::Policy(policy) = step.event {
            native.set_policy(worker, policy);
            workers.set_policy(worker, policy)?;
        }
        let both = step.event.give(&asked[worker], |input| {
            (native.give(worker, connection, input, now), workers.give(worker, connection, input, now))
        });
        if let Some((told, played)) = both {
            let (native, played) = (told.lines, played?);
            ensure!(
                played == native,
                "step {number}: {step:?}\n  native: {native:#?}\n  component: {played:#?}"
            );
            asked[worker].extend(told.asked);
        }
    }
    Ok(())
}
