//! The fixtures themselves: unbound answers over HTTPS's wire format what rbldnsd has.

use std::collections::BTreeMap;
use std::net::IpAddr;

use anyhow::{Result, ensure};
use postscreen_scenario::{Fault, Listing, Zone, owner_name};

use envoy_suite::dns;
use envoy_suite::fixture::{Resolver, Zones};
use envoy_suite::http;
use envoy_suite::runner::{Note, Test};

const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;

pub(super) fn test() -> Test {
    Test::new("resolver answers from its zones and from nowhere else", |_| run())
}

async fn run() -> Result<Note> {
    let four: IpAddr = "203.0.113.9".parse()?;
    let six: IpAddr = "2001:db8::9".parse()?;
    let listed = BTreeMap::from([
        (four, vec!["127.0.0.2".parse()?, "127.0.0.10".parse()?]),
        (six, vec!["127.0.0.3".parse()?]),
    ]);
    let zones = Zones::from([
        ("bl.test".to_owned(), Zone::Listing(Listing { listed, ..Listing::default() })),
        ("broken.test".to_owned(), Zone::Fault(Fault::Servfail)),
    ]);
    let resolver = Resolver::start(&zones).await?;
    expect(&resolver, &owner_name(four, "bl.test"), NOERROR, 2).await?;
    expect(&resolver, &owner_name(six, "bl.test"), NOERROR, 1).await?;
    expect(&resolver, "1.113.0.203.bl.test", NXDOMAIN, 0).await?;
    expect(&resolver, "9.113.0.203.broken.test", SERVFAIL, 0).await?;
    expect(&resolver, "9.113.0.203.unknown.test", NXDOMAIN, 0).await?;
    expect(&resolver, "9.113.0.203.zone.example.com", NXDOMAIN, 0).await?;
    Ok(String::new())
}

async fn expect(resolver: &Resolver, name: &str, rcode: u8, records: u8) -> Result<()> {
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
