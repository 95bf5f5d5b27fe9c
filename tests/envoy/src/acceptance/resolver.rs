//! The resolver: that the fixtures themselves answer, and what becomes of clients without one.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use postscreen_scenario::{Fault, Listing, Zone, owner_name};
use serde_json::{Value, json};

use super::{EnvoyScene, crowd, crowd_address};
use envoy_suite::client::{BANNER, SmtpClient};
use envoy_suite::dns;
use envoy_suite::fixture::{DnsblResolver, EnvoyFiles, Loopback, ResolverCluster, ZoneMap};
use envoy_suite::http;
use envoy_suite::runner::{Note, SuiteTest, TestProgress};

const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;

const CLIENTS: usize = 50;
const GREET_WAIT: Duration = Duration::from_secs(2);
/// More than the wait: a burst on a busy machine, and ticks that come late.
const LATE: Duration = Duration::from_secs(3);

/// unbound answers over HTTPS's wire format what rbldnsd has.
pub(super) fn test() -> SuiteTest {
    SuiteTest::new("resolver answers from its zones and from nowhere else", |_| run())
}

async fn run() -> Result<Note> {
    let four: IpAddr = "203.0.113.9".parse()?;
    let six: IpAddr = "2001:db8::9".parse()?;
    let listed = BTreeMap::from([
        (four, vec!["127.0.0.2".parse()?, "127.0.0.10".parse()?]),
        (six, vec!["127.0.0.3".parse()?]),
    ]);
    let zones = ZoneMap::from([
        ("bl.test".to_owned(), Zone::Listing(Listing { listed, ..Listing::default() })),
        ("broken.test".to_owned(), Zone::Fault(Fault::Servfail)),
    ]);
    let resolver = DnsblResolver::start(&zones).await?;
    expect(&resolver, &owner_name(four, "bl.test"), NOERROR, 2).await?;
    expect(&resolver, &owner_name(six, "bl.test"), NOERROR, 1).await?;
    expect(&resolver, "1.113.0.203.bl.test", NXDOMAIN, 0).await?;
    expect(&resolver, "9.113.0.203.broken.test", SERVFAIL, 0).await?;
    expect(&resolver, "9.113.0.203.unknown.test", NXDOMAIN, 0).await?;
    expect(&resolver, "9.113.0.203.zone.example.com", NXDOMAIN, 0).await?;
    Ok(String::new())
}

async fn expect(resolver: &DnsblResolver, name: &str, rcode: u8, records: u8) -> Result<()> {
    let answer = http::ask(resolver.doh(), dns::question(name)).await?;
    ensure!(answer.len() >= dns::HEADER, "{name}: an answer of {} bytes", answer.len());
    let seen = (answer[dns::FLAGS_AT + 1] & 15, answer[dns::ANSWER_COUNT_AT + 1]);
    ensure!(
        seen == (rcode, records),
        "{name}: code and records are {seen:?}, expected {:?}",
        (rcode, records)
    );
    Ok(())
}

/// Without a resolver nobody is refused and nobody waits longer than the greet wait.
pub(super) fn tests_without(program: &Rc<EnvoyFiles>) -> Vec<SuiteTest> {
    let down = Rc::clone(program);
    let missing = Rc::clone(program);
    vec![
        SuiteTest::new("resolver down: every client is served after the wait", async move |progress| {
            // Free when asked for, and nobody binds it: connections are refused.
            let [nobody] = Loopback::next().free()?;
            without(&down, &progress, json!({}), ResolverCluster::Http2(nobody)).await
        }),
        SuiteTest::new(
            "resolver's cluster missing: every client is served after the wait",
            async move |progress| {
                let elsewhere = json!({"resolver": {"cluster": "nowhere"}});
                without(&missing, &progress, elsewhere, ResolverCluster::Missing).await
            },
        ),
    ]
}

async fn without(
    program: &EnvoyFiles,
    progress: &TestProgress,
    more: Value,
    upstream: ResolverCluster,
) -> Result<Note> {
    let mut policy = json!({
        "greet_wait": "2s", "greet_action": "drop",
        "dnsbl_sites": ["one.test", "two.test*2"], "dnsbl_action": "drop",
    });
    if let (Some(policy), Value::Object(more)) = (policy.as_object_mut(), more) {
        policy.extend(more);
    }
    let scene = EnvoyScene::with_upstream(program, policy, upstream).await?;
    let listener = scene.envoy.smtp();
    crowd(progress, CLIENTS, |index| guest(listener, index)).await?;
    scene.until_metrics(&[("postscreen_dns_listed_total", 0), ("postscreen_refused_total", 0)]).await?;
    let errors = scene.envoy.metrics().await?.get("postscreen_dns_errors_total").copied().unwrap_or_default();
    ensure!(errors > 0, "no error of the resolver is counted");
    scene.finish().await?;
    Ok(format!("{errors} errors counted"))
}

async fn guest(listener: SocketAddr, index: usize) -> Result<()> {
    let mut client = SmtpClient::connect(listener, crowd_address(index), b"").await?;
    client.expect(BANNER).await?;
    let wait = client.age();
    ensure!(
        wait >= GREET_WAIT && wait < GREET_WAIT + LATE,
        "the banner came after {wait:?}, expected {GREET_WAIT:?}"
    );
    client.quit().await
}
