//! The library as its users see it: each test is one thing that a test author does.

mod callouts;
mod faults;
mod looking;
mod messages;
mod servers;
mod tracing;

use std::time::Duration;

use super::*;

const DOORMAN: &str = include_str!("../examples/doorman.wat");
const GREET_WAIT: Duration = Duration::from_secs(2);

/// A module that lets everybody through, with more functions in it.
fn open_door(more: &str) -> String {
    format!(
        r#"(module {more} (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
          (func (export "malloc") (param i32) (result i32) (i32.const 1024)))"#
    )
}

/// A client that was let through.
fn served(sim: &Sim) -> Client {
    let client = sim.connect("203.0.113.9");
    sim.advance(GREET_WAIT);
    client
}

#[test]
fn a_client_is_held_for_as_long_as_the_module_wants() {
    let sim = Sim::wat(DOORMAN).start();
    let client = sim.connect("203.0.113.9");
    sim.advance(Duration::from_millis(1_999));
    client.assert_not_dialled();
    sim.advance(Duration::from_millis(1));
    assert_eq!(client.dialled().as_deref(), Some("backend"));
    assert_eq!(sim.elapsed(), GREET_WAIT);
}

#[test]
fn both_ends_see_what_the_other_sends() {
    let sim = Sim::wat(DOORMAN).start();
    let client = served(&sim);
    let server = client.upstream();
    server.send("220 a");
    server.send("b\r\n");
    client.assert_received("220 ab\r\n");
    client.assert_silent();
    client.send(b"\x00\xff");
    assert_eq!(server.take(), b"\x00\xff");
    assert_eq!(server.take(), b"");
    assert_eq!(server.received(), b"\x00\xff");
    assert_eq!(client.received(), b"220 ab\r\n");
}

#[test]
fn both_ends_close_in_either_order() {
    let sim = Sim::wat(DOORMAN).start();
    let client = served(&sim);
    let server = client.upstream();
    client.end();
    assert!(server.is_ended());
    server.send("bye");
    server.end();
    client.assert_received("bye");
    client.assert_closed();
    assert!(server.is_closed());
    let record = client.record().unwrap();
    assert_eq!((record.received, record.sent, record.upstream.as_deref()), (0, 3, Some("backend")));
}

#[test]
fn addresses_are_what_the_test_says() {
    let sim = Sim::wat(&open_door("")).listen("[2001:db8::25]:25").start();
    let client = sim.connect("[2001:db8::9]:4242");
    client.reset();
    let record = client.record().unwrap();
    assert_eq!(record.client, "[2001:db8::9]:4242".parse().unwrap());
    assert_eq!(record.server, "[2001:db8::25]:25".parse().unwrap());
}

#[test]
fn clients_get_ports_of_their_own_and_workers_in_turn() {
    let sim = Sim::wat(&open_door("")).workers(2).start();
    let clients = [sim.connect("203.0.113.9"), sim.connect("203.0.113.9"), sim.connect_on(1, "203.0.113.9")];
    let end = |client: &Client| {
        client.reset();
        let record = client.record().unwrap();
        (record.client.port(), record.worker)
    };
    assert_eq!(clients.each_ref().map(end), [(40_000, 0), (40_001, 1), (40_002, 1)]);
}

#[test]
fn a_module_is_shared_by_many_tests() {
    let module = envoy_sim::Module::from_bytes("door", open_door("").as_bytes()).unwrap();
    for workers in [1, 2] {
        Sim::module(&module).workers(workers).start().connect("203.0.113.9").assert_open();
    }
}

#[test]
fn without_early_data_the_module_sees_nothing_before_the_server_is_there() {
    let sim = Sim::wat(DOORMAN).early_data(None).start();
    let client = sim.connect("203.0.113.9");
    client.send("EHLO zombie\r\n");
    client.assert_open();
    sim.assert_log(["held"]);
}
