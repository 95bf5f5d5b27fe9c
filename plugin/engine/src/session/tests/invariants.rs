//! What holds for every session, whatever happens in whatever order.

use super::visit::{Says, Visit};
use crate::io::{Destination, Output};
use crate::record::Record;
use crate::verdict::Verdict;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum ClientEvent {
    Talks(Vec<u8>),
    Ends,
    Leaves,
    Wakes,
    ServerAnswers,
    ListSays(usize, Says),
    TimePasses(u16),
}

fn events() -> impl Strategy<Value = Vec<ClientEvent>> {
    let says = prop_oneof![Just(Says::Listed), Just(Says::Unlisted), Just(Says::Broken)];
    let event = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(ClientEvent::Talks),
        Just(ClientEvent::Ends),
        Just(ClientEvent::Leaves),
        proptest::sample::select(
            &["EHLO a\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "QUIT\r\n", "GET /\n"][..]
        )
        .prop_map(|line| ClientEvent::Talks(line.as_bytes().to_vec())),
        Just(ClientEvent::ServerAnswers),
        Just(ClientEvent::Wakes),
        (0_usize..3, says).prop_map(|(index, says)| ClientEvent::ListSays(index, says)),
        (0_u16..4_000).prop_map(ClientEvent::TimePasses),
    ];
    proptest::collection::vec(event, 0..30)
}

fn policies() -> impl Strategy<Value = String> {
    let action = || prop_oneof![Just("ignore"), Just("enforce"), Just("drop")];
    let everything = (action(), action(), action(), any::<bool>(), 1..4_i32, -3..=0_i32);
    everything.prop_map(|(greet, dnsbl, pipelining, deep, threshold, allowlist)| {
        format!(
            r#"{{"greet_action": "{greet}", "dnsbl_action": "{dnsbl}", "dnsbl_threshold": {threshold},
                "pipelining_enable": {deep}, "pipelining_action": "{pipelining}",
                "dnsbl_allowlist_threshold": {allowlist}, "dnsbl_sites": ["a.test", "b.test*2", "c.test*-3"]}}"#
        )
    })
}

/// What is remembered of the client when it comes.
fn records() -> impl Strategy<Value = Option<[u32; 5]>> {
    proptest::option::of(any::<[u32; 5]>())
}

fn play(policy: &str, record: Option<[u32; 5]>, events: &[ClientEvent]) -> Visit {
    let mut visit = Visit::new(policy);
    if let Some(stamps) = record {
        visit.is_known(stamps);
    }
    visit.opens();
    let mut millis = 0_u32;
    for event in events {
        match event {
            ClientEvent::Talks(bytes) => _ = visit.talks(bytes),
            ClientEvent::Ends => _ = visit.ends(),
            ClientEvent::Leaves => _ = visit.leaves(),
            ClientEvent::Wakes => _ = visit.wakes(),
            ClientEvent::ServerAnswers => _ = visit.backend_answers(),
            ClientEvent::ListSays(index, says) => _ = visit.list_says(*index, *says),
            ClientEvent::TimePasses(more) => {
                millis += u32::from(*more);
                visit.at(f64::from(millis) / 1_000.0);
            }
        }
    }
    visit
}

fn count(visit: &Visit, matches: impl Fn(&Output) -> bool) -> usize {
    visit.outputs.iter().filter(|output| matches(output)).count()
}

proptest! {
    #[test]
    fn one_verdict_one_way_out_and_nobody_stays_held(policy in policies(), record in records(), events in events()) {
        let visit = play(&policy, record, &events);
        let verdicts = count(&visit, |output| matches!(output, Output::Verdict(_)));
        prop_assert!(verdicts <= 1);
        prop_assert!(count(&visit, |output| matches!(output, Output::Dial(_))) <= 1);
        prop_assert_eq!(count(&visit, |output| *output == Output::Close) == 1,
            verdicts == 1 && count(&visit, |output| *output == Output::Dial(Destination::Backend)) == 0,
            "who is not served is closed, once");
        prop_assert!(visit.is_over() || visit.has_deadline(), "who waits has a deadline");
        prop_assert_eq!(visit.open_sessions(), u32::from(!visit.is_over()), "who is over does not count");
    }

    #[test]
    fn who_has_left_is_over(policy in policies(), record in records(), events in events()) {
        let mut visit = play(&policy, record, &events);
        visit.leaves();
        prop_assert!(visit.is_over());
        prop_assert_eq!(visit.open_sessions(), 0);
        let outputs = visit.outputs.len();
        for index in 0..3 {
            visit.talks(b"x").list_says(index, Says::Listed).backend_answers().leaves();
        }
        visit.at(100_000.0).wakes().wakes();
        prop_assert_eq!(visit.outputs.len(), outputs, "and nothing comes of it any more");
        prop_assert!(!visit.has_deadline());
    }

    #[test]
    fn nobody_is_refused_without_a_failed_test(policy in policies(), record in records(), events in events()) {
        let visit = play(&policy, record, &events);
        let refused = count(&visit, |output| *output == Output::Dial(Destination::Nobody));
        let says = |output: &Output, event: &str| matches!(output, Output::Log(line) if line.text.starts_with(event));
        let logged = |event: &str| count(&visit, |output| says(output, event)) > 0;
        let punished = |action: &str| policy.contains(&format!(r#"{action}": "drop"#))
            || policy.contains(&format!(r#"{action}": "enforce"#));
        prop_assert!(refused == 0
            || (logged("PREGREET ") && punished("greet_action"))
            || (logged("DNSBL rank ") && punished("dnsbl_action"))
            || policy.contains(r#"pipelining_enable": true"#), "without a failure only a test takes a dialogue");
    }

    #[test]
    fn a_failure_leaves_no_pass(policy in policies(), record in records(), events in events()) {
        let visit = play(&policy, record, &events);
        let verdict = visit.outputs.iter().find_map(|output| match output {
            Output::Verdict(verdict) => Some(*verdict),
            _ => None,
        });
        let failures = [Verdict::Pregreet, Verdict::Dnsbl, Verdict::Pipelining, Verdict::NonSmtpCommand];
        if verdict.is_some_and(|verdict| failures.contains(&verdict)) {
            prop_assert_eq!(visit.remembered(), record.map(Record::from_stamps), "nothing new");
        }
    }

    #[test]
    fn nobody_waits_for_ever(policy in policies(), record in records(), events in events()) {
        let mut visit = play(&policy, record, &events);
        // Each time-out may lead to the next wait, and the last of them is that for a command.
        for seconds in [1_000.0, 2_000.0, 3_000.0, 4_000.0] {
            visit.at(seconds).wakes();
        }
        prop_assert!(visit.is_decided());
    }

    #[test]
    fn the_same_inputs_give_the_same_outputs(policy in policies(), record in records(), events in events()) {
        prop_assert_eq!(play(&policy, record, &events).outputs, play(&policy, record, &events).outputs);
    }

    #[test]
    fn every_log_line_is_plain_text(policy in policies(), record in records(), events in events()) {
        for output in play(&policy, record, &events).outputs {
            if let Output::Log(line) = output {
                prop_assert!(line.text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", line.text);
            }
        }
    }
}
