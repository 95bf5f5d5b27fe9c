//! One client's record whole, in words, and what the new policy would do.

use crate::compare::Fate;
use crate::tables::{Column, ColumnKind, Table};
use crate::text::{draw, indented};
use crate::words::{seconds, shown, time};
use postscreen_engine::Test;
use postscreen_engine::client_record::{
    ClientRecord, KnownFrom, Late, ListRecord, ListWord, Part, ReasonRecord, TestRecord, TestResult,
};
use postscreen_engine::replay::Replayed;

/// Stamps that are no time: never passed.
const NEVER_MAX: u32 = 1;

/// Everything about one client; `replayed` is what a new policy would do.
pub fn client(record: &ClientRecord, replayed: Option<&Replayed>) -> String {
    let mut parts = vec![facts(record)];
    let sections = [("tests", tests(record)), ("lists", lists(record)), ("it said", said(record))];
    for (title, table) in sections {
        if !table.rows.is_empty() {
            parts.push(format!("{title}\n{}", indented(&draw(&table))));
        }
    }
    if let Some(replayed) = replayed {
        parts.push(format!("under the new policy\n{}", indented(&draw(&outcome(replayed)))));
    }
    parts.join("\n\n") + "\n"
}

/// Who, when, what became of it, and what was known.
fn facts(record: &ClientRecord) -> String {
    let place = |address: Option<std::net::IpAddr>, port: u16| match address {
        Some(address) => std::net::SocketAddr::new(address, port).to_string(),
        None => "not told".to_owned(),
    };
    let fate = Fate::of_record(record);
    let mut facts = vec![
        ("reference", any(&record.reference)),
        ("client", place(record.client, record.client_port)),
        ("server", place(record.server, record.server_port)),
        ("came", time(record.time)),
        ("verdict", format!("{fate}, {} after {}", fate.ending.as_str(), seconds(record.milliseconds))),
    ];
    if let Some(reply) = &record.reply {
        facts.push(("was told", any(reply)));
    }
    facts.extend(wanted(record));
    facts.push(("access list", record.access.as_deref().map_or("does not decide".to_owned(), any)));
    facts.push(("known", known(record)));
    if let Some(voucher) = &record.voucher {
        let at = seconds(voucher.at);
        facts.push((
            "vouched for",
            format!("by {}, known after {at}, for {} s", any(&voucher.sender), voucher.ttl),
        ));
    }
    if !record.senders.is_empty() {
        let senders: Vec<_> = record.senders.iter().map(|sender| any(sender)).collect();
        facts.push(("asked to vouch", senders.join(", ")));
    }
    let sessions = &record.sessions;
    facts.push((
        "sessions",
        format!(
            "{} of this client, {} in all, {} sent to the mail server and not heard from it",
            sessions.of_client, sessions.all, sessions.in_transit
        ),
    ));
    if record.stressed {
        facts.push(("stress", "waits were the shorter ones".to_owned()));
    }
    if let Some(score) = record.score {
        facts.push(("score", score.to_string()));
    }
    if record.list_in_doubt {
        facts.push(("in doubt", "a list that has it was being looked at: is it well?".to_owned()));
    }
    facts.extend(record.reason.as_ref().map(|reason| ("why listed", why(reason))));
    for left in &record.left {
        let how = if left.half { "ended its half" } else { "left" };
        let when = if left.early { ", before its turn" } else { "" };
        facts.push(("it", format!("{how} after {}{when}", seconds(left.at))));
    }
    for Late { due, at } in &record.late {
        facts.push(("late", format!("what was due after {} was done after {}", seconds(*due), seconds(*at))));
    }
    facts.push(("policy", any(&record.policy)));
    facts.push(("module", any(&record.module)));
    draw(&pairs(facts))
}

/// What the list that has it says of it.
fn why(reason: &ReasonRecord) -> String {
    let asked = seconds(reason.asked_at);
    match (reason.answered_at, reason.text.as_deref()) {
        (Some(at), Some(text)) => format!("{}, asked after {asked}, told after {}", any(text), seconds(at)),
        (Some(at), None) => format!("nothing of use, asked after {asked}, told after {}", seconds(at)),
        (None, _) => format!("no answer in time, asked after {asked}"),
    }
}

fn wanted(record: &ClientRecord) -> Vec<(&'static str, String)> {
    let wanted = &record.wanted;
    let mut facts = Vec::new();
    if let Some(helo) = &wanted.helo {
        facts.push(("helo", any(helo)));
    }
    if let Some(sender) = &wanted.sender {
        facts.push(("mail from", format!("<{}>", any(sender))));
    }
    facts.extend(wanted.recipients.iter().map(|recipient| ("mail to", format!("<{}>", any(recipient)))));
    if wanted.more_recipients > 0 {
        facts.push(("mail to", format!("{} more", wanted.more_recipients)));
    }
    facts
}

fn known(record: &ClientRecord) -> String {
    let from = match record.known.from {
        KnownFrom::Nothing => return "nothing: a new client".to_owned(),
        KnownFrom::EarlierVisits => "from earlier visits",
        KnownFrom::OpenSessions => "from its open sessions",
    };
    let passes = Test::ALL.into_iter().zip(record.known.stamps).filter(|(_, stamp)| *stamp > NEVER_MAX);
    let passes: Vec<_> =
        passes.map(|(test, stamp)| format!("{} until {}", test.as_str(), time(stamp.into()))).collect();
    let passes = if passes.is_empty() { "no pass".to_owned() } else { passes.join(", ") };
    format!("{from}: {passes}")
}

fn tests(record: &ClientRecord) -> Table {
    let row = |TestRecord { test, result, on_trial, evidence }: &TestRecord| {
        let result = match result {
            TestResult::Known => "passed earlier",
            TestResult::Passed => "passed",
            TestResult::Failed => "failed",
            TestResult::Ignored => "failed, ignored",
            TestResult::Open => "left before",
        };
        let test = if *on_trial { format!("{} (on trial)", any(test)) } else { any(test) };
        vec![test, result.to_owned(), evidence.as_deref().map(any).unwrap_or_default()]
    };
    table(&["test", "result", "because"], record.tests.iter().map(row))
}

fn lists(record: &ClientRecord) -> Table {
    let row = |list: &ListRecord| {
        let addresses: Vec<_> = list.addresses.iter().map(ToString::to_string).collect();
        let answer = match list.answer {
            ListWord::Listed => addresses.join(" "),
            ListWord::NotListed => "not listed".to_owned(),
            ListWord::Timeout => "no answer in time".to_owned(),
            ListWord::Error => format!("error: {}", list.trouble.as_deref().map(any).unwrap_or_default()),
            ListWord::Pending => "not yet".to_owned(),
        };
        let answer = if list.muted { format!("{answer}, muted") } else { answer };
        let name = any(&list.list);
        vec![
            if list.on_trial { format!("{name} (on trial)") } else { name },
            answer,
            list.score.to_string(),
            seconds(list.asked_at),
            list.answered_at.map_or("-".to_owned(), seconds),
            list.ttl.map_or("-".to_owned(), |ttl| format!("{ttl} s")),
        ]
    };
    table(&["list", "answer", "adds", "asked", "answered", "TTL"], record.lists.iter().map(row))
}

fn said(record: &ClientRecord) -> Table {
    let row = |part: &Part| {
        let when = if part.early { "before its turn" } else { "" };
        let more = if part.more > 0 { format!(" (and {} bytes)", part.more) } else { String::new() };
        vec![seconds(part.at), when.to_owned(), any(&part.text) + &more]
    };
    table(&["after", "", "text"], record.said.iter().map(row))
}

fn outcome(replayed: &Replayed) -> Table {
    let fate = Fate::of_replayed(replayed);
    let mut facts = vec![(
        "verdict",
        format!("{fate}, {} after {}", fate.ending.as_str(), seconds(replayed.milliseconds)),
    )];
    if let Some(score) = replayed.score {
        facts.push(("score", score.to_string()));
    }
    if let Some(reply) = &replayed.reply {
        facts.push(("is told", any(reply)));
    }
    facts.extend(replayed.doubts.iter().map(|doubt| ("not certain", any(&doubt.to_string()))));
    pairs(facts)
}

/// A text out of a record, whatever it holds; its length is bounded by that of a line.
fn any(text: &str) -> String {
    shown(text, usize::MAX)
}

fn pairs(facts: Vec<(&'static str, String)>) -> Table {
    table(&[], facts.into_iter().map(|(name, fact)| vec![name.to_owned(), fact]))
}

fn table(columns: &[&'static str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let column = |&name| Column { name, kind: ColumnKind::Text };
    Table { columns: columns.iter().map(column).collect(), rows: rows.collect() }
}
