//! Tests of a filter in thirty lines, `doorman.wat`.
//!
//! ```sh
//! cargo run --example doorman
//! ```
//!
//! The same calls make tests of your own: replace `main` by functions with `#[test]`.

use std::time::Duration;

use envoy_sim_testing::{Backend, Reply, Sim, SimBuilder};

/// The filter: it holds every client for two seconds, and hangs up on those who talk before.
const DOORMAN: &str = include_str!("doorman.wat");
const HELD_FOR: Duration = Duration::from_secs(2);

fn main() {
    who_waits_is_let_through(Sim::wat(DOORMAN));
    who_talks_too_early_is_closed(Sim::wat(DOORMAN));
    a_server_can_have_a_script(Sim::wat(DOORMAN));
    every_call_can_be_seen(Sim::wat(DOORMAN).traced());
}

fn who_waits_is_let_through(doorman: SimBuilder) {
    let sim = doorman.start();
    let client = sim.connect("203.0.113.9");
    let waited = sim.wait_for(Duration::from_mins(1), || client.dialled().is_some());
    assert_eq!(waited, HELD_FOR);
    client.upstream().send("220 mx.example ESMTP\r\n");
    client.assert_received("220 mx.example ESMTP\r\n");
    println!("who waits is let through, after {} s of virtual time", waited.as_secs());
}

fn who_talks_too_early_is_closed(doorman: SimBuilder) {
    let sim = doorman.start();
    let zombie = sim.connect("203.0.113.9");
    zombie.send("EHLO zombie\r\n");
    zombie.assert_closed();
    zombie.assert_not_dialled();
    sim.assert_log(["held", "too early"]);
    println!("who talks too early is closed, and no server hears of it");
}

fn a_server_can_have_a_script(doorman: SimBuilder) {
    let sim = doorman.start();
    sim.backend(
        "backend",
        Backend::greeting("220 mx.example\r\n").replying(|bytes| match bytes {
            b"QUIT\r\n" => Reply::bytes("221 Bye\r\n").and_close(),
            _ => Reply::bytes("250 Ok\r\n"),
        }),
    );
    let client = sim.connect("203.0.113.9");
    sim.advance(HELD_FOR);
    client.send("QUIT\r\n");
    client.assert_received("220 mx.example\r\n221 Bye\r\n");
    client.assert_closed();
    println!("a server can have a script");
}

fn every_call_can_be_seen(doorman: SimBuilder) {
    let sim = doorman.start();
    sim.connect("203.0.113.9");
    println!("and this is what host and module said to each other:\n{}", sim.trace());
}
