//! What stories cannot say of the module: what it asks of a host that is short of something, and in which order.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use envoy_sim::{FailurePolicy, Module};
use envoy_sim_testing::{Backend, Sim, SimBuilder};

use crate::count::CallCounter;

/// What the module may use where it may not choose a cluster.
const WITHOUT_FOREIGN_FUNCTIONS: [&str; 25] = [
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "random_get",
    "proxy_close_stream",
    "proxy_continue_stream",
    "proxy_define_metric",
    "proxy_get_buffer_bytes",
    "proxy_get_property",
    "proxy_get_shared_data",
    "proxy_increment_metric",
    "proxy_log",
    "proxy_on_configure",
    "proxy_on_context_create",
    "proxy_on_delete",
    "proxy_on_downstream_connection_close",
    "proxy_on_downstream_data",
    "proxy_on_new_connection",
    "proxy_on_tick",
    "proxy_on_upstream_data",
    "proxy_record_metric",
    "proxy_set_buffer_bytes",
    "proxy_set_property",
    "proxy_set_shared_data",
    "proxy_set_tick_period_milliseconds",
];

/// Longer than any wait of these policies.
const LONG: Duration = Duration::from_secs(20);
/// How long a machine that says nothing any more counts (`LEASE_S`), and then some.
const LEASE: Duration = Duration::from_secs(62);

/// What `host-sim` lets one call into a module use unless told otherwise (`--fuel`).
const FUEL: u64 = 4_000_000_000;
/// The most rules of an access list (`ACCESS_RULES_MAX`).
const ACCESS_RULES: u32 = 200_000;

fn sim(module: &Module, policy: &str) -> SimBuilder {
    Sim::module(module).configuration(policy).speaker("speaker").call_cluster("resolver")
}

/// It cannot be chosen.
pub fn no_speaker(module: &Module) -> Result<String> {
    let counter = Rc::new(RefCell::new(CallCounter::default()));
    let sim = sim(module, r#"{ "greet_action": "drop" }"#)
        .observed(Rc::<RefCell<CallCounter>>::clone(&counter))
        .settings(|settings| {
            settings.allowed_capabilities = WITHOUT_FOREIGN_FUNCTIONS.map(str::to_owned).into();
        })
        .start();
    sim.backend("backend", Backend::greeting("220 mx.example ESMTP\r\n"));
    let zombie = sim.connect("203.0.113.9");
    sim.advance(Duration::from_millis(40));
    zombie.send("EHLO zombie\r\n");
    sim.advance(LONG);
    zombie.assert_closed();
    zombie.assert_not_dialled();
    let tally = counter.borrow_mut().take();
    let calls = tally.by_function();
    ensure!(!calls.contains_key("proxy_continue_stream"), "it is sent on: {calls:#?}");
    ensure!(calls.get("proxy_close_stream") == Some(&1), "it is not closed once: {calls:#?}");
    Ok("closed once".to_owned())
}

/// Five mail servers end their half without a byte, and all places stay taken.
pub fn mute_mail_server(module: &Module) -> Result<String> {
    let policy = r#"{ "post_queue_limit": 5, "access_list": ["permit"] }"#;
    let sim = sim(module, policy).start();
    sim.backend("backend", Backend::unanswered());
    for number in 1..=5 {
        let client = sim.connect(&format!("203.0.113.{number}"));
        client.upstream().accept();
        client.upstream().end();
    }
    sim.advance(Duration::from_secs(1));
    let sixth = sim.connect("203.0.113.6");
    sim.advance(LONG);
    let reply = String::from_utf8_lossy(&sixth.received()).into_owned();
    ensure!(reply == "421 4.3.2 All server ports are busy\r\n", "the sixth client hears {reply:?}");
    Ok("421 for the sixth".to_owned())
}

/// The gauge heals.
pub fn trapped_machine(module: &Module) -> Result<String> {
    let sim = sim(module, r#"{ "greet_wait": "6s" }"#)
        .settings(|settings| settings.failure_policy = FailurePolicy::FAIL_RELOAD)
        .start();
    sim.backend("backend", Backend::greeting("220 mx.example ESMTP\r\n"));
    let visit = |from: &str| {
        let client = sim.connect(from);
        sim.advance(Duration::from_secs(2));
        client
    };
    let lost = visit("203.0.113.1");
    ensure!(sim.metric("postscreen_held_clients") == 1, "{} are held", sim.metric("postscreen_held_clients"));
    sim.trap_in("proxy_on_downstream_data");
    lost.send("EHLO lost\r\n");
    sim.advance(LEASE);
    let next = visit("203.0.113.2");
    let held = sim.metric("postscreen_held_clients");
    ensure!(held == 1, "{held} are held, and one is there");
    next.end();
    sim.advance(LONG);
    let held = sim.metric("postscreen_held_clients");
    ensure!(held == 0, "{held} are held, and nobody is there");
    Ok("one is held, and then none".to_owned())
}

/// It is read within the fuel of one call, and the last rule of it counts.
pub fn longest_access_list(module: &Module) -> Result<String> {
    let rule = |number: u32| {
        format!(r#"{{ "cidr": "{}/24", "action": "reject" }}"#, Ipv4Addr::from((11 << 24) + (number << 8)))
    };
    let rules = (0..ACCESS_RULES).map(rule).collect::<Vec<_>>().join(",");
    let policy = format!(r#"{{ "access_list": [{rules}], "denylist_action": "drop" }}"#);
    let sim = sim(module, &policy).settings(|settings| settings.limits.fuel = Some(FUEL)).try_start()?;
    let last = Ipv4Addr::from((11 << 24) + ((ACCESS_RULES - 1) << 8) + 9);
    let client = sim.connect(&last.to_string());
    sim.advance(LONG);
    client.assert_closed();
    ensure!(sim.metric("postscreen_denylisted_total") == 1, "{last} is not on the list");
    Ok(format!("{} bytes for {ACCESS_RULES} rules", policy.len()))
}
