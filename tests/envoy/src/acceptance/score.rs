//! Lists decide by score: at the threshold a client is refused and told which list, below it is served.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use postscreen_scenario::{Listing, Zone};
use serde_json::json;

use super::EnvoyScene;
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::fixture::{EnvoyFiles, ZoneMap};
use envoy_suite::runner::{Note, SuiteTest};

const GREET_WAIT: Duration = Duration::from_secs(1);
const LISTED_V4: &str = "203.0.113.9";
const LISTED_V6: &str = "2001:db8::9";
const SECRET: &str = "203.0.113.10";
const BELOW: &str = "203.0.113.11";

pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new(
        "score: at the threshold 521 names the list, below it the client is served",
        async move |_| run(&program).await,
    )
}

async fn run(program: &EnvoyFiles) -> Result<Note> {
    let policy = json!({
        "greet_wait": "1s",
        "dnsbl_sites": ["heavy.test=127.0.0.[2..4]*3", "light.test*1", "key1234.secret.test*3"],
        "dnsbl_threshold": 3, "dnsbl_action": "drop",
        "dnsbl_reply_map": {"key1234.secret.test": "secret.test"},
    });
    let zones = ZoneMap::from([
        zone("heavy.test", &[LISTED_V4, LISTED_V6])?,
        zone("light.test", &[LISTED_V4, BELOW])?,
        zone("key1234.secret.test", &[SECRET])?,
    ]);
    let scene = EnvoyScene::with_zones(program, policy, &zones).await?;
    let listener = scene.envoy.smtp();
    tokio::try_join!(
        refused(listener, LISTED_V4, "heavy.test"),
        refused(listener, LISTED_V6, "heavy.test"),
        refused(listener, SECRET, "secret.test"),
        served(listener, BELOW),
    )?;
    scene.until_metrics(&[("postscreen_dnsbl_blocked_total", 3), ("postscreen_refused_total", 3)]).await?;
    let sessions = scene.backend.clients()?;
    ensure!(sessions.len() == 1, "the mail server saw {sessions:?}, expected {BELOW} alone");
    let key_is_logged = scene.envoy.log()?.iter().any(|line| line.text.contains("key1234"));
    ensure!(!key_is_logged, "the secret part of a list's name is in the log");
    scene.finish().await?;
    Ok(String::new())
}

fn zone(name: &str, listed: &[&str]) -> Result<(String, Zone)> {
    let address = "127.0.0.2".parse()?;
    let listed: Result<BTreeMap<_, _>> =
        listed.iter().map(|client| Ok((client.parse()?, vec![address]))).collect();
    Ok((name.to_owned(), Zone::Listing(Listing { listed: listed?, ..Listing::default() })))
}

async fn refused(listener: SocketAddr, address: &str, list: &str) -> Result<()> {
    let client = SmtpClient::connect(listener, SocketAddr::new(address.parse()?, 40_001), b"").await?;
    let farewell = client.farewell().await.with_context(|| address.to_owned())?;
    let expected = format!("521 5.7.1 Service unavailable; client [{address}] blocked using {list}\r\n");
    ensure!(farewell.text == expected && farewell.in_order, "expected {expected:?}, got {farewell:?}");
    Ok(())
}

async fn served(listener: SocketAddr, address: &str) -> Result<()> {
    let mut client = SmtpClient::connect(listener, SocketAddr::new(address.parse()?, 40_001), b"").await?;
    client.expect(BANNER).await.with_context(|| address.to_owned())?;
    ensure!(client.age() >= GREET_WAIT, "the banner came after {:?}", client.age());
    client.quit().await
}
