use std::time::Duration;

use super::*;
use crate::dns::Fault;
use crate::story::{
    Ending, FailurePolicy, MailServer, Manner, Manners, Outage, Reconfigure, Start, Step, Trap,
};

const STORY: &str = r#"
about: A story with everything in it.
policy: { greet_wait: 2s, dnsbl_threshold: 3, access_list: [permit, { cidr: "2001:db8::/32", action: reject }] }
dns: { bl.test: { 203.0.113.9: 127.0.0.2 } }
clients:
  first:
    from: 203.0.113.9
    at: 500ms
    script:
      - send: "EHLO a\r\n"
      - send: { text: "\0\xff", times: 2 }
      - expect: "521 x\r\n"
      - closed
      - silence: 1s
      - wait: 2s
      - elapsed: 3s
      - end
      - close
      - reset
  second:
    from: 2001:db8::9
    after: first
    wait: 1m
    script: []
backend: { sessions: [first, second] }
log:
  - CONNECT from [203.0.113.9]:PORT to [SERVER]:25
  - PREGREET 8 after 0 from [203.0.113.9]:PORT: EHLO a\r\n
  - 'PREGREET 8 after 0 from [203.0.113.9]:PORT: a: b'
metrics: { postscreen_pregreet_total: 1 }
mail_server: busy
hosts: [postscreen, native, proxy-wasm]
delta: error-codes
"#;

fn mistake(yaml: &str) -> Mistake {
    parse("story.yaml", yaml).expect_err("the story is wrong")
}

#[test]
fn a_whole_story_is_read() {
    let story = parse("story.yaml", STORY).unwrap();
    assert_eq!(story.about, "A story with everything in it.");
    assert_eq!(story.policy["greet_wait"], "2s");
    assert_eq!(story.policy["dnsbl_threshold"], 3);
    let first = &story.clients["first"];
    assert_eq!(first.start, Start::At(Duration::from_millis(500)));
    assert_eq!(first.script.len(), 10);
    assert_eq!(first.script[1], Step::Send(vec![0, 255, 0, 255]));
    assert_eq!(first.script[6], Step::Elapsed(Duration::from_secs(3)));
    let after = Start::After { client: "first".to_owned(), wait: Duration::from_mins(1) };
    assert_eq!(story.clients["second"].start, after);
    assert_eq!(story.backend, Some(Backend::Sessions(vec!["first".to_owned(), "second".to_owned()])));
    let log = story.log.unwrap();
    assert_eq!(log[1], r"PREGREET 8 after 0 from [203.0.113.9]:PORT: EHLO a\r\n");
    assert_eq!(log[2], "PREGREET 8 after 0 from [203.0.113.9]:PORT: a: b");
    assert_eq!(story.metrics["postscreen_pregreet_total"], 1);
    assert_eq!(story.mail_server, MailServer::Busy);
    assert_eq!(story.hosts, [HostKind::Native, HostKind::ProxyWasm, HostKind::Postscreen].into());
    assert_eq!(story.delta.as_deref(), Some("error-codes"));
}

#[test]
fn what_is_not_said_has_its_default() {
    let story = parse("s", "about: x\nclients: { a: { from: 203.0.113.9, script: [close] } }\n").unwrap();
    assert_eq!(story.clients["a"].start, Start::At(Duration::ZERO));
    assert!(story.policy.is_empty() && story.dns.is_empty() && story.metrics.is_empty());
    assert!(story.backend.is_none() && story.log.is_none() && story.delta.is_none());
    assert_eq!(story.mail_server, MailServer::default());
    assert_eq!(story.hosts, HostKind::ALL.into());
}

#[test]
fn a_host_has_one_name_everywhere() {
    for host in HostKind::ALL {
        let yaml = format!("about: x\nhosts: [{host}]\nclients: {{ a: {{ from: '::1', script: [] }} }}\n");
        assert_eq!(parse("s", &yaml).unwrap().hosts, [host].into());
    }
}

#[test]
fn untouched_is_a_word() {
    let story =
        parse("s", "about: x\nbackend: untouched\nclients: { a: { from: '::1', script: [] } }\n").unwrap();
    assert_eq!(story.backend, Some(Backend::Untouched));
}

#[test]
fn a_mistake_names_its_place_and_what_was_expected() {
    let client = |rest: &str| format!("about: x\nclients:\n  a:\n    from: 203.0.113.9\n    {rest}\n");
    for (yaml, line, column, words) in [
        (client("script: [{ send: \"\" }]"), 5, 22, "at least one byte"),
        (client("script: [{ send: \"\u{100}\" }]"), 5, 22, "one per byte"),
        (client("script: [{ wait: 2 }]"), 5, 22, "expected a whole number and one of"),
        (client("script: [shout]"), 5, 14, "shout"),
        (client("script: [{ send: { text: a, times: 0 } }]"), 5, 22, "at least 1"),
        (client("script: [{ send: { text: a, times: 1048577 } }]"), 5, 22, "at most 1048576"),
        (client("script: [{ send: { text: a, count: 1 } }]"), 5, 33, "times"),
        (client("script: []\n    to: 192.0.2.1"), 6, 5, "to"),
        (client("script: []\n    after: nobody"), 6, 12, "no client is named `nobody`"),
        (client("script: []\n    after: a"), 6, 12, "circle"),
        (client("script: []\n    wait: 1s"), 6, 11, "expected `after` beside it"),
        (client("script: []\n    at: 0s\n    after: a"), 6, 9, "exclude each other"),
        (client("script: []\nbackend: { sessions: [b] }"), 6, 23, "no client is named `b`"),
        (client("script: []\nbackend: touched"), 6, 10, "touched"),
        (client("script: []\nlog: [{ a: b, c: d }]"), 6, 7, "a log line"),
        (client("script: []\nlog: [[a]]"), 6, 7, "a log line"),
        (client("script: []\nmetrics: { a: few }"), 6, 15, ""),
        (client("script: []\nhosts: []"), 6, 8, "at least one"),
        (client("script: []\nhosts: [sendmail]"), 6, 9, "sendmail"),
        (client("script: []\nmail_server: moody"), 6, 14, "moody"),
        (client("script: []\ndelta: Some thing"), 6, 8, "no anchor"),
        (client("script: []\ndelta: a--b"), 6, 8, "no anchor"),
        ("about: x\nclients: {}\n".to_owned(), 2, 10, "expected at least one"),
        ("about: ' '\nclients: {}\n".to_owned(), 1, 8, "expected a sentence"),
        (
            "about: x\nclients: { a: { from: 203.0.113.9:25, script: [] } }\n".to_owned(),
            2,
            23,
            "without a port",
        ),
        ("about: x\nabout: y\n".to_owned(), 2, 1, "about"),
    ] {
        let mistake = mistake(&yaml);
        assert!(mistake.message.contains(words), "{yaml}\n{mistake}\nlacks {words}");
        assert_eq!((mistake.line, mistake.column), (line, column), "{yaml}\n{mistake}");
    }
}

#[test]
fn a_mistake_is_one_line_of_text() {
    let mistake = mistake("about: x\nclients: {}\n");
    assert_eq!(mistake.to_string(), "story.yaml:2:10: the story has no client: expected at least one");
}

#[test]
fn a_missing_field_is_named() {
    assert!(mistake("about: x\n").message.contains("clients"));
}

#[test]
fn a_circle_of_several_clients_is_found() {
    let client = |after: &str| format!("{{ from: '::1', after: {after}, script: [] }}");
    let yaml = format!("about: x\nclients:\n  a: {}\n  b: {}\n", client("b"), client("a"));
    assert!(mistake(&yaml).message.contains("circle"));
}

#[test]
fn a_story_about_the_host_is_read() {
    let yaml = "
about: x
workers: 2
clients:
  a: { from: 203.0.113.9, worker: 1, script: [] }
traps: [{ at: 5s, worker: 1 }, { at: 3s, worker: 0 }]
failure_policy: fail-reload
host_log: [trap]
reconfigure:
  - { at: 2s, policy: { greet_wait: 1s } }
  - { at: 4s, policy: {}, refused: nonsense }
dials: { a: [backend, backend] }
finally: { open: [], passes: { 203.0.113.9: [non_smtp_command] }, verdicts: { a: PASS NEW } }
";
    let story = parse("s", yaml).unwrap_or_else(|mistake| panic!("{mistake}"));
    assert_eq!(story.workers.unwrap().get(), 2);
    assert_eq!(story.clients["a"].worker, Some(1));
    let seconds = Duration::from_secs;
    assert_eq!(story.traps, [Trap { at: seconds(3), worker: 0 }, Trap { at: seconds(5), worker: 1 }]);
    assert_eq!(story.failure_policy, Some(FailurePolicy::FailReload));
    assert_eq!(story.reconfigure[0].policy["greet_wait"], "1s");
    let refused = Some("nonsense".to_owned());
    let last = Reconfigure { at: seconds(4), policy: serde_json::Map::new(), refused };
    assert_eq!(story.reconfigure[1], last);
    assert_eq!(story.dials.unwrap()["a"], ["backend", "backend"]);
    assert_eq!(story.finally.open, Some(BTreeSet::new()));
    assert!(story.finally.passes[&"203.0.113.9".parse().unwrap()].contains("non_smtp_command"));
    assert_eq!(story.finally.verdicts["a"], "PASS NEW");
    assert_eq!(story.hosts, [HostKind::ProxyWasm].into());
}

#[test]
fn a_mail_server_and_a_resolver_have_manners() {
    let yaml = r#"
about: x
clients: { a: { from: '::1', script: [] } }
mail_server:
  greeting: "220 x\r\n"
  after: 500ms
  piece_bytes: 4
  pause: 100ms
  on: { RCPT: "451 x\r\n", DATA: reset }
resolver: { fault: http-503, latency: 1s, from: 2s, until: 3s }
"#;
    let story = parse("s", yaml).unwrap_or_else(|mistake| panic!("{mistake}"));
    let seconds = Duration::from_secs;
    let manners = Manners {
        greeting: b"220 x\r\n".to_vec(),
        after: Duration::from_millis(500),
        piece_bytes: std::num::NonZeroUsize::new(4),
        pause: Duration::from_millis(100),
        then: None,
        on: BTreeMap::from([
            ("DATA".to_owned(), Manner::Ends(Ending::Reset)),
            ("RCPT".to_owned(), Manner::Says(b"451 x\r\n".to_vec())),
        ]),
    };
    assert_eq!(story.mail_server, MailServer::Serves(manners));
    let outage = Outage {
        fault: Some(Fault::Status(503)),
        missing: false,
        latency: Some(seconds(1)),
        from: seconds(2),
        until: Some(seconds(3)),
    };
    assert_eq!(story.resolver, Some(outage));
}
