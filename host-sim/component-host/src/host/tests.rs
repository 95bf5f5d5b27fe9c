//! The host around a screen: what it keeps, what it passes on, and what becomes of clients when the screen breaks.

mod asking;
mod failing;
mod joining;

use super::*;

/// A policy that serves everybody at once.
const OPEN: &str = r#"{"access_list": ["permit"]}"#;

fn at(time: Duration) -> Now {
    Now { monotonic: time, wall: Duration::from_secs(1_700_000_000) + time }
}

/// One worker with the engine itself.
fn native(policy: &str) -> ComponentHost {
    ComponentHost::native(policy.as_bytes(), NonZeroUsize::MIN).unwrap()
}

fn connect(host: &mut ComponentHost, now: Now) -> ConnectionId {
    host.accept("203.0.113.9:4711".parse().unwrap(), "198.51.100.25:25".parse().unwrap(), None, now)
}

/// What the host wants done by now, log lines left out.
fn effects(host: &mut ComponentHost) -> Vec<Effect> {
    std::iter::from_fn(|| host.poll_effect()).filter(|effect| !matches!(effect, Effect::Log(_))).collect()
}

fn sent(connection: ConnectionId, bytes: &[u8]) -> Input {
    Input::ClientBytes { connection, bytes: bytes.to_vec(), end: false }
}

#[test]
fn a_configuration_with_a_mistake_is_refused_as_the_engine_says() {
    let refused = ComponentHost::native(br#"{"greet_wait": "6x"}"#, NonZeroUsize::MIN).err().unwrap();
    assert!(refused.to_string().starts_with("greet_wait: "), "{refused}");
}

#[test]
fn every_metric_is_there_from_the_start() {
    let metrics = native("{}").metrics();
    assert_eq!(metrics.get("postscreen_connections_total"), Some(&0));
    assert_eq!(metrics.get("postscreen_held_clients"), Some(&0));
}

#[test]
fn workers_take_turns_and_share_what_they_remember() {
    let mut host = ComponentHost::native(OPEN.as_bytes(), NonZeroUsize::new(2).unwrap()).unwrap();
    let ids = [(); 3].map(|()| connect(&mut host, at(Duration::ZERO)));
    assert_eq!(ids.map(|id| host.connections[&id]), [0, 1, 0]);
    assert_eq!((host.open_connections(), host.metrics()["postscreen_connections_total"]), (3, 3));
}

#[test]
fn a_new_configuration_is_for_those_who_come_and_the_old_one_for_those_who_are_there() {
    let mut host = native(r#"{"access_list": [], "greet_action": "drop"}"#);
    let now = at(Duration::ZERO);
    let old = connect(&mut host, now);
    host.reconfigure(OPEN.as_bytes(), now).unwrap();
    let new = connect(&mut host, now);
    host.handle(sent(old, b"EHLO zombie\r\n"), now);
    let all = effects(&mut host);
    assert!(all.contains(&Effect::Dial { connection: new, cluster: "backend".into() }), "{all:?}");
    assert!(all.contains(&Effect::CloseClient { connection: old, reset: false }), "{all:?}");
}

#[test]
fn a_configuration_with_a_mistake_changes_nothing() {
    let mut host = native(OPEN);
    let refused = host.reconfigure(br#"{"greet_wait": 2}"#, at(Duration::ZERO)).unwrap_err();
    assert!(refused.to_string().starts_with("greet_wait: "), "{refused}");
    let connection = connect(&mut host, at(Duration::ZERO));
    assert_eq!(effects(&mut host), [Effect::Dial { connection, cluster: "backend".into() }]);
}

#[test]
fn the_access_log_has_both_ends_the_bytes_and_the_verdict() {
    let mut host = native(r#"{"denylist_action": "drop", "access_list": ["reject"]}"#);
    let id = connect(&mut host, at(Duration::ZERO));
    let Some(Effect::Ended(end)) = effects(&mut host).pop() else { panic!("the connection goes on") };
    assert_eq!((end.connection, end.received, end.upstream.as_deref()), (id, 0, None));
    assert_eq!(end.filter_state_text("wasm.postscreen.verdict").as_deref(), Some("DENYLISTED"));
    assert!(end.sent > 0);
    assert_eq!(host.open_connections(), 0);
}
