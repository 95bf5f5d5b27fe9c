//! deploy/monitoring: rules and a dashboard, by themselves, and before a Prometheus that has scraped a real Envoy.
//!
//! - [`dashboard`]: what it asks and how it shows it; [`TimeShown`]: over what time;
//! - [`prometheus`]: a real one, with our rules; [`picture`]: the dashboard as text, from what it answers;
//! - `rules`, `names`, `promql`: whether rules and queries ask for what there is; `scraped`: the Envoy.
//!
//! Files are found from the project's folder.

pub mod dashboard;
mod names;
pub mod picture;
pub mod prometheus;
mod promql;
mod rules;
mod scraped;
mod time_shown;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use tokio::task::spawn_blocking;

use crate::machine::Machine;
use crate::report::Report;
use dashboard::{Dashboard, Query};
use names::KnownMetrics;
use rules::{Rule, Rules};
use scraped::{ScrapedEnvoy, why_empty};

pub use time_shown::TimeShown;

/// Where everything is drawn that Prometheus has seen.
const PICTURE: &str = "target/control-planes/dashboard.txt";

/// All of it.
pub(crate) async fn test(machine: &Machine, report: &Report, envoy: &Path, module: &Path) -> Result<()> {
    let (rules, dashboard) = (Rules::read()?, Dashboard::read()?);
    test_names(report, &rules, &dashboard)?;
    // promtool has time while clients wait for their turn.
    let promtool = spawn_blocking(rules::promtool);
    let scraped = ScrapedEnvoy::start(machine, envoy, module).await?;
    report.say("Prometheus has counted everybody", &scraped.visit().await);
    for (what, result) in promtool.await? {
        report.say(what, &result);
    }
    let prometheus = &scraped.prometheus;
    report.say("every rule is evaluated without an error", &prometheus.rules_are_well().await);
    report.say("no alert fires", &scraped.is_quiet().await);
    for query in dashboard.queries() {
        let what = why_empty(query).map_or("has data".to_owned(), |why| format!("is empty: {why}"));
        report.say(&format!("the dashboard, {}: {what}", query.name), &scraped.shows(query).await);
    }
    let written = picture::write(Path::new(PICTURE), &dashboard, prometheus, &prometheus.whole_time()).await;
    report.say(&format!("every panel is drawn, to be looked at, in {PICTURE}"), &written);
    report.say("both end well", &scraped.stop().await);
    Ok(())
}

/// Whether all that is asked for exists.
fn test_names(report: &Report, rules: &Rules, dashboard: &Dashboard) -> Result<()> {
    let known = KnownMetrics::read(rules)?;
    let rule = |rule: &Rule| known.check(&rule.expr).with_context(|| rule.name.clone());
    report.say("the metrics and labels of all rules exist", &all(&rules.0, rule));
    let handbook = |rule: &Rule| rule.handbook.as_deref().map_or(Ok(()), rules::check_handbook);
    report.say("every alert has its section in the handbook", &all(&rules.0, handbook));
    let shown = TimeShown::default();
    let query = |query: &Query| known.check(&query.filled_in(&shown)).with_context(|| query.name.clone());
    let result = all(dashboard.queries(), query);
    report.say("the metrics and labels of all queries of the dashboard exist", &result);
    Ok(())
}

/// What is wrong with any of them.
fn all<'a, T: 'a>(things: impl IntoIterator<Item = &'a T>, check: impl Fn(&T) -> Result<()>) -> Result<()> {
    let wrong: Vec<_> = things.into_iter().filter_map(|thing| check(thing).err()).collect();
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

#[cfg(test)]
mod tests;
