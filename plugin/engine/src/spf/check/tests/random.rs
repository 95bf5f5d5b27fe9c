//! Whatever is in DNS, an evaluation ends within its limits, and the order of answers changes nothing.

use super::*;
use crate::dns::Record;
use proptest::prelude::*;
use std::fmt::Write;

/// A term about one of a few domains, so that records meet often.
fn term() -> impl Strategy<Value = String> {
    let domain = prop_oneof![
        "[abcd]".prop_map(|letter| format!("{letter}.test")),
        "[abcd]".prop_map(|letter| format!("%{{d1r}}.{letter}.test")),
        Just("%{ir}.%{o}".to_owned()),
    ];
    let mechanism = ("[+~?-]?", "(a|mx|ptr|include|exists)", domain)
        .prop_map(|(sign, name, domain)| format!("{sign}{name}:{domain}"));
    prop_oneof![
        6 => mechanism,
        2 => "[abcd]".prop_map(|letter| format!("redirect={letter}.test")),
        1 => Just("a/24//32".to_owned()),
        1 => Just("mx".to_owned()),
        1 => Just("ip4:203.0.113.0/28".to_owned()),
        1 => Just("-all".to_owned()),
        1 => Just("foo".to_owned()),
    ]
}

fn record() -> impl Strategy<Value = String> {
    proptest::collection::vec(term(), 0..6).prop_map(|terms| format!("v=spf1 {}", terms.join(" ")))
}

/// For each of the domains: texts, addresses, mail servers, and whether DNS answers at all.
fn world() -> impl Strategy<Value = World> {
    let one = (
        proptest::collection::vec(record(), 0..2),
        proptest::option::of("(203\\.0\\.113\\.[1-9]|192\\.0\\.2\\.1)"),
        proptest::collection::vec("[abcde]\\.test", 0..3),
        0..12_u8,
    );
    proptest::collection::vec(one, 4).prop_map(|domains| {
        let mut text = String::from("9.113.0.203.in-addr.arpa PTR a.test x.b.test\nx.b.test A 203.0.113.9\n");
        for (letter, (records, address, servers, dead)) in ["a", "b", "c", "d"].into_iter().zip(domains) {
            let mut line = |kind: &str, value: &str| {
                _ = writeln!(text, "{letter}.test {kind} {value}");
            };
            for record in records.iter().filter(|_| dead != 0) {
                line("TXT", record);
            }
            if dead == 0 {
                line("TXT", "!");
            }
            match (dead, address) {
                (1, _) => line("A", "!"),
                (_, Some(address)) => line("A", &address),
                _ => {}
            }
            if dead == 2 {
                line("MX", "!");
            } else if !servers.is_empty() {
                line("MX", &servers.join(" "));
            }
        }
        World::parse(&text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_order_of_answers_changes_nothing(world in world(), seed: u64) {
        let client = CLIENT.parse().unwrap();
        let domain = "a.test".parse().unwrap();
        let expected = world.outcome(client, &domain);
        let mut random = fastrand::Rng::with_seed(seed);
        let pick = |asked: &mut Vec<Question>| vec![asked.swap_remove(random.usize(..asked.len()))];
        let (outcome, asked) = world.outcome_in_order(client, &domain, pick);
        prop_assert_eq!(outcome, expected);
        prop_assert!(asked <= QUESTIONS_MAX);
    }

    #[test]
    fn noise_in_texts_never_panics(
        text in proptest::collection::vec(any::<u8>(), 0..100),
        like in "v=spf1( [+?~-]?[a-z0-9]{1,7}[:=/]?([!-~]{0,8}|%\\{[a-z][0-9]?r?[.-]?\\}){0,4}){0,6}",
    ) {
        for text in [[b"v=spf1 ".as_slice(), &text].concat(), text, like.into_bytes()] {
            let mut world = World::parse("");
            world.add("a.test".parse().unwrap(), Kind::Txt, vec![Record::Txt(text)]);
            let outcome = world.outcome(CLIENT.parse().unwrap(), &"a.test".parse().unwrap());
            prop_assert!(outcome.explanation().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
}
