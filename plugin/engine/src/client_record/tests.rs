//! What is kept, what is masked, and the longest record.

mod mask;
mod said;

use super::*;
use crate::dns::NAME_MAX;
use crate::dnsbl::ADDRESSES_MAX;
use crate::line::{CLIENT_TEXT_MAX, escape_start, escape_to};
use crate::policy::{SENDERS_MAX, SITES_MAX, TRIAL_SITES_MAX};
use std::net::{Ipv4Addr, Ipv6Addr};

/// So many characters that JSON doubles.
fn quotes(len: usize) -> String {
    "\"".repeat(len)
}

#[test]
fn the_longest_record_of_the_longest_policy_is_within_its_limit() {
    let list = ListRecord {
        list: "x".repeat(NAME_MAX),
        answer: ListWord::NotListed,
        addresses: vec![Ipv4Addr::BROADCAST; ADDRESSES_MAX],
        ttl: Some(u32::MAX),
        score: i32::MIN,
        asked_at: u64::MAX,
        answered_at: Some(u64::MAX),
        trouble: Some(quotes(CLIENT_TEXT_MAX)),
        muted: true,
        on_trial: true,
    };
    let evidence = format!("after {}: {}", quotes(8), escape_start(&[0xff; CLIENT_TEXT_MAX]).repeat(2));
    let test = TestRecord {
        test: "non_smtp_command".to_owned(),
        result: TestResult::Ignored,
        evidence: Some(evidence),
        on_trial: true,
    };
    let part = |bytes| Part {
        at: u64::MAX,
        early: true,
        text: escape_to(&vec![0xff; bytes], usize::MAX),
        more: u64::MAX,
    };
    let address = Some(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)));
    let record = ClientRecord {
        reference: Reference::of(u64::MAX).to_string(),
        client: address,
        server: address,
        reply: Some(quotes(REPLY_KEPT_MAX)),
        tests: vec![test; Test::COUNT],
        lists: vec![list; SITES_MAX + TRIAL_SITES_MAX],
        list_in_doubt: true,
        reason: Some(ReasonRecord {
            asked_at: u64::MAX,
            answered_at: Some(u64::MAX),
            text: Some(quotes(REPLY_KEPT_MAX)),
        }),
        senders: vec!["x".repeat(NAME_MAX); SENDERS_MAX],
        voucher: Some(VoucherRecord { sender: "x".repeat(NAME_MAX), at: u64::MAX, ttl: u32::MAX }),
        wanted: Wanted {
            helo: Some(quotes(WANTED_MAX)),
            sender: Some(quotes(WANTED_MAX)),
            recipients: vec![quotes(WANTED_MAX); RECIPIENTS_MAX],
            more_recipients: u32::MAX,
        },
        said: vec![part(SAID_MAX / PARTS_MAX); PARTS_MAX],
        left: vec![Left { at: u64::MAX, early: true, half: true }; 2],
        late: vec![Late { due: u64::MAX, at: u64::MAX }; LATE_MAX],
        ..ClientRecord::default()
    };
    let json = record.to_json();
    assert!(json.len() <= RECORD_MAX, "{} bytes", json.len());
    assert!(json.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    assert_eq!(serde_json::from_str::<ClientRecord>(&json).unwrap(), record);
}
