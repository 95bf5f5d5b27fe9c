//! Screens two clients with postscreen.wasm, without an Envoy and without waiting.
//!
//! ```sh
//! cargo xtask wasm
//! cargo run --example screen target/wasm/postscreen.wasm
//! ```
//!
//! The same calls make a test: replace `main` by functions with `#[test]`.

use std::time::Duration;

use envoy_sim_testing::{Answer, Backend, Sim};

fn main() {
    let module =
        std::env::args().nth(1).expect("the path of postscreen.wasm, which `cargo xtask wasm` builds");
    let sim = Sim::file(module)
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

    println!("{} s of virtual time, and this is the log:\n", sim.elapsed().as_secs());
    println!("{}", sim.worker_log().join("\n"));
}
