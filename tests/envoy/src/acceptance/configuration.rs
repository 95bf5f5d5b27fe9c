//! A wrong configuration never starts: Envoy refuses the listener, and says what is wrong and what was expected.

use std::rc::Rc;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{WORKERS, object};
use envoy_suite::fixture::{EnvoyFiles, EnvoyProcess, EnvoySetup, Loopback, ResolverCluster};
use envoy_suite::runner::{Note, SuiteTest};

pub(super) fn tests(program: &Rc<EnvoyFiles>) -> Vec<SuiteTest> {
    let validating = Rc::clone(program);
    let starting = Rc::clone(program);
    vec![
        SuiteTest::new(
            "wrong configuration: validation fails and names field, value and expectation",
            async move |_| validated(&validating).await,
        ),
        SuiteTest::new("wrong configuration: Envoy does not start", async move |_| {
            refused_at_start(&starting).await
        }),
    ]
}

/// Configurations, and words that the log must have about each.
fn mistakes() -> Vec<(Value, Vec<&'static str>)> {
    vec![
        (json!({"greet_wiat": "6s"}), vec!["greet_wiat", "greet_wait"]),
        (json!({"greet_wait": "6 parsecs"}), vec!["greet_wait", "6 parsecs", "expected"]),
        (json!({"greet_action": "reject"}), vec!["greet_action", "reject", "drop"]),
        (json!({"dnsbl_threshold": 0}), vec!["dnsbl_threshold", "0", "1"]),
        (json!({"dnsbl_sites": ["ok.test", "bl.test=127.0.0.256"]}), vec!["dnsbl_sites[1]", "256", "0..255"]),
        (
            json!({"access_list": [{"cidr": "192.0.2.1/24", "action": "reject"}]}),
            vec!["access_list[0]", "192.0.2.1/24"],
        ),
        (json!({"cache": {"buckets": 0}}), vec!["cache.buckets", "0"]),
        (json!({"resolver": {"clutser": "x"}}), vec!["resolver", "clutser", "cluster"]),
    ]
}

fn setup(policy: Value) -> Result<EnvoySetup> {
    let [nobody] = Loopback::next().free()?;
    Ok(EnvoySetup {
        policy: object(policy)?,
        backend: nobody,
        resolver: ResolverCluster::Missing,
        workers: WORKERS,
        changes: false,
    })
}

async fn validated(program: &EnvoyFiles) -> Result<Note> {
    let (status, log) = program.validate(&setup(json!({"greet_wait": "2s"}))?).await?;
    ensure!(status.success(), "Envoy refuses a right configuration ({status}); its log:\n{log}");
    let mistakes = mistakes();
    for (policy, words) in &mistakes {
        let (status, log) = program.validate(&setup(policy.clone())?).await?;
        ensure!(!status.success(), "Envoy accepts {policy}");
        for word in words {
            let is_said = log.lines().any(|line| line.contains("postscreen") && line.contains(word));
            ensure!(is_said, "{policy}: no line of the module says {word:?}; the log:\n{log}");
        }
    }
    Ok(format!("{} mistakes", mistakes.len()))
}

async fn refused_at_start(program: &EnvoyFiles) -> Result<Note> {
    let Err(error) = EnvoyProcess::start(program, &setup(json!({"greet_wait": "6 parsecs"}))?).await else {
        anyhow::bail!("Envoy starts with a wrong configuration");
    };
    let message = error.to_string();
    ensure!(
        message.contains("ended while starting") && message.contains("6 parsecs"),
        "unexpected: {message}"
    );
    Ok(String::new())
}
