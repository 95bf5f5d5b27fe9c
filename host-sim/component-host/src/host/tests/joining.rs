//! Client and mail server, once they are joined, and the buffers between them.

use envoy_sim::IDLE_TIMEOUT;
use envoy_sim::{CONNECT_TIMEOUT, CONNECTION_BUFFER_BYTES_MAX};

use super::*;

/// A client that is joined to a mail server.
fn joined() -> (ComponentHost, ConnectionId) {
    let mut host = native(OPEN);
    let connection = connect(&mut host, at(Duration::ZERO));
    assert_eq!(effects(&mut host), [Effect::Dial { connection, cluster: "backend".into() }]);
    host.handle(Input::UpstreamConnected { connection, ends: None }, at(Duration::ZERO));
    assert_eq!(effects(&mut host), []);
    (host, connection)
}

/// A millisecond before.
fn before(time: Duration) -> Duration {
    time.saturating_sub(Duration::from_millis(1))
}

fn said(connection: ConnectionId, bytes: &[u8], end: bool) -> Input {
    Input::UpstreamBytes { connection, bytes: bytes.to_vec(), end }
}

#[test]
fn what_a_client_says_before_the_mail_server_is_there_comes_first() {
    let mut host = native(OPEN);
    let now = at(Duration::ZERO);
    let connection = connect(&mut host, now);
    host.handle(sent(connection, b"EHLO"), now);
    host.handle(Input::UpstreamConnected { connection, ends: None }, now);
    host.handle(sent(connection, b" a\r\n"), now);
    let upstream = effects(&mut host).into_iter().filter_map(|effect| match effect {
        Effect::ToUpstream { bytes, .. } => Some(bytes),
        _ => None,
    });
    assert_eq!(upstream.collect::<Vec<_>>(), [b"EHLO".to_vec(), b" a\r\n".to_vec()]);
}

#[test]
fn each_side_may_end_for_itself_and_both_ends_are_the_end() {
    let (mut host, connection) = joined();
    let now = at(Duration::ZERO);
    host.handle(Input::ClientBytes { connection, bytes: b"QUIT\r\n".to_vec(), end: true }, now);
    assert_eq!(
        effects(&mut host),
        [
            Effect::ToUpstream { connection, bytes: b"QUIT\r\n".to_vec() },
            Effect::EndToUpstream { connection }
        ]
    );
    host.handle(said(connection, b"221 Bye\r\n", true), now);
    let all = effects(&mut host);
    assert_eq!(all[..2].len(), 2, "{all:?}");
    assert!(all.contains(&Effect::ToClient { connection, bytes: b"221 Bye\r\n".to_vec() }), "{all:?}");
    assert!(all.contains(&Effect::CloseClient { connection, reset: false }), "{all:?}");
    assert!(matches!(all.last(), Some(Effect::Ended(end)) if end.upstream.as_deref() == Some("backend")));
}

#[test]
fn a_mail_server_that_ends_without_a_word_has_not_answered() {
    let mut host = native(r#"{"access_list": ["permit"], "post_queue_limit": 5}"#);
    let now = at(Duration::ZERO);
    let all_wait = [(); 5].map(|()| {
        let waits = connect(&mut host, now);
        host.handle(Input::UpstreamConnected { connection: waits, ends: None }, now);
        host.handle(said(waits, b"", true), now);
        waits
    });
    effects(&mut host);
    let next = connect(&mut host, now);
    let busy = b"421 4.3.2 All server ports are busy\r\n".to_vec();
    assert!(effects(&mut host).contains(&Effect::ToClient { connection: next, bytes: busy }));
    host.handle(Input::ClientReset { connection: all_wait[0] }, now);
    effects(&mut host);
    let after = connect(&mut host, now);
    assert_eq!(effects(&mut host), [Effect::Dial { connection: after, cluster: "backend".into() }]);
}

#[test]
fn a_reset_of_one_side_resets_the_other() {
    let now = at(Duration::ZERO);
    let (mut host, connection) = joined();
    host.handle(Input::UpstreamReset { connection }, now);
    assert_eq!(effects(&mut host)[0], Effect::CloseClient { connection, reset: true });
    let (mut host, connection) = joined();
    host.handle(Input::ClientReset { connection }, now);
    assert!(effects(&mut host).contains(&Effect::CloseUpstream { connection, reset: true }));
}

#[test]
fn a_mail_server_that_does_not_answer_in_time_is_given_up() {
    let mut host = native(OPEN);
    let connection = connect(&mut host, at(Duration::ZERO));
    effects(&mut host);
    host.handle(Input::TimePassed, at(before(CONNECT_TIMEOUT)));
    assert_eq!(effects(&mut host), []);
    host.handle(Input::TimePassed, at(CONNECT_TIMEOUT));
    assert_eq!(effects(&mut host)[0], Effect::CloseClient { connection, reset: false });
}

#[test]
fn a_joined_client_is_closed_when_nothing_has_moved_for_an_hour() {
    let (mut host, connection) = joined();
    let begun = Duration::from_secs(10);
    host.handle(said(connection, b"220 mx.test ESMTP\r\n", false), at(begun));
    effects(&mut host);
    host.handle(Input::TimePassed, at(before(begun + IDLE_TIMEOUT)));
    assert_eq!(effects(&mut host), []);
    host.handle(Input::TimePassed, at(begun + IDLE_TIMEOUT));
    assert_eq!(effects(&mut host)[0], Effect::CloseClient { connection, reset: false });
}

#[test]
fn a_held_client_is_read_up_to_the_buffer_limit() {
    let mut host = native(r#"{"access_list": []}"#);
    let now = at(Duration::ZERO);
    let connection = connect(&mut host, now);
    host.handle(sent(connection, &vec![b'x'; CONNECTION_BUFFER_BYTES_MAX - 1]), now);
    let stop = Effect::ReadClient { connection, wanted: false };
    assert!(!effects(&mut host).contains(&stop));
    host.handle(sent(connection, b"x"), now);
    assert!(effects(&mut host).contains(&stop));
    host.handle(sent(connection, b"more"), now);
    let client = &host.workers[0].clients[&connection];
    assert_eq!(
        (client.socket.read_buffer.len(), client.socket.inbox.len()),
        (CONNECTION_BUFFER_BYTES_MAX, 4)
    );
}

#[test]
fn a_mail_server_is_read_up_to_the_buffer_limit_while_the_client_does_not_keep_up() {
    let (mut host, connection) = joined();
    let now = at(Duration::ZERO);
    host.handle(Input::ClientCongested { connection, congested: true }, now);
    host.handle(said(connection, &vec![b'x'; CONNECTION_BUFFER_BYTES_MAX - 1], false), now);
    assert_eq!(effects(&mut host), []);
    host.handle(said(connection, b"x", false), now);
    assert_eq!(effects(&mut host), [Effect::ReadUpstream { connection, wanted: false }]);
    host.handle(Input::ClientCongested { connection, congested: false }, now);
    let all = effects(&mut host);
    assert!(matches!(&all[0], Effect::ToClient { bytes, .. } if bytes.len() == CONNECTION_BUFFER_BYTES_MAX));
    assert_eq!(all[1], Effect::ReadUpstream { connection, wanted: true });
}

#[test]
fn a_last_word_is_sent_before_the_close_however_late_there_is_room() {
    let mut host = native(r#"{"access_list": [], "greet_action": "drop"}"#);
    let now = at(Duration::ZERO);
    let connection = connect(&mut host, now);
    effects(&mut host);
    host.handle(Input::ClientCongested { connection, congested: true }, now);
    host.handle(sent(connection, b"EHLO zombie\r\n"), now);
    assert_eq!(effects(&mut host), []);
    host.handle(Input::ClientCongested { connection, congested: false }, now);
    let all = effects(&mut host);
    assert_eq!(
        all[..2],
        [
            Effect::ToClient { connection, bytes: b"521 5.5.1 Protocol error\r\n".to_vec() },
            Effect::CloseClient { connection, reset: false }
        ]
    );
}
