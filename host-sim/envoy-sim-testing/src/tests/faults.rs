use super::*;

#[test]
fn a_client_breaks_off() {
    let sim = Sim::wat(DOORMAN).start();
    let client = served(&sim);
    client.reset();
    assert!(client.upstream().is_closed());
    assert_eq!(client.closing(), Some(Closing::Ended));
}

#[test]
fn a_trap_in_a_callback_fails_its_worker_only() {
    let sim = Sim::wat(&open_door(
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 0))"#,
    ))
    .workers(2)
    .start();
    sim.trap_in("proxy_on_new_connection");
    sim.connect_on(1, "203.0.113.9").assert_closed();
    sim.connect_on(0, "203.0.113.9").assert_open();
    assert_eq!(sim.failed_workers(), [1]);
    sim.assert_logged("proxy_on_new_connection failed: the test wanted a trap in proxy_on_new_connection");
}

#[test]
fn a_trap_in_a_host_function_is_met_once() {
    let sim = Sim::wat(DOORMAN).workers(2).start();
    sim.trap_in("proxy_log");
    sim.connect_on(0, "203.0.113.9").assert_closed();
    sim.connect_on(1, "203.0.113.9").assert_open();
    assert_eq!(sim.failed_workers(), [0]);
}
