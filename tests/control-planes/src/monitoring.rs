//! deploy/monitoring: rules and a dashboard, by themselves, and before a Prometheus that has scraped a real Envoy.

mod dashboard;
mod names;
mod prometheus;
mod promql;
mod rules;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use tokio::task::spawn_blocking;

use crate::machine::Machine;
use crate::report::Report;
use dashboard::{Dashboard, Query};
use names::KnownMetrics;
use prometheus::ScrapedEnvoy;
use rules::{Rule, Rules};

/// All of it.
pub async fn test(machine: &Machine, report: &Report, envoy: &Path, module: &Path) -> Result<()> {
    let (rules, dashboard) = (Rules::read()?, Dashboard::read()?);
    let known = KnownMetrics::read(&rules)?;
    let rule = |rule: &Rule| known.check(&rule.expr).with_context(|| rule.name.clone());
    report.say("the metrics and labels of all rules exist", &all(&rules.0, rule));
    let handbook = |rule: &Rule| rule.handbook.as_deref().map_or(Ok(()), rules::check_handbook);
    report.say("every alert has its section in the handbook", &all(&rules.0, handbook));
    let query = |query: &Query| known.check(&query.filled_in()).with_context(|| query.name.clone());
    report
        .say("the metrics and labels of all queries of the dashboard exist", &all(&dashboard.queries, query));
    // promtool has time while clients wait for their turn.
    let promtool = spawn_blocking(rules::promtool);
    let scraped = ScrapedEnvoy::start(machine, envoy, module).await?;
    let result = scraped.visit().await;
    report.say("Prometheus has counted everybody", &result);
    for (what, result) in promtool.await? {
        report.say(what, &result);
    }
    report.say("every rule is evaluated without an error", &scraped.rules_are_well(rules.0.len()).await);
    for query in &dashboard.queries {
        let what = query.why_empty().map_or("has data".to_owned(), |why| format!("is empty: {why}"));
        report.say(&format!("the dashboard, {}: {what}", query.name), &scraped.shows(query).await);
    }
    report.say("both end well", &scraped.stop().await);
    Ok(())
}

/// What is wrong with any of them.
fn all<T>(things: &[T], check: impl Fn(&T) -> Result<()>) -> Result<()> {
    let wrong: Vec<_> = things.iter().filter_map(|thing| check(thing).err()).collect();
    let wrong: Vec<_> = wrong.iter().map(|error| format!("{error:#}")).collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The text of a file of ours.
fn read(file: &str) -> Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    ensure!(!text.is_empty(), "{file} is empty");
    Ok(text)
}
