//! A resolver that lies in every way cannot get a client listed, harm the module, or fill the log.

use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Result, ensure};
use serde_json::json;

use super::{EnvoyScene, WORKERS, crowd, crowd_address};
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::fixture::{EnvoyFiles, Liar, Lie, ResolverCluster};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

const CLIENTS: usize = 100;

pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new(
        "hostile resolver: no lie is a listing, none harms, none fills the log",
        async move |progress| run(&program, &progress).await,
    )
}

async fn run(program: &EnvoyFiles, progress: &TestProgress) -> Result<Note> {
    let liar = Liar::start().await?;
    let sites: Vec<String> = Lie::ALL.iter().map(|lie| lie.zone()).collect();
    // Clients come for less than a minute, so that a warning once a minute is one warning.
    let policy = json!({
        "greet_wait": "4s", "dnsbl_timeout": "2s",
        "dnsbl_sites": sites, "dnsbl_threshold": 1, "dnsbl_action": "drop",
    });
    let scene = EnvoyScene::with_upstream(program, policy, ResolverCluster::Http1(liar.address())).await?;
    let listener = scene.envoy.smtp();
    crowd(progress, CLIENTS, |index| guest(listener, index)).await?;

    let questions = CLIENTS * Lie::ALL.len();
    scene
        .until_metrics(&[
            ("postscreen_dns_questions_total", questions),
            ("postscreen_dns_listed_total", 0),
            ("postscreen_dnsbl_blocked_total", 0),
            ("postscreen_refused_total", 0),
        ])
        .await?;
    let log = scene.envoy.log()?;
    for lie in Lie::ALL {
        let lines = log.iter().filter(|line| line.text.contains(&lie.zone()));
        let (warnings, others): (Vec<_>, Vec<_>) = lines.partition(|line| line.level == "warning");
        ensure!(others.is_empty(), "{lie:?}: the log says {}", others[0].text);
        // The workers share the minute.
        ensure!(warnings.len() == 1, "{lie:?}: {} warnings by {WORKERS} workers", warnings.len());
    }
    let metrics = scene.envoy.metrics().await?;
    let count = |name: &str| {
        metrics.get(name).copied().and_then(|count| usize::try_from(count).ok()).unwrap_or_default()
    };
    let (errors, timeouts) = (count("postscreen_dns_errors_total"), count("postscreen_dns_timeouts_total"));
    ensure!(
        errors + timeouts == questions,
        "{errors} errors and {timeouts} time-outs of {questions} lies are counted"
    );
    scene.finish().await?;
    Ok(format!("{} kinds of lies, {errors} errors, {timeouts} time-outs", Lie::ALL.len()))
}

async fn guest(listener: SocketAddr, index: usize) -> Result<()> {
    let mut client = SmtpClient::connect(listener, crowd_address(index), b"").await?;
    client.expect(BANNER).await?;
    client.quit().await
}
