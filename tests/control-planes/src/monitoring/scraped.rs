//! The Envoy that Prometheus scrapes, with the configuration that we ship.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use envoy_suite::fixture::{EnvoyFiles, Shipped, ShippedEnvoy};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::dashboard::Query;
use super::prometheus::Prometheus;
use crate::client::{Door, Talk, visit};
use crate::machine::{ALLOWLISTED, EARLY, GATEWAY, LISTED, MAIL_SERVER, Machine, POLITE, RESOLVER, crowd};

/// Where prometheus.yaml looks for Envoy.
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9901);
/// The module keeps what did not happen (no listing, no pass) for ten seconds, and tells it with whatever happens then.
const ALL_IS_TOLD_AFTER: Duration = Duration::from_secs(11);

/// Queries that find nothing there: their names, and why.
const EMPTY: [(&str, &str); 5] = [
    ("\"Stopped by a limit\" I", NO_HOST_SIM),
    ("\"Crashes and configurations\" B", NO_HOST_SIM),
    ("\"Crashes and configurations\" C", NO_HOST_SIM),
    ("\"Crashes and configurations\" D", NO_LISTENER_FILE),
    ("\"Crashes and configurations\" E", NO_LISTENER_FILE),
];
const NO_HOST_SIM: &str = "it is about host-sim, which is not scraped";
const NO_LISTENER_FILE: &str = "postscreen.yaml has its listeners inside, and takes no changes";

/// Both of them; they stop when dropped.
#[derive(Debug)]
pub struct ScrapedEnvoy {
    /// It scrapes the Envoy.
    pub prometheus: Prometheus,
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
        Ok(Self { prometheus: Prometheus::start(&machine.folder("prometheus")?).await?, envoy })
    }

    /// Sends a client of each kind and a crowd, and one of them twice more, the last time when all is told; and waits
    /// until Prometheus has counted them. It has seen every metric before, or there would be no increase.
    pub async fn visit(&self) -> Result<()> {
        self.prometheus.until("count(postscreen_connections_total) == 1").await?;
        let door = Door { address: self.envoy.smtp(), balanced: false };
        let all_is_told = Instant::now() + ALL_IS_TOLD_AFTER;
        let mut others = JoinSet::new();
        for client in crowd() {
            others.spawn_local(visit(door, client, Talk::Polite));
        }
        let (early, polite, listed, allowlisted) = tokio::join!(
            visit(door, EARLY, Talk::Early),
            visit(door, POLITE, Talk::Polite),
            visit(door, LISTED, Talk::Polite),
            visit(door, ALLOWLISTED, Talk::Polite),
        );
        for visit in [early, polite, listed, allowlisted, visit(door, POLITE, Talk::Polite).await] {
            visit?;
        }
        while let Some(visit) = others.join_next().await {
            visit??;
        }
        sleep_until(all_is_told).await;
        visit(door, POLITE, Talk::Polite).await?;
        let all = crowd().count() + 6;
        self.prometheus.until(&format!("sum(postscreen_verdicts_total) == {all}")).await
    }

    /// Whether a query of the dashboard finds something, or nothing where that is known.
    pub async fn shows(&self, query: &Query) -> Result<()> {
        let expr = query.filled_in(&self.prometheus.whole_time());
        let (found, to_find) = (self.prometheus.has_data(&expr).await?, why_empty(query).is_none());
        ensure!(found == to_find, "it {}: {expr}", if found { "has data" } else { "has none" });
        Ok(())
    }

    /// That nobody is told of anything.
    pub async fn is_quiet(&self) -> Result<()> {
        let firing = self.prometheus.firing().await?;
        ensure!(firing.is_empty(), "{firing:#?}");
        Ok(())
    }

    /// Stops them; an error if one ends badly.
    pub async fn stop(self) -> Result<()> {
        self.prometheus.stop().await?;
        self.envoy.stop().await
    }
}

/// Why a query finds nothing here, if it is to find nothing.
pub fn why_empty(query: &Query) -> Option<&'static str> {
    EMPTY.iter().find(|(name, _)| query.name == *name).map(|(_, why)| *why)
}
