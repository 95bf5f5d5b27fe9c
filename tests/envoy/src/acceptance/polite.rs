//! 1,000 polite strangers come at once: each waits its turn and is served, none is refused.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use postscreen_scenario::{Listing, Zone};
use serde_json::json;

use super::{EnvoyScene, crowd, crowd_address};
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::fixture::{EnvoyFiles, ZoneMap};
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

const CLIENTS: usize = 1_000;
const GREET_WAIT: Duration = Duration::from_secs(2);

pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new("polite clients: 1,000 at once are all served after the wait", async move |progress| {
        run(&program, &progress).await
    })
}

async fn run(program: &EnvoyFiles, progress: &TestProgress) -> Result<Note> {
    let policy = json!({
        "greet_wait": "2s", "greet_action": "drop",
        "dnsbl_sites": ["bl.test"], "dnsbl_action": "drop",
    });
    let zones = ZoneMap::from([("bl.test".to_owned(), Zone::Listing(Listing::default()))]);
    let scene = EnvoyScene::with_zones(program, policy, &zones).await?;
    let listener = scene.envoy.smtp();
    let waits = crowd(progress, CLIENTS, |index| guest(listener, index)).await?;

    let count = CLIENTS;
    scene
        .until_metrics(&[
            ("postscreen_connections_total", count),
            ("postscreen_pass_new_total", count),
            ("postscreen_refused_total", 0),
            ("postscreen_dns_questions_total", count),
            ("postscreen_dns_errors_total", 0),
        ])
        .await?;
    let sessions = scene.backend.clients()?.len();
    ensure!(sessions == CLIENTS, "the mail server saw {sessions} sessions, expected {CLIENTS}");
    scene.finish().await?;
    let longest = waits.into_iter().max().unwrap_or_default();
    Ok(format!("the last banner came after {:.1} s", longest.as_secs_f32()))
}

/// How long the client waited for its banner.
async fn guest(listener: SocketAddr, index: usize) -> Result<Duration> {
    let mut client = SmtpClient::connect(listener, crowd_address(index), b"").await?;
    client.expect(BANNER).await?;
    let wait = client.age();
    ensure!(wait >= GREET_WAIT, "the banner came after {wait:?}, before the wait of {GREET_WAIT:?} was over");
    client.quit().await?;
    Ok(wait)
}
