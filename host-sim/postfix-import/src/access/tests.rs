use postscreen_engine::Policy;
use postscreen_engine::access::{Decision, decide};
use proptest::prelude::*;

use super::*;
use crate::context::sample;

/// The list in short: `192.0.2.0/24 reject`.
fn translated(value: &str) -> (Vec<String>, usize) {
    let (setting, mut context) = sample("postscreen_access_list", value);
    context.mynetworks = Addresses::of("10.0.0.0/8".parse().unwrap());
    let rules = rules(&setting, &mut context);
    let short = |rule: &Value| match rule.as_str() {
        Some(word) => word.to_owned(),
        None => format!("{} {}", rule["cidr"].as_str().unwrap(), rule["action"].as_str().unwrap()),
    };
    (rules.as_array().unwrap().iter().map(short).collect(), context.warnings.len())
}

#[test]
fn each_list_becomes_the_same_in_one_piece() {
    for (value, expected, warnings) in [
        ("", &[][..], 0),
        ("PERMIT_mynetworks, Reject, permit", &["permit_mynetworks", "reject"], 0),
        ("dunno, permit", &["dunno"], 0),
        // An error never permits.
        ("bogus, permit", &[], 1),
        ("permit_mynetworks cidr:/missing permit", &["permit_mynetworks"], 1),
        ("tcp:localhost:1, permit", &[], 1),
        ("cidr:{{192.0.2.0/24 bogus}}, permit", &["192.0.2.0/24 dunno", "permit"], 1),
        ("cidr:{{192.0.2.0/24 cidr:x}}", &[], 1),
        ("cidr:{{192.0.2.0/24 cidr:x}}, permit", &["permit"], 1),
        // The first word that decides is the last that counts.
        (
            "cidr:{{192.0.2.7 permit # the scanner}, {192.0.2.8 reject 4.7.1 no, thanks}}",
            &["192.0.2.7/32 permit", "192.0.2.8/32 reject"],
            0,
        ),
        ("cidr:{{192.0.2.9 OK}, {192.0.2.10 DUNNO nothing}}", &[], 1),
        ("cidr:{{192.0.2.9 450 4.7.1 later}}, reject", &["192.0.2.9/32 dunno", "reject"], 1),
        ("cidr:{{192.0.2.9 permit_mynetworks, OK}}, reject", &["192.0.2.9/32 dunno", "reject"], 1),
        (
            "inline:{{192.0.2.1 = permit me}}, pcre:{{/^192[.]0[.]2[.]/ reject spam}}",
            &["192.0.2.1/32 permit", "192.0.2.0/24 reject"],
            0,
        ),
        ("regexp:{{/spam/ reject}}, permit", &[], 1),
        ("static:{permit all}, reject", &["0.0.0.0/0 permit", "::/0 permit", "reject"], 0),
        ("unionmap:{inline:{192.0.2.1=permit}, inline:{192.0.2.1=reject}}", &["192.0.2.1/32 permit"], 0),
        ("pipemap:{inline:{192.0.2.1=good}, inline:{{good = permit x}}}", &["192.0.2.1/32 permit"], 0),
        ("permit_mynetwork, permit", &[], 1),
        // Nothing follows: dunno may stay.
        (
            "cidr:{{192.0.2.1 dunno}, {192.0.2.0/30 reject}}",
            &["192.0.2.1/32 dunno", "192.0.2.0/30 reject"],
            0,
        ),
        (
            "cidr:{{192.0.2.1 dunno}, {192.0.2.0/30 reject}}, permit",
            &["192.0.2.0/32 reject", "192.0.2.2/31 reject", "permit"],
            0,
        ),
        ("cidr:{{192.0.2.1 dunno}, {198.51.100.1 reject}}, permit", &["198.51.100.1/32 reject", "permit"], 0),
        // What the first table sends on, the second decides.
        (
            "cidr:{{192.0.2.1 dunno}, {192.0.2.0/31 reject}}, cidr:{{192.0.2.0/31 permit}}",
            &["192.0.2.0/32 reject", "192.0.2.0/31 permit"],
            0,
        ),
        // What nothing below decides about needs no dunno.
        ("cidr:{{192.0.2.1 dunno}, {198.51.100.1 reject}}", &["198.51.100.1/32 reject"], 0),
        ("cidr:{{10.0.0.0/7 permit_mynetworks, reject}}", &["10.0.0.0/8 permit", "11.0.0.0/8 reject"], 0),
        ("cidr:{{10.1.0.0/16 permit_mynetworks}}", &["10.1.0.0/16 permit"], 0),
        ("cidr:{{!10.0.0.0/8 reject}}", &["!10.0.0.0/8 reject"], 0),
        ("static:reject", &["0.0.0.0/0 reject", "::/0 reject"], 0),
        ("inline:{192.0.2.1=permit, {192.0.2 = reject}}", &["192.0.2.1/32 permit"], 1),
    ] {
        let (rules, warned) = translated(value);
        assert_eq!(rules, expected, "{value}");
        assert_eq!(warned, warnings, "{value}");
    }
}

#[test]
fn words_of_others_are_translated() {
    for (word, expected) in [
        ("OK", "did you mean permit?"),
        ("deny", "did you mean reject?"),
        ("rejct", "did you mean reject?"),
        ("permit_mynetwork", "did you mean permit_mynetworks?"),
        ("450", "otherwise"),
    ] {
        assert_eq!(meant(word, "otherwise"), expected);
    }
}

/// What Postfix's `server_acl_eval` does, word by word: `None` for a client that is tested.
fn model(list: &[Entry], address: u8) -> Option<&'static str> {
    for entry in list {
        match entry {
            Entry::Word("permit_mynetworks") if address < 4 => return Some("permit"),
            Entry::Word(word @ ("permit" | "reject")) => return Some(word),
            Entry::Word("permit_mynetworks") => {}
            Entry::Word(_) => return None,
            Entry::Table(rules) => {
                let matches = |rule: &&(u8, u8, Vec<&'static str>)| {
                    u32::from(address) >> (32 - rule.1) == u32::from(rule.0) >> (32 - rule.1)
                };
                for &word in rules.iter().find(matches).into_iter().flat_map(|(.., words)| words) {
                    match word {
                        "permit_mynetworks" if address < 4 => return Some("permit"),
                        "permit_mynetworks" => {}
                        "permit" | "reject" => return Some(word),
                        "dunno" => break,
                        _ => return None,
                    }
                }
            }
        }
    }
    None
}

#[derive(Clone, Debug)]
enum Entry {
    Word(&'static str),
    /// Last number of the address, prefix length, and the words of the result.
    Table(Vec<(u8, u8, Vec<&'static str>)>),
}

fn entry() -> impl Strategy<Value = Entry> {
    let words = ["permit_mynetworks", "permit", "reject", "dunno", "OK", "permit_mynetworks"];
    let result = proptest::collection::vec(proptest::sample::select(words.to_vec()), 1..4);
    let rule = (0..16_u8, 28..=32_u8, result).prop_map(|(last, length, words)| {
        (last & (0xff_u8.checked_shl(32 - u32::from(length)).unwrap()), length, words)
    });
    prop_oneof![
        1 => proptest::sample::select(vec!["permit_mynetworks", "reject", "dunno", "bogus"]).prop_map(Entry::Word),
        3 => proptest::collection::vec(rule, 1..6).prop_map(Entry::Table),
    ]
}

proptest! {
    #[test]
    fn our_list_decides_as_postfix_does(list in proptest::collection::vec(entry(), 0..4)) {
        let written = list.iter().map(|entry| match entry {
            Entry::Word(word) => (*word).to_owned(),
            Entry::Table(rules) => {
                let rules = rules.iter().map(|(last, length, words)| {
                    format!("{{192.0.2.{last}/{length} {}}}", words.join(" "))
                });
                format!("cidr:{{{}}}", rules.collect::<Vec<_>>().join(", "))
            }
        });
        let (setting, mut context) =
            sample("postscreen_access_list", &written.collect::<Vec<_>>().join(", "));
        context.mynetworks = Addresses::of("192.0.2.0/30".parse().unwrap());
        let ours = rules(&setting, &mut context);
        let json = format!(r#"{{"mynetworks": ["192.0.2.0/30"], "access_list": {ours}}}"#);
        let policy = Policy::parse(json.as_bytes()).unwrap();
        for address in 0..=16_u8 {
            let found = match decide(&policy.access_list, &policy.mynetworks, [192, 0, 2, address].into()) {
                Decision::Permit => Some("permit"),
                Decision::Reject => Some("reject"),
                Decision::Undecided => None,
            };
            prop_assert_eq!(found, model(&list, address), "192.0.2.{} in {}", address, json);
        }
    }
}
