//! A real Prometheus with the configuration and the rules that we ship.

mod answer;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::ServerProcess;
use envoy_suite::http;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::read;
use super::rules::{FOLDER, Rules};
use super::time_shown::{TimeShown, unix};

pub use answer::{Alert, Point, Series};

const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);
/// Instead of 15 seconds.
const INTERVAL: &str = "1s";
/// How long it may take to have seen something.
const SEEN_MAX: Duration = Duration::from_secs(20);
const SEEN_POLL: Duration = Duration::from_millis(200);

/// A running one; it stops when dropped.
#[derive(Debug)]
pub struct Prometheus {
    server: ServerProcess,
    since: SystemTime,
}

// === impl Prometheus ===

impl Prometheus {
    /// Starts it in a folder that is there, and waits until it answers. It scrapes what prometheus.yaml names, once a
    /// second, and looks at the rules as often.
    pub async fn start(folder: &Path) -> Result<Self> {
        let mut configuration: Value = serde_saphyr::from_str(&read(&format!("{FOLDER}/prometheus.yaml"))?)?;
        configuration["global"] = json!({"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL});
        configuration["rule_files"] = json!([fs::canonicalize(format!("{FOLDER}/rules.yaml"))?]);
        let file = folder.join("prometheus.yaml");
        fs::write(&file, configuration.to_string())?;
        let arguments = [
            format!("--config.file={}", file.display()),
            format!("--storage.tsdb.path={}", folder.join("data").display()),
            format!("--web.listen-address={ADDRESS}"),
        ];
        let (log, hint) = (folder.join("prometheus.log"), "Debian has it: apt-get install prometheus");
        let program = Path::new("/usr/bin/prometheus");
        let since = SystemTime::now();
        let mut server = ServerProcess::start("Prometheus", program, arguments, log, hint)?;
        server.until_ready(async || http::get(ADDRESS, "/-/ready").await.is_ok()).await?;
        Ok(Self { server, since })
    }

    /// All that it has seen.
    pub fn whole_time(&self) -> TimeShown {
        TimeShown::new(self.since, SystemTime::now())
    }

    /// What an expression is now.
    pub async fn query(&self, expr: &str) -> Result<Vec<Series>> {
        self.query_at(expr, SystemTime::now()).await
    }

    /// What it was at a time.
    pub async fn query_at(&self, expr: &str, time: SystemTime) -> Result<Vec<Series>> {
        let path = format!("/api/v1/query?time={:.3}&query={}", unix(time), escaped(expr));
        self.series(expr, &path).await
    }

    /// What it was in the course of time, once for each column of a picture.
    pub async fn query_range(&self, expr: &str, shown: &TimeShown) -> Result<Vec<Series>> {
        let step = shown.step().as_secs_f64();
        let first = shown.first();
        // Half a step more, because milliseconds add up.
        let end = unix(shown.end()) + step / 2.0;
        let path = format!(
            "/api/v1/query_range?start={first:.3}&end={end:.3}&step={step:.3}&query={}",
            escaped(expr)
        );
        self.series(expr, &path).await
    }

    async fn series(&self, expr: &str, path: &str) -> Result<Vec<Series>> {
        let answer = self.ask(path).await;
        answer.and_then(|answer| Series::read(&answer)).with_context(|| expr.to_owned())
    }

    /// Whether an expression is a number now.
    pub async fn has_data(&self, expr: &str) -> Result<bool> {
        Ok(self.query(expr).await?.iter().any(|series| series.last().is_some_and(|value| !value.is_nan())))
    }

    /// Waits until it is.
    pub async fn until(&self, expr: &str) -> Result<()> {
        let deadline = Instant::now() + SEEN_MAX;
        while !self.has_data(expr).await? {
            ensure!(Instant::now() < deadline, "not within {SEEN_MAX:?}: {expr}");
            sleep(SEEN_POLL).await;
        }
        Ok(())
    }

    /// Whether all rules are there, and none of them has an error.
    pub async fn rules_are_well(&self) -> Result<()> {
        let expected = Rules::read()?.0.len();
        let answer = self.ask("/api/v1/rules").await?;
        let groups = answer["data"]["groups"].as_array().into_iter().flatten();
        let rules: Vec<_> = groups.filter_map(|group| group["rules"].as_array()).flatten().collect();
        ensure!(rules.len() == expected, "Prometheus has {} rules, not {expected}", rules.len());
        for rule in rules {
            ensure!(rule["health"] == "ok", "{}: {} {}", rule["name"], rule["health"], rule["lastError"]);
        }
        Ok(())
    }

    /// The alerts that are active now: firing, or pending until their time is over.
    pub async fn alerts(&self) -> Result<Vec<Alert>> {
        Alert::read(&self.ask("/api/v1/alerts").await?)
    }

    /// Those that people are told of.
    pub async fn firing(&self) -> Result<Vec<Alert>> {
        Ok(self.alerts().await?.into_iter().filter(|alert| alert.firing).collect())
    }

    async fn ask(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&http::get(ADDRESS, path).await?)?)
    }

    /// Stops it; an error if it ends badly.
    pub async fn stop(mut self) -> Result<()> {
        let status = self.server.terminate().await?;
        ensure!(status.success(), "Prometheus ended with {status}; its log:\n{}", self.server.log()?);
        Ok(())
    }
}

/// As a part of a URL.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |url, byte| url + &format!("%{byte:02X}"))
}
