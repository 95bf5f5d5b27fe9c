use std::time::Duration;

use super::{Cost, Memory, costs, memory};

#[test]
fn costs_stand_beside_the_plain_proxy() {
    let cost = Cost {
        what: "early talker",
        cpu: Duration::from_millis(500),
        plain: Duration::from_secs(1),
        clients: 5_000,
        goal: "100 µs",
    };
    assert_eq!(
        costs(&[cost]),
        "| Envoy's CPU time per client | clients |  µs | plain proxy, µs | ratio | design |\n\
         |-----------------------------|---------|-----|-----------------|-------|--------|\n\
         | early talker                |    5000 | 100 |             200 |  0.50 | 100 µs |"
    );
}

#[test]
fn memory_is_per_client() {
    let text = memory(&[Memory { what: "held", clients: 2_000, resident_kb: 15_000, goal: "10 kB" }]);
    assert!(text.ends_with("| held                      |    2000 | 7.5 |  10 kB |"), "{text}");
}
