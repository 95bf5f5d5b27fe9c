//! A real Prometheus with the configuration and the rules that we ship, and the Envoy that it scrapes, likewise.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::{EnvoyFiles, ServerProcess, Shipped, ShippedEnvoy};
use envoy_suite::http;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::dashboard::Query;
use super::read;
use super::rules::FOLDER;
use crate::client::{Door, Talk, visit};
use crate::machine::{ALLOWLISTED, EARLY, GATEWAY, LISTED, MAIL_SERVER, Machine, POLITE, RESOLVER};

/// Where prometheus.yaml looks for Envoy.
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9901);
const PROMETHEUS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);
/// Instead of 15 seconds.
const INTERVAL: &str = "1s";
/// How long Prometheus may take to have seen something.
const SEEN_MAX: Duration = Duration::from_secs(20);
const SEEN_POLL: Duration = Duration::from_millis(200);

/// Both of them; they stop when dropped.
#[derive(Debug)]
pub struct ScrapedEnvoy {
    prometheus: ServerProcess,
    envoy: ShippedEnvoy,
}

// === impl ScrapedEnvoy ===

impl ScrapedEnvoy {
    /// Starts them.
    pub async fn start(machine: &Machine, envoy: &Path, module: &Path) -> Result<Self> {
        let files = EnvoyFiles::new(envoy.to_owned(), module.to_owned());
        let mut shipped = Shipped::read(Path::new("."))?;
        shipped.backend(MAIL_SERVER)?.resolver(RESOLVER)?;
        let smtp = SocketAddr::from((GATEWAY, 25));
        let envoy = shipped.start(&files, [smtp, ADMIN], 1).await?;
        let folder = machine.folder("prometheus")?;
        let mut configuration: Value = serde_saphyr::from_str(&read(&format!("{FOLDER}/prometheus.yaml"))?)?;
        configuration["global"] = json!({"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL});
        configuration["rule_files"] = json!([fs::canonicalize(format!("{FOLDER}/rules.yaml"))?]);
        let file = folder.join("prometheus.yaml");
        fs::write(&file, configuration.to_string())?;
        let arguments = [
            format!("--config.file={}", file.display()),
            format!("--storage.tsdb.path={}", folder.join("data").display()),
            format!("--web.listen-address={PROMETHEUS}"),
        ];
        let (log, hint) = (folder.join("prometheus.log"), "Debian has it: apt-get install prometheus");
        let program = Path::new("/usr/bin/prometheus");
        let mut prometheus = ServerProcess::start("Prometheus", program, arguments, log, hint)?;
        prometheus.until_ready(async || http::get(PROMETHEUS, "/-/ready").await.is_ok()).await?;
        Ok(Self { prometheus, envoy })
    }

    /// Sends a client of each kind, and one of them once more, and waits until Prometheus has counted them. It has seen
    /// every metric before, or there would be no increase.
    pub async fn visit(&self) -> Result<()> {
        self.until("count(postscreen_connections_total) == 1").await?;
        let door = Door { address: self.envoy.smtp(), balanced: false };
        let (early, polite, listed, allowlisted) = tokio::join!(
            visit(door, EARLY, Talk::Early),
            visit(door, POLITE, Talk::Polite),
            visit(door, LISTED, Talk::Polite),
            visit(door, ALLOWLISTED, Talk::Polite),
        );
        for visit in [early, polite, listed, allowlisted, visit(door, POLITE, Talk::Polite).await] {
            visit?;
        }
        self.until("sum(postscreen_verdicts_total) == 5").await
    }

    /// Waits until a query finds something.
    async fn until(&self, query: &str) -> Result<()> {
        let deadline = Instant::now() + SEEN_MAX;
        while !self.has_data(query).await? {
            ensure!(Instant::now() < deadline, "not within {SEEN_MAX:?}: {query}");
            sleep(SEEN_POLL).await;
        }
        Ok(())
    }

    /// Whether a query finds a number; an error when it cannot be read.
    async fn has_data(&self, query: &str) -> Result<bool> {
        let answer = self.ask(&format!("/api/v1/query?query={}", escaped(query))).await;
        let answer = answer.with_context(|| query.to_owned())?;
        let results = answer["data"]["result"].as_array().context("no result")?;
        Ok(results.iter().any(|series| series["value"][1].as_str().is_some_and(|value| value != "NaN")))
    }

    /// Whether a query of the dashboard finds something, or nothing where that is known.
    pub async fn shows(&self, query: &Query) -> Result<()> {
        let expr = query.filled_in();
        let (found, to_find) = (self.has_data(&expr).await?, query.why_empty().is_none());
        ensure!(found == to_find, "it {}: {expr}", if found { "has data" } else { "has none" });
        Ok(())
    }

    /// Whether all rules are there, and none of them has an error.
    pub async fn rules_are_well(&self, expected: usize) -> Result<()> {
        let answer = self.ask("/api/v1/rules").await?;
        let groups = answer["data"]["groups"].as_array().into_iter().flatten();
        let rules: Vec<_> = groups.filter_map(|group| group["rules"].as_array()).flatten().collect();
        ensure!(rules.len() == expected, "Prometheus has {} rules, not {expected}", rules.len());
        for rule in rules {
            ensure!(rule["health"] == "ok", "{}: {} {}", rule["name"], rule["health"], rule["lastError"]);
        }
        Ok(())
    }

    async fn ask(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&http::get(PROMETHEUS, path).await?)?)
    }

    /// Stops them; an error if one ends badly.
    pub async fn stop(mut self) -> Result<()> {
        let status = self.prometheus.terminate().await?;
        ensure!(status.success(), "Prometheus ended with {status}; its log:\n{}", self.prometheus.log()?);
        self.envoy.stop().await
    }
}

/// As a part of a URL.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |url, byte| url + &format!("%{byte:02X}"))
}
