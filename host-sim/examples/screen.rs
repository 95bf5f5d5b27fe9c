//! Screens two clients with postscreen.wasm, without an Envoy and without waiting.
//!
//! ```sh
//! cargo xtask wasm
//! cargo run --example screen
//! ```
//!
//! The same calls make a test: replace `main` by functions with `#[test]`.

use std::time::Duration;

use host_sim::testing::{Answer, Backend, Sim};

/// Where `cargo xtask wasm` leaves the module, seen from this crate.
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/wasm/postscreen.wasm");

fn main() {
    let sim = Sim::file(MODULE)
        .configuration(r#"{ "greet_wait": "6s", "greet_action": "drop" }"#)
        .speaker("speaker")
        .call_cluster("resolver")
        .start();
    sim.backend("backend", Backend::greeting("220 mx.example ESMTP\r\n"));
    sim.answer_calls("resolver", |_| Answer::status(503, ""));

    // A zombie does not wait for the greeting.
    let zombie = sim.connect("203.0.113.9");
    sim.advance(Duration::from_millis(40));
    zombie.send("EHLO zombie\r\n");
    sim.advance(Duration::from_secs(1));
    zombie.assert_received("521 5.5.1 Protocol error\r\n");
    zombie.assert_closed();
    sim.assert_logged("PREGREET 13 after 0.04 from [203.0.113.9]:40000: EHLO zombie");

    // A mail server does, and is let through.
    let polite = sim.connect("203.0.113.10");
    let waited = sim.wait_for(Duration::from_mins(1), || polite.dialled().is_some());
    assert!(waited >= Duration::from_secs(6), "{waited:?}");
    polite.assert_received("220 mx.example ESMTP\r\n");
    sim.assert_logged("PASS NEW [203.0.113.10]:40001");

    println!("{} of virtual time, and this is the log:\n", humantime::format_duration(sim.elapsed()));
    println!("{}", sim.worker_log().join("\n"));
}
