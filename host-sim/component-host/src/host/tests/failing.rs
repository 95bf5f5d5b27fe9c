//! A screen that breaks.

use envoy_sim::LogLevel;
use postscreen_engine::{Destination, Output, Task};

use super::*;
use crate::screen::Turn;

/// Serves clients from port 1, breaks at those from port 2 and at the word `break`, and holds all others.
struct Brittle;

impl Screen for Brittle {
    fn handle(
        &mut self,
        _: usize,
        connection: postscreen_engine::ConnectionId,
        input: postscreen_engine::Input<'_>,
        _: postscreen_engine::Now,
    ) -> Result<Turn, ScreenFault> {
        match input {
            postscreen_engine::Input::ClientOpened(Some(ends)) if ends.client.port() == 1 => {
                let dial = Task { connection: Some(connection), output: Output::Dial(Destination::Backend) };
                Ok(Turn { tasks: vec![dial], deadline: None })
            }
            postscreen_engine::Input::ClientOpened(Some(ends)) if ends.client.port() == 2 => {
                Err(ScreenFault("worker.accept: no".to_owned()))
            }
            postscreen_engine::Input::ClientBytes(b"break") => {
                Err(ScreenFault("worker.handle: trap".to_owned()))
            }
            _ => Ok(Turn::default()),
        }
    }

    fn reconfigure(&mut self, json: &[u8], _: bool) -> Result<(), ScreenError> {
        if json == b"{ }" {
            Err(ScreenError::Failed(ScreenFault("policy.parse: trap".to_owned())))
        } else {
            Ok(())
        }
    }

    fn metrics(&self) -> Vec<String> {
        Vec::new()
    }

    fn shared_data(&self, _: &str) -> Result<Option<Vec<u8>>, Unseen> {
        Err(Unseen)
    }
}

fn host() -> ComponentHost {
    ComponentHost::new(Brittle, NonZeroUsize::MIN)
}

fn connect_from(host: &mut ComponentHost, port: u16) -> ConnectionId {
    let client = SocketAddr::from(([203, 0, 113, 9], port));
    host.accept(client, "198.51.100.25:25".parse().unwrap(), None, at(Duration::ZERO))
}

fn complaints(host: &mut ComponentHost) -> Vec<String> {
    let all = std::iter::from_fn(|| host.poll_effect());
    let complaint = |effect| match effect {
        Effect::Log(line) if line.by_host && line.level == LogLevel::Critical => Some(line.text),
        _ => None,
    };
    all.filter_map(complaint).collect()
}

#[test]
fn who_is_being_screened_is_closed_and_who_is_served_does_not_notice() {
    let mut host = host();
    let now = at(Duration::ZERO);
    let served = connect_from(&mut host, 1);
    let held = connect_from(&mut host, 3);
    host.handle(Input::UpstreamConnected { connection: served, ends: None }, now);
    host.handle(sent(held, b"break"), now);
    assert_eq!(host.open_connections(), 1);
    assert_eq!(host.failed_workers(), [0]);
    assert_eq!(complaints(&mut host), ["the component failed: worker.handle: trap"]);
    host.handle(sent(served, b"NOOP\r\n"), now);
    assert_eq!(effects(&mut host), [Effect::ToUpstream { connection: served, bytes: b"NOOP\r\n".to_vec() }]);
}

#[test]
fn nobody_is_served_after_it_and_it_is_told_once() {
    let mut host = host();
    let first = connect_from(&mut host, 2);
    let headline = "the component failed: worker.accept: no".to_owned();
    assert_eq!(
        effects(&mut host)[..2],
        [
            Effect::Trapped { vm: VmId::Worker(0), headline },
            Effect::CloseClient { connection: first, reset: false }
        ]
    );
    let second = connect_from(&mut host, 3);
    assert_eq!(effects(&mut host)[0], Effect::CloseClient { connection: second, reset: false });
    assert_eq!((host.open_connections(), host.failed_workers()), (0, vec![0]));
}

#[test]
fn a_new_configuration_mends_a_broken_screen_or_breaks_it() {
    let mut host = host();
    let now = at(Duration::ZERO);
    connect_from(&mut host, 2);
    assert_eq!(host.failed_workers(), [0]);
    host.reconfigure(b"{}", now).unwrap();
    assert_eq!(host.failed_workers(), Vec::<usize>::new());
    connect_from(&mut host, 3);
    assert_eq!(host.open_connections(), 1);
    assert!(host.reconfigure(b"{ }", now).is_err());
    assert_eq!((host.open_connections(), host.failed_workers()), (0, vec![0]));
}

#[test]
fn what_breaks_in_the_hands_of_one_worker_is_broken_for_all_and_told_once() {
    let mut host = ComponentHost::new(Brittle, NonZeroUsize::new(2).unwrap());
    let now = at(Duration::ZERO);
    let [here, there] = [3, 4].map(|port| connect_from(&mut host, port));
    assert_eq!([here, there].map(|id| host.connections[&id]), [0, 1]);
    host.handle(sent(here, b"break"), now);
    assert_eq!((host.open_connections(), host.failed_workers()), (0, vec![0, 1]));
    let all: Vec<_> = std::iter::from_fn(|| host.poll_effect()).collect();
    let trapped = all.iter().filter(|effect| matches!(effect, Effect::Trapped { .. }));
    let told = all.iter().filter(|effect| matches!(effect, Effect::Log(line) if line.by_host));
    assert_eq!((trapped.count(), told.count()), (2, 1), "{all:?}");
    host.reconfigure(b"{}", now).unwrap();
    for port in [5, 6] {
        connect_from(&mut host, port);
    }
    assert_eq!((host.open_connections(), host.failed_workers()), (2, Vec::new()));
}
