use super::*;

const STORY: &str = "
about: x
clients:
  a: { from: 203.0.113.9, script: [] }
  b: { from: 203.0.113.10, script: [] }
reconfigure: [{ at: 1s, policy: {} }, { at: 2s, policy: { x: 1 }, refused: unknown field }]
traps: [{ at: 1s, worker: 0 }]
host_log: [trapped on purpose]
dials: { a: backend, b: [] }
finally:
  open: [a]
  passes: { 203.0.113.9: [pregreet, dnsbl], 203.0.113.10: [] }
  verdicts: { a: PASS NEW }
";

fn transcript() -> Transcript {
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    Transcript {
        host_log: vec!["worker 0: trapped on purpose".to_owned()],
        reconfigured: vec![None, Some("x: unknown field".to_owned())],
        dials: Some(BTreeMap::from([("a".to_owned(), vec!["backend".to_owned()])])),
        open: Some(words("a")),
        passes: Some(BTreeMap::from([("203.0.113.9".parse().unwrap(), words("pregreet dnsbl"))])),
        verdicts: Some(BTreeMap::from([("a".to_owned(), "PASS NEW".to_owned())])),
        ..Transcript::default()
    }
}

fn shown(transcript: &Transcript) -> Vec<String> {
    let scenario = crate::parse("s", STORY).unwrap_or_else(|mistake| panic!("{mistake}"));
    differences(&scenario, transcript).iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_as_it_should_be_is_no_difference() {
    assert_eq!(shown(&transcript()), Vec::<String>::new());
}

#[test]
fn a_host_that_cannot_tell_is_not_asked() {
    let told = transcript();
    let silent =
        Transcript { host_log: told.host_log, reconfigured: told.reconfigured, ..Transcript::default() };
    assert_eq!(shown(&silent), Vec::<String>::new());
}

#[test]
fn each_kind_of_state_is_compared() {
    let nothing = Transcript {
        dials: Some(BTreeMap::from([("b".to_owned(), vec!["speaker".to_owned()])])),
        open: Some(BTreeSet::new()),
        passes: Some(BTreeMap::new()),
        verdicts: Some(BTreeMap::new()),
        ..Transcript::default()
    };
    let shown = shown(&nothing);
    for part in [
        "dials:\n  - expected, + seen\n  - a: backend",
        "the new configuration at 1.000 s:\n  it never came",
        "the host:\n  - expected, + seen\n  - trapped on purpose",
        "connections that are open at the end:\n  - expected, + seen\n  - a",
        "passes that are remembered at the end:",
        "verdicts in the access log:",
    ] {
        assert!(shown.iter().any(|one| one.contains(part)), "{part}\n{shown:#?}");
    }
}

#[test]
fn a_line_of_the_hosts_that_nobody_expects_is_a_difference() {
    let mut more = transcript();
    more.host_log.push("worker 1: unreachable".to_owned());
    assert_eq!(
        shown(&more),
        ["the host:\n  - expected, + seen\n    trapped on purpose\n  + worker 1: unreachable"]
    );
}

#[test]
fn a_new_configuration_is_refused_for_the_reason_that_the_story_has() {
    for (seen, part) in [(None, "it was accepted"), (Some("no".to_owned()), "expected a reason with")] {
        let other = Transcript { reconfigured: vec![None, seen], ..transcript() };
        assert!(shown(&other)[0].contains(part), "{:?}", shown(&other));
    }
    let refused = Transcript { reconfigured: vec![Some("no".to_owned()), None], ..transcript() };
    assert!(shown(&refused)[0].contains("1.000 s:\n  no"));
}

#[test]
fn a_host_with_a_voice_dials_nobody_to_refuse_a_client() {
    let yaml = "about: x\ndials: { a: speaker }\nclients: { a: { from: 203.0.113.9, script: [] } }\n";
    let scenario = crate::parse("s", yaml).unwrap();
    let dials = Some(BTreeMap::new());
    for has_voice in [true, false] {
        let transcript = Transcript { dials: dials.clone(), has_voice, ..Transcript::default() };
        assert_eq!(differences(&scenario, &transcript).is_empty(), has_voice);
    }
}

#[test]
fn the_hosts_lines_are_shown_in_its_own_order() {
    let mut more = transcript();
    more.host_log = ["worker 1: unreachable", "  in poke", "trapped on purpose", "worker 1: unreachable"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(
        shown(&more),
        ["the host:\n  - expected, + seen\n  + worker 1: unreachable\n  +   in poke\n    trapped on purpose"]
    );
}
