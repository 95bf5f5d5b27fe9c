use std::collections::BTreeMap;

use super::*;
use crate::actor::{Action, Actor, Limits};

const STORY: &str = "
about: x
clients:
  a: { from: 203.0.113.9, script: [closed] }
  b: { from: 203.0.113.10, script: [] }
backend: { sessions: [b, a] }
metrics: { postscreen_connections_total: 2 }
";

fn transcript() -> Transcript {
    Transcript {
        backend: vec!["b".to_owned(), "a".to_owned()],
        metrics: BTreeMap::from([
            ("postscreen_connections_total".to_owned(), 2),
            ("postscreen_pass_new_total".to_owned(), 7),
        ]),
        clients: BTreeMap::from([("a".to_owned(), Ok(())), ("b".to_owned(), Ok(()))]),
        ..Transcript::default()
    }
}

fn differing(yaml: &str, transcript: &Transcript) -> Vec<String> {
    let scenario = crate::parse("s", yaml).unwrap();
    check(&scenario, transcript, Duration::ZERO)
        .into_iter()
        .map(|difference| difference.to_string())
        .collect()
}

#[test]
fn a_story_that_came_true_has_no_differences() {
    assert!(differing(STORY, &transcript()).is_empty());
}

#[test]
fn a_refused_configuration_is_the_whole_story() {
    let refused = |yaml: &str, reason: Option<&str>| {
        let transcript = Transcript { refused: reason.map(str::to_owned), ..Transcript::default() };
        differing(yaml, &transcript)
    };
    let yaml = "about: x\nrefused: bad filter\nclients: { a: { from: '::1', script: [closed] } }\n";
    assert!(refused(yaml, Some("dnsbl_sites[0]: bad filter syntax")).is_empty());
    assert!(refused(yaml, Some("bad weight"))[0].contains("expected a reason with \"bad filter\" in it"));
    assert!(refused(yaml, None)[0].contains("it was accepted"));
    assert!(refused(STORY, Some("bad weight"))[0].contains("bad weight"));
}

#[test]
fn a_failed_client_is_a_difference() {
    let scenario = crate::parse("s", STORY).unwrap();
    let limits = Limits { wait: Duration::ZERO, tolerance: Duration::ZERO, greets_early_talkers: false };
    let action = Actor::new(&scenario.clients["a"].script, Duration::ZERO, limits).next(Duration::ZERO);
    let Action::Failed(failure) = action else { panic!("{action:?}") };
    let mut transcript = transcript();
    transcript.clients.insert("a".to_owned(), Err(failure));
    let shown = differing(STORY, &transcript);
    assert_eq!(shown.len(), 1);
    assert!(shown[0].starts_with("client a:\n  step 1 (closed)"), "{shown:?}");
}

#[test]
fn a_client_that_never_connected_is_a_difference() {
    let mut transcript = transcript();
    transcript.clients.remove("b");
    assert_eq!(differing(STORY, &transcript), ["client b:\n  it never connected"]);
}

#[test]
fn the_order_of_sessions_matters() {
    let mut transcript = transcript();
    transcript.backend.reverse();
    assert!(
        differing(STORY, &transcript)[0].starts_with("sessions at the mail server:\n  - expected, + seen")
    );
}

#[test]
fn an_untouched_mail_server_has_no_session() {
    let yaml = STORY.replace("{ sessions: [b, a] }", "untouched");
    assert_eq!(differing(&yaml, &transcript()).len(), 1);
    assert!(differing(&yaml, &Transcript { backend: Vec::new(), ..transcript() }).is_empty());
}

#[test]
fn a_named_metric_must_exist_and_have_its_value() {
    for seen in [BTreeMap::new(), BTreeMap::from([("postscreen_connections_total".to_owned(), 3)])] {
        let shown = differing(STORY, &Transcript { metrics: seen, ..transcript() });
        assert!(shown[0].starts_with("metrics:"), "{shown:?}");
    }
}
