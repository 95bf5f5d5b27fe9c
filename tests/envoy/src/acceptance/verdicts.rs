//! An access log can print the verdict on every client, whatever it was, and its record, which a refusal leads to.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use anyhow::{Context as _, Result, ensure};
use postscreen_scenario::{Listing, Zone};
use serde_json::{Value, json};

use super::{EnvoyScene, eventually};
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::fixture::{AccessLine, EnvoyFiles, ZoneMap};
use envoy_suite::runner::{Note, SuiteTest};

const GUEST: &str = "203.0.113.1";
const FRIEND: &str = "203.0.113.2";
const ENEMY: &str = "203.0.113.3";
const TALKER: &str = "203.0.113.4";
const LISTED: &str = "203.0.113.5";
const FICKLE: &str = "203.0.113.6";

pub(super) fn test(program: &Rc<EnvoyFiles>) -> SuiteTest {
    let program = Rc::clone(program);
    SuiteTest::new(
        "verdicts: the access log prints each of them, and the records that refusals name",
        async move |_| run(&program).await,
    )
}

async fn run(program: &EnvoyFiles) -> Result<Note> {
    let policy = json!({
        "greet_wait": "1s", "greet_action": "drop", "denylist_action": "drop",
        "access_list": [
            {"cidr": format!("{FRIEND}/32"), "action": "permit"},
            {"cidr": format!("{ENEMY}/32"), "action": "reject"},
        ],
        "dnsbl_sites": ["bl.test"], "dnsbl_action": "drop", "record_enable": true,
    });
    let listed = BTreeMap::from([(LISTED.parse()?, vec!["127.0.0.2".parse()?])]);
    let zones =
        ZoneMap::from([("bl.test".to_owned(), Zone::Listing(Listing { listed, ..Listing::default() }))]);
    let scene = EnvoyScene::with_zones(program, policy, &zones).await?;
    let listener = scene.envoy.smtp();

    let mut expected = Vec::new();
    let mut references = Vec::new();
    for (client, port, verdict) in
        [(GUEST, 1, "PASS NEW"), (GUEST, 2, "PASS OLD"), (FRIEND, 1, "ALLOWLISTED")]
    {
        let mut client = connect(listener, client, port, b"", verdict, &mut expected).await?;
        client.expect(BANNER).await?;
        client.quit().await?;
    }
    for (client, first, verdict) in
        [(ENEMY, &b""[..], "DENYLISTED"), (TALKER, b"HELO x\r\n", "PREGREET"), (LISTED, b"", "DNSBL")]
    {
        let client = connect(listener, client, 1, first, verdict, &mut expected).await?;
        let farewell = client.farewell().await?;
        ensure!(farewell.text.starts_with("521 "), "{verdict}: got {farewell:?}");
        let reference = farewell.text.trim_end().strip_suffix(')').and_then(|text| text.split_once("(ref "));
        let (_, reference) = reference.with_context(|| format!("no reference in {farewell:?}"))?;
        references.push((reference.to_owned(), verdict));
    }
    let mut fickle = connect(listener, FICKLE, 1, b"", "HANGUP", &mut expected).await?;
    // A client that leaves in the moment of its PROXY header never gets past Envoy's filter for that.
    scene.until_metrics(&[("postscreen_held_clients", 1)]).await?;
    fickle.end().await?;

    expected.sort();
    eventually(async || {
        let lines = scene.envoy.access_log()?;
        let verdict = |line: &AccessLine| Some((line.client, line.verdict.clone()?));
        let mut seen: Vec<_> = lines.iter().filter_map(verdict).collect();
        seen.sort();
        ensure!(seen == expected, "the access log says {seen:?}, expected {expected:?}");
        let record = |line: &AccessLine| serde_json::from_str::<Value>(line.record.as_deref()?).ok();
        let records: Vec<_> = lines.iter().filter_map(record).collect();
        ensure!(records.len() == expected.len(), "records: {records:?}");
        for (reference, verdict) in &references {
            let named = records.iter().find(|record| record["reference"] == **reference);
            let named = named.with_context(|| format!("no record {reference}"))?;
            ensure!(named["verdict"] == verdict.to_lowercase(), "of {verdict}: {named}");
        }
        Ok(())
    })
    .await?;
    scene.finish().await?;
    Ok(format!("{} verdicts", expected.len()))
}

async fn connect(
    listener: SocketAddr,
    client: &str,
    port: u16,
    first: &[u8],
    verdict: &str,
    expected: &mut Vec<(SocketAddr, String)>,
) -> Result<SmtpClient> {
    let address: IpAddr = client.parse()?;
    let from = SocketAddr::new(address, port);
    expected.push((from, verdict.to_owned()));
    SmtpClient::connect(listener, from, first).await.with_context(|| verdict.to_owned())
}
