//! An explanation agrees with what a session does, for a client that never says a word.

use super::*;
use crate::access::Decision;
use crate::io::{ConnectionId, Destination, Endpoints, HostTraits, Input, Output};
use crate::policy::Action;
use crate::registry::remember;
use crate::shared::Memory;
use crate::time::{Instant, Now};
use crate::worker::Worker;
use proptest::prelude::*;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a list does: it answers with one address or none after some milliseconds, fails, or stays silent.
#[derive(Clone, Copy, Debug)]
enum Says {
    Answer(Option<u8>, u64),
    Fails,
    Nothing,
}

fn lists() -> impl Strategy<Value = Vec<Says>> {
    let answer =
        (proptest::option::of(1_u8..4), 0_u64..7_000).prop_map(|(last, after)| Says::Answer(last, after));
    proptest::collection::vec(prop_oneof![4 => answer, 1 => Just(Says::Fails), 1 => Just(Says::Nothing)], 3)
}

fn policies() -> impl Strategy<Value = String> {
    let action = || prop_oneof![Just("ignore"), Just("enforce"), Just("drop")];
    let access = prop_oneof![
        Just("[]"),
        Just(r#"["permit_mynetworks"]"#),
        Just(r#"[{"cidr": "203.0.113.0/25", "action": "reject"}, "permit_mynetworks"]"#),
        Just(r#"[{"cidr": "203.0.113.0/26", "action": "dunno"}, "reject"]"#),
    ];
    let banner = prop_oneof![Just(""), Just("$smtpd_banner")];
    (action(), action(), access, banner, 1..4_i32, -3..=0_i32, any::<bool>(), any::<bool>()).prop_map(
        |(denylist, dnsbl, access, banner, threshold, allowlist, deep, asks)| {
            let sites =
                if asks { r#"["a.test=127.0.0.[2..3]", "a.test*-1", "b.test*2", "c.test*-3"]"# } else { "[]" };
            format!(
                r#"{{"access_list": {access}, "mynetworks": ["203.0.113.128/25", "::/1"],
                    "denylist_action": "{denylist}", "dnsbl_action": "{dnsbl}", "dnsbl_threshold": {threshold},
                    "dnsbl_allowlist_threshold": {allowlist}, "dnsbl_sites": {sites},
                    "greet_banner": "{banner}", "pipelining_enable": {deep}}}"#
            )
        },
    )
}

fn clients() -> impl Strategy<Value = IpAddr> {
    let v4 = any::<u8>().prop_map(|last| IpAddr::from([203, 0, 113, last]));
    let mapped = any::<u8>().prop_map(|last| IpAddr::V6(Ipv4Addr::new(203, 0, 113, last).to_ipv6_mapped()));
    prop_oneof![3 => v4, 1 => mapped, 1 => any::<u128>().prop_map(|bits| IpAddr::V6(bits.into()))]
}

fn records() -> impl Strategy<Value = Option<Record>> {
    let now = u32::try_from(NOW).unwrap();
    let stamp = prop_oneof![Just(0), Just(1), now - 900_000..now + 900_000, Just(now)];
    proptest::option::of(proptest::array::uniform5(stamp).prop_map(Record::from_stamps))
}

fn replies(policy: &Policy, client: IpAddr, lists: &[Says]) -> Vec<ListReply> {
    let reply = |(index, says): (usize, &Says)| match *says {
        Says::Answer(last, after) => {
            let addresses: Vec<_> = last.map(|last| [127, 0, 0, last].into()).into_iter().collect();
            match super::says(policy, index, client, &addresses) {
                ListReply::Asked { message, .. } => {
                    ListReply::Asked { message, after: Duration::from_millis(after) }
                }
                ListReply::NotAsked => ListReply::NotAsked,
            }
        }
        Says::Fails => ListReply::Asked { message: Err(DnsFailure::HttpStatus(503)), after: Duration::ZERO },
        Says::Nothing => ListReply::NotAsked,
    };
    lists.iter().take(policy.zones().len()).enumerate().map(reply).collect()
}

/// A whole session with a client that is silent, and hangs up when it is greeted.
fn silent_visit(
    policy: &Policy,
    client: IpAddr,
    record: Option<Record>,
    replies: &[ListReply],
) -> Vec<Output> {
    let address = |ip| SocketAddr::new(ip, 25);
    let endpoints = Endpoints { client: address(client), server: address([127, 0, 0, 1].into()) };
    let host = HostTraits { teases: true, hash_key: [0; 16] };
    let mut worker = Worker::new(Memory::default(), Arc::new(policy.clone()), host);
    if let Some(record) = record {
        assert!(remember(worker.shared(), client, record, policy));
    }
    let (mut outputs, mut questions) = (Vec::new(), Vec::new());
    let mut give = |input: Input<'_>, millis: u64| {
        let now = Now { instant: Instant::from_millis(millis), unix: NOW + millis / 1_000 };
        for task in worker.handle(ConnectionId(1), input, now) {
            if let Output::AskDns { question, .. } = &task.output {
                questions.push(*question);
            }
            outputs.push(task.output);
        }
        (questions.clone(), worker.deadline().is_some_and(|deadline| deadline <= now.instant))
    };
    let (questions, _) = give(Input::ClientOpened(Some(endpoints)), 0);
    for millis in 0..=6_000 {
        if millis == 6_000 {
            give(Input::DeadlineReached, millis);
        }
        for (&question, reply) in questions.iter().zip(replies) {
            if let ListReply::Asked { message, after } = reply
                && u64::try_from(after.as_millis()).unwrap() == millis
            {
                let answer = message.as_ref().map(Vec::as_slice).map_err(|&failure| failure);
                let (_, due) = give(Input::DnsAnswer { question, answer }, millis);
                if due {
                    give(Input::DeadlineReached, millis);
                }
            }
        }
    }
    give(Input::ClientClosed, 6_000);
    outputs
}

proptest! {
    #[test]
    fn an_explanation_says_what_a_session_does(
        json in policies(), client in clients(), record in records(), lists in lists()
    ) {
        let policy = policy(&json);
        let replies = replies(&policy, client, &lists);
        let sender_replies = DnsReplies::new();
        let case = ClientFacts {
            client,
            server: None,
            record,
            unix: NOW,
            replies: &replies,
            sender_replies: &sender_replies,
        };
        let told = explain(&policy, &case);
        let outputs = silent_visit(&policy, client, record, &replies);

        let has = |output: &Output| outputs.contains(output);
        prop_assert_eq!(told.outcome.served, has(&Output::Dial(Destination::Backend)));
        let refused = has(&Output::Dial(Destination::Nobody));
        prop_assert_eq!(told.outcome.served, !refused);
        let verdict = outputs.iter().find_map(|output| match output {
            Output::Verdict(verdict) => Some(*verdict),
            _ => None,
        });
        // Who only has to talk is deferred if it does, and leaves without a verdict if it does not.
        let expected = if verdict == Some(Verdict::Hangup) { Verdict::Deferred } else { verdict.unwrap() };
        prop_assert_eq!(told.outcome.verdict, expected);
        prop_assert_eq!(told.lists_matter, outputs.iter().any(|output| matches!(output, Output::AskDns { .. })));

        // The reasons that are given are those of the session.
        prop_assert_eq!(told.decision() == Decision::Permit, expected == Verdict::Allowlisted);
        let rank = outputs.iter().find_map(|output| match output {
            Output::Log(line) => line.text.strip_prefix("DNSBL rank ")?.split_once(' ')?.0.parse::<i32>().ok(),
            _ => None,
        });
        let dropped_before = told.decision() == Decision::Reject && policy.denylist_action == Action::Drop;
        let listed = told.lists_matter && told.score.total >= policy.dnsbl_threshold && !dropped_before;
        prop_assert_eq!(rank, listed.then_some(told.score.total));
        if expected == Verdict::Dnsbl {
            let reply = told.outcome.reply.unwrap();
            let blamed = told.blamed.unwrap();
            prop_assert!(reply.ends_with(&format!("blocked using {blamed}")), "{}", reply);
        }
    }
}
