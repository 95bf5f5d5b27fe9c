use super::*;
use crate::dnsbl::message::reversed;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Name, Ttl};
use domain::rdata::{A, Soa};
use proptest::prelude::*;

/// What a list answers: addresses and TTL, a negative answer with its SOA TTL, or a failure.
#[derive(Clone, Copy, Debug)]
enum Says {
    Listed(&'static [&'static str], u32),
    Unlisted(u32),
    Fails(DnsFailure),
}

fn client() -> ReversedName {
    reversed("203.0.113.9".parse().unwrap())
}

fn wire(zone: &Zone, says: Says) -> Result<Vec<u8>, DnsFailure> {
    let question = Message::from_octets(zone.question(&client()).unwrap()).unwrap();
    let owner = question.sole_question().unwrap().into_qname();
    let answer = MessageBuilder::new_vec();
    Ok(match says {
        Says::Listed(addresses, ttl) => {
            let mut answer = answer.start_answer(&question, Rcode::NOERROR).unwrap();
            for address in addresses {
                answer.push((&owner, Ttl::from_secs(ttl), A::new(address.parse().unwrap()))).unwrap();
            }
            answer.finish()
        }
        Says::Unlisted(ttl) => {
            let mut authority = answer.start_answer(&question, Rcode::NXDOMAIN).unwrap().authority();
            let (root, zero) = (Name::root_vec(), Ttl::from_secs(0));
            let soa = Soa::new(root.clone(), root.clone(), 1.into(), zero, zero, zero, zero);
            authority.push((root, Ttl::from_secs(ttl), soa)).unwrap();
            authority.finish()
        }
        Says::Fails(failure) => return Err(failure),
    })
}

/// Plays the answers, in the given order, to a policy with these sites.
fn tally(sites: &str, answers: &[(usize, Says)]) -> (Tally, Score, Policy) {
    let json = format!(r#"{{"dnsbl_sites": {sites}, "dnsbl_min_ttl": "60s", "dnsbl_max_ttl": "1h"}}"#);
    let policy = Policy::parse(json.as_bytes()).unwrap();
    let mut tally = Tally::new(policy.zones().len());
    for &(index, says) in answers {
        let zone = &policy.zones()[index];
        let answer = wire(zone, says);
        tally.hear(&client(), index, zone, answer.as_deref().map_err(|&failure| failure));
    }
    let score = tally.score(&policy, |_| true);
    (tally, score, policy)
}

fn total(sites: &str, answers: &[(usize, Says)]) -> i32 {
    tally(sites, answers).1.total
}

fn ttl(sites: &str, answers: &[(usize, Says)]) -> u64 {
    tally(sites, answers).1.ttl
}

#[test]
fn an_entry_counts_once_and_entries_add_up() {
    let sites =
        r#"["bl.test=127.0.0.[2..3]*1", "bl.test=127.0.0.10*5", "bl.test=127.0.0.99*50", "bl.test*100"]"#;
    let (tally, score, policy) =
        tally(sites, &[(0, Says::Listed(&["127.0.0.2", "127.0.0.3", "127.0.0.10"], 300))]);
    assert_eq!(policy.zones().len(), 1, "one question for one domain");
    assert_eq!(score.total, 106);
    assert!(tally.is_complete(&policy, |_| true));
}

#[test]
fn weights_may_be_negative_or_huge() {
    let both = [(0, Says::Listed(&["127.0.0.2"], 300)), (1, Says::Listed(&["127.0.0.2"], 300))];
    assert_eq!(total(r#"["bl.test*3", "wl.test*-4"]"#, &both), -1);
    assert_eq!(total(r#"["bl.test*2147483647", "wl.test*1"]"#, &both), i32::MAX);
}

#[test]
fn failures_add_nothing() {
    for failure in [DnsFailure::Unreachable, DnsFailure::Timeout, DnsFailure::HttpStatus(500)] {
        assert_eq!(total(r#"["bl.test*3"]"#, &[(0, Says::Fails(failure))]), 0);
    }
}

#[test]
fn silence_is_no_answer_but_an_error_is() {
    for (failure, complete) in
        [(DnsFailure::Timeout, false), (DnsFailure::HttpStatus(503), true), (DnsFailure::Unreachable, true)]
    {
        let (tally, _, policy) = tally(r#"["bl.test"]"#, &[(0, Says::Fails(failure))]);
        assert_eq!(tally.is_complete(&policy, |_| true), complete, "{failure:?}");
    }
}

#[test]
fn a_second_answer_and_a_stray_one_change_nothing() {
    let policy = Policy::parse(br#"{"dnsbl_sites": ["bl.test"]}"#).unwrap();
    let zone = &policy.zones()[0];
    let listed = wire(zone, Says::Listed(&["127.0.0.2"], 300)).unwrap();
    let mut tally = Tally::new(1);
    assert!(matches!(tally.hear(&client(), 0, zone, Ok(&listed)), Heard::Listed(_)));
    assert_eq!(tally.hear(&client(), 0, zone, Ok(&listed)), Heard::Ignored);
    assert_eq!(tally.hear(&client(), 1, zone, Ok(&listed)), Heard::Ignored);
    assert_eq!(tally.score(&policy, |_| true).total, 1);
}

#[test]
fn the_heaviest_single_entry_names_the_list() {
    let sites = r#"["a.test=127.0.0.2*2", "a.test=127.0.0.[2]*2", "b.test*3", "c.test*3"]"#;
    let listed = Says::Listed(&["127.0.0.2"], 300);
    let named = |order: [usize; 3]| tally(sites, &order.map(|index| (index, listed))).1.heaviest_zone;
    assert_eq!(named([0, 1, 2]), Some(1), "3 beats 2 + 2");
    assert_eq!(named([2, 1, 0]), Some(2), "first to answer wins a tie");
    assert_eq!(tally(sites, &[(0, Says::Unlisted(60))]).1.heaviest_zone, None);
}

#[test]
fn a_pass_is_valid_between_the_limits() {
    for (soa_ttl, expected) in [(59, 60), (60, 60), (61, 61), (3_599, 3_599), (3_600, 3_600), (3_601, 3_600)]
    {
        assert_eq!(ttl(r#"["bl.test"]"#, &[(0, Says::Unlisted(soa_ttl))]), expected, "{soa_ttl}");
    }
}

#[test]
fn a_positive_score_below_the_threshold_is_valid_as_long_as_the_listing() {
    let answers = [(0, Says::Listed(&["127.0.0.2"], 1_000)), (1, Says::Unlisted(200))];
    assert_eq!(ttl(r#"["a.test", "b.test"]"#, &answers), 1_000);
}

#[test]
fn otherwise_the_first_list_that_could_change_its_mind_limits_it() {
    // Not listed on a block list (300), listed on an allow list (200): either may change.
    let answers = [(0, Says::Unlisted(300)), (1, Says::Listed(&["127.0.0.2"], 200))];
    assert_eq!(ttl(r#"["bl.test", "wl.test*-1"]"#, &answers), 200);
    // Not listed on the allow list (100): that can only get better.
    let answers = [(0, Says::Unlisted(300)), (1, Says::Unlisted(100))];
    assert_eq!(ttl(r#"["bl.test", "wl.test*-1"]"#, &answers), 300);
}

#[test]
fn an_unknown_validity_depends_on_the_order_of_answers() {
    let sites = r#"["a.test", "b.test"]"#;
    let error = (1, Says::Fails(DnsFailure::HttpStatus(500)));
    assert_eq!(ttl(sites, &[(0, Says::Unlisted(300)), error]), 60, "an error after a good answer");
    assert_eq!(ttl(sites, &[error, (0, Says::Unlisted(300))]), 300, "an error before a good answer");
}

/// Weights, each with what its list says.
fn lists() -> impl Strategy<Value = Vec<(i32, Says)>> {
    let says = prop_oneof![
        4 => (0_u32..400).prop_map(|ttl| Says::Listed(&["127.0.0.2"], ttl)),
        4 => (0_u32..400).prop_map(Says::Unlisted),
        1 => Just(Says::Fails(DnsFailure::Timeout)),
        1 => Just(Says::Fails(DnsFailure::HttpStatus(503))),
    ];
    proptest::collection::vec((-3_i32..=3, says), 0..5)
}

fn entries(name: &str, lists: &[(i32, Says)]) -> Vec<String> {
    let entry = |(number, (weight, _)): (usize, &(i32, Says))| format!("\"{name}{number}.test*{weight}\"");
    lists.iter().enumerate().map(entry).collect()
}

proptest! {
    /// Without lists on trial the score is that of the others; with them, what it is when they are none.
    #[test]
    fn lists_on_trial_count_as_others_would_and_only_there(
        lists in lists(), trials in lists(), order in any::<u64>()
    ) {
        let (sites, on_trial) = (entries("a", &lists), entries("b", &trials));
        let policy = |sites: &[String], trials: &[String]| {
            let json = format!(
                r#"{{"dnsbl_sites": [{}], "dnsbl_trial_sites": [{}], "dnsbl_threshold": 2,
                    "dnsbl_allowlist_threshold": -2}}"#,
                sites.join(", "),
                trials.join(", ")
            );
            Policy::parse(json.as_bytes()).unwrap()
        };
        let both = policy(&sites, &on_trial);
        let (without, all) = (policy(&sites, &[]), policy(&[&sites[..], &on_trial[..]].concat(), &[]));
        let mut tallies = [&both, &without, &all].map(|policy| Tally::new(policy.zones().len()));
        let mut answers: Vec<_> = lists.iter().chain(&trials).map(|&(_, says)| says).enumerate().collect();
        fastrand::Rng::with_seed(order).shuffle(&mut answers);
        for (list, says) in answers {
            for (tally, policy) in tallies.iter_mut().zip([&both, &without, &all]) {
                if let Some(zone) = policy.zones().get(list) {
                    let answer = wire(zone, says);
                    tally.hear(&client(), list, zone, answer.as_deref().map_err(|&failure| failure));
                }
            }
            let [tally, tally_without, tally_of_all] = &tallies;
            let any = |_: usize| true;
            prop_assert_eq!(tally.score(&both, any), tally_without.score(&without, any));
            prop_assert_eq!(tally.score_with_trials(&both, any), tally_of_all.score(&all, any));
            prop_assert_eq!(tally.is_complete(&both, any), tally_without.is_complete(&without, any));
            prop_assert_eq!(tally.cache_ttl(&both), tally_without.cache_ttl(&without));
            prop_assert_eq!(tally.certain_rank(&both, any), tally_without.certain_rank(&without, any));
            prop_assert_eq!(tally.highest(&both, any), tally_without.highest(&without, any));
            let [is, would_be] = [tally_without.score(&without, any), tally_of_all.score(&all, any)];
            let trial = crate::dnsbl::Trial::of(tally, &both, any);
            prop_assert_eq!(trial.is_some(), Rank::of(is.total, &both) != Rank::of(would_be.total, &both));
            if let Some(trial) = trial {
                prop_assert_eq!((trial.total, trial.total_with_trials), (is.total, would_be.total));
                prop_assert!(!trial.lists.is_empty());
                prop_assert!(trial.lists.iter().all(|&list| both.zones()[list].on_trial));
            }
        }
    }
}
