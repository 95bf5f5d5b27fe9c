//! `component-suite [COMPONENT]`: is `postscreen.component.wasm` the engine, no more and no less?
//!
//! Run by `cargo xtask test`. It loads the component into wasmtime, gives the same random visits to it and to the
//! native engine, and compares every output. The visits are the same in every run.

mod component;
#[cfg(test)]
mod contract;
mod limits;
mod visit;

use anyhow::{Context, Result, ensure};
use component::Component;
use postscreen_engine::{Counter, Gauge, Policy};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::process::ExitCode;
use std::sync::Arc;

/// How many random visits are compared.
const VISITS: usize = 2_000;

const DEFAULT_COMPONENT: &str = "target/wasm/postscreen.component.wasm";

/// A test of the component at a path.
type Test = fn(&str) -> Result<()>;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_else(|| DEFAULT_COMPONENT.to_owned());
    let tests: [(&str, Test); 7] = [
        ("the component imports nothing", imports_nothing),
        ("a problem in the configuration comes back as data", problems_are_data),
        ("a bad address comes back as data", bad_addresses_are_data),
        ("every metric is listed", metrics_are_listed),
        ("a component that computes too long is stopped", limits::fuel),
        ("a component that wants too much memory is stopped", limits::memory),
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
    let problem = Component::load(path)?.parse(json)?.err().context("the component accepts it")?;
    ensure!(problem.path == native.path(), "path {:?}", problem.path);
    ensure!(problem.message == native.message(), "message {:?}", problem.message);
    ensure!(problem.position.map(|(line, _)| line) == Some(2), "position {:?}", problem.position);
    Ok(())
}

fn bad_addresses_are_data(path: &str) -> Result<()> {
    let mut component = Component::load(path)?;
    let policy = component.policy("{}")?;
    let error =
        component.open(policy, "nobody", "198.51.100.1:25")?.err().context("the component accepts it")?;
    ensure!(error == r#"client address "nobody": expected IP:PORT or [IPv6]:PORT"#, "{error}");
    Ok(())
}

fn metrics_are_listed(path: &str) -> Result<()> {
    let native = Counter::ALL.iter().map(|counter| format!("counter {}: {}", counter.name(), counter.help()));
    let native =
        native.chain(Gauge::ALL.iter().map(|gauge| format!("gauge {}: {}", gauge.name(), gauge.help())));
    let listed = Component::load(path)?.metrics()?;
    ensure!(listed == native.collect::<Vec<_>>(), "{listed:#?}");
    Ok(())
}

fn visits_agree(path: &str) -> Result<()> {
    let mut component = Component::load(path)?;
    let mut runner = TestRunner::deterministic();
    let strategy = visit::visits();
    for number in 0..VISITS {
        let visit = strategy.new_tree(&mut runner).map_err(|error| anyhow::anyhow!("{error}"))?.current();
        let policy = Arc::new(Policy::parse(visit.policy.as_bytes())?);
        let native = visit.play_native(&policy);
        let played = component.play(&visit).with_context(|| format!("visit {number}: {visit:#?}"))?;
        ensure!(
            played == native,
            "visit {number}: {visit:#?}\n  native: {native:#?}\n  component: {played:#?}"
        );
    }
    Ok(())
}
