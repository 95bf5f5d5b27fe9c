use super::*;

fn story(more: &str) -> Scenario {
    let yaml = format!("about: x\nclients: {{ a: {{ from: '::1', script: [] }} }}\n{more}\n");
    crate::parse("s", &yaml).unwrap_or_else(|mistake| panic!("{mistake}"))
}

#[test]
fn a_story_is_for_the_hosts_that_can_do_what_it_needs() {
    use HostKind::{Component, Envoy, Native, ProxyWasm};
    for (more, hosts) in [
        ("", &HostKind::ALL[..]),
        ("workers: 2", &[Component, ProxyWasm, Envoy]),
        ("traps: [{ at: 1s, worker: 0 }]\nfailure_policy: fail-reload", &[ProxyWasm]),
        ("reconfigure: [{ at: 1s, policy: {} }]", &[Component, ProxyWasm, Envoy]),
        ("resolver: down", &[Native, Component, ProxyWasm, Envoy]),
        ("resolver: { fault: servfail, until: 2s }", &[Native, Component, ProxyWasm, Envoy]),
        ("dns: { bl.test: wrong-id }", &[Native, Component, ProxyWasm, Envoy]),
        ("dns: { bl.test: http-503 }", &[Native, Component, ProxyWasm, Envoy]),
        ("dns: { big.test: { txt: x } }", &[Native, Component, ProxyWasm, Envoy]),
        ("dns: { bl.test: { 203.0.113.9: { answer: 127.0.0.2, reason: x } } }", &HostKind::ALL),
        (
            "dns: { bl.test: { 203.0.113.9: { answer: 127.0.0.2, reason: cut } } }",
            &[Native, Component, ProxyWasm, Envoy],
        ),
        ("dns: { bl.test: { lost: 1 } }", &[Native, Component, ProxyWasm, Envoy]),
        ("dns: { bl.test: refused, other.test: { latency: 2s } }", &HostKind::ALL),
        ("mail_server: { then: reset }", &HostKind::ALL),
    ] {
        let story = story(more);
        assert_eq!(story.hosts, hosts.iter().copied().collect(), "{more}");
        for host in HostKind::ALL {
            assert_eq!(story.left_out_by(host).is_none(), hosts.contains(&host), "{more}, {host}");
        }
    }
}

#[test]
fn a_story_that_is_left_out_says_why() {
    let placed = story("workers: 2");
    let why = placed.left_out_by(HostKind::Postscreen).unwrap();
    assert_eq!(why, "is for other hosts: postscreen cannot place clients on workers");
    let native = story("hosts: [native]");
    let why = native.left_out_by(HostKind::Envoy).unwrap();
    assert_eq!(why, "is for other hosts, as its `hosts` say");
}
