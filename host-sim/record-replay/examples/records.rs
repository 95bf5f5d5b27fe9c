//! Makes records of clients, as a day brings them, to measure with: `records COUNT` prints so many, always the same
//! ones.
//!
//! ```sh
//! cargo build --release -p host-sim && cargo run --release -p record-replay --example records 100000 > records.log
//! time target/release/host-sim replay records.log --config policy.json > /dev/null
//! ```

use fastrand::Rng;
use postscreen_engine::client_record::{
    ClientRecord, KnownFacts, KnownFrom, ListRecord, ListWord, Part, Reference, TestRecord, TestResult,
    VERSION, Wanted,
};
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr};

/// When the first client comes, in Unix seconds.
const BEGIN: u64 = 1_795_000_000;
const DAY: u64 = 86_400;
/// The lists, with what a listing adds.
const LISTS: [(&str, i32); 5] = [
    ("zen.example", 3),
    ("bl.example", 2),
    ("spam.example", 2),
    ("backscatter.example", 1),
    ("white.example", -2),
];

fn main() -> io::Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_u64);
    let mut random = Rng::with_seed(13);
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..count {
        let record = record(&mut random, BEGIN + number * DAY / count.max(1));
        writeln!(out, "2026-11-30T00:00:00Z RECORD {}", record.to_json())?;
    }
    out.flush()
}

/// One client: half of them zombies, a quarter known.
fn record(random: &mut Rng, time: u64) -> ClientRecord {
    let client = Ipv4Addr::from_bits(random.u32(0xcb00_7100..0xcb00_7200));
    let record = ClientRecord {
        postscreen_record: VERSION,
        reference: Reference::of(random.u64(..)).to_string(),
        time,
        client: Some(IpAddr::V4(client)),
        client_port: random.u16(1_024..),
        server: Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1))),
        server_port: 25,
        policy: "5d2c1b7e90aa41f3".to_owned(),
        module: "0.1.0".to_owned(),
        ..ClientRecord::default()
    };
    match random.u8(..4) {
        0 => known(record),
        1 => early(random, record),
        2 => screened(random, record, 2),
        _ => screened(random, record, 20),
    }
}

fn known(record: ClientRecord) -> ClientRecord {
    let pass = u32::try_from(record.time + DAY).unwrap_or(u32::MAX);
    ClientRecord {
        verdict: "pass_old".to_owned(),
        served: true,
        known: KnownFacts {
            from: KnownFrom::EarlierVisits,
            stamps: [pass, pass, 1, 1, 1],
            lists: 0,
            spared: 0,
        },
        tests: vec![test("pregreet", TestResult::Known), test("dnsbl", TestResult::Known)],
        ..record
    }
}

/// One that talks before its turn.
fn early(random: &mut Rng, record: ClientRecord) -> ClientRecord {
    let at = random.u64(10..2_000);
    ClientRecord {
        verdict: "pregreet".to_owned(),
        milliseconds: at,
        reply: Some(format!("521 5.5.1 Protocol error (ref {})", record.reference)),
        tests: vec![test("pregreet", TestResult::Failed), test("dnsbl", TestResult::Open)],
        lists: LISTS.iter().map(|(name, _)| list(name, ListWord::Pending, 0, None)).collect(),
        said: vec![Part { at, early: true, text: "EHLO zombie\\r\\n".to_owned(), more: 0 }],
        wanted: Wanted { helo: Some("zombie".to_owned()), ..Wanted::default() },
        ..record
    }
}

/// One that waits; each list has it once in so many times.
fn screened(random: &mut Rng, record: ClientRecord, rarity: u32) -> ClientRecord {
    let lists: Vec<_> = LISTS
        .iter()
        .map(|&(name, weight)| {
            let listed = random.u32(..rarity) == 0;
            let (word, score) = if listed { (ListWord::Listed, weight) } else { (ListWord::NotListed, 0) };
            list(name, word, score, Some(random.u64(5..500)))
        })
        .collect();
    let score = lists.iter().map(|list| list.score).sum();
    let refused = score >= 3;
    let (verdict, result) =
        if refused { ("dnsbl", TestResult::Failed) } else { ("pass_new", TestResult::Passed) };
    ClientRecord {
        verdict: verdict.to_owned(),
        served: !refused,
        milliseconds: 6_000 + random.u64(..50),
        tests: vec![test("pregreet", TestResult::Passed), test("dnsbl", result)],
        lists,
        score: Some(score),
        ..record
    }
}

fn list(name: &str, answer: ListWord, score: i32, answered_at: Option<u64>) -> ListRecord {
    let addresses = if answer == ListWord::Listed { vec![Ipv4Addr::new(127, 0, 0, 2)] } else { Vec::new() };
    ListRecord {
        on_trial: false,
        list: name.to_owned(),
        answer,
        addresses,
        ttl: answered_at.map(|_| 300),
        score,
        asked_at: 0,
        answered_at,
        trouble: None,
        muted: false,
    }
}

fn test(name: &str, result: TestResult) -> TestRecord {
    TestRecord { test: name.to_owned(), result, on_trial: false, evidence: None }
}
