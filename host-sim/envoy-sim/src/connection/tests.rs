use super::Speaker;

fn speaker(bytes: &[u8], end: bool) -> Speaker {
    let mut speaker = Speaker::default();
    speaker.write("203.0.113.9:4242".parse().unwrap(), "192.0.2.1:25".parse().unwrap(), bytes, end);
    speaker
}

#[test]
fn the_header_comes_back_before_the_first_bytes() {
    let mut speaker = speaker(b"EHLO zombie\r\n", false);
    let echo = b"PROXY TCP4 203.0.113.9 192.0.2.1 4242 25\r\nEHLO zombie\r\n".to_vec();
    assert_eq!(speaker.turn(), Some((echo, false)));
    assert_eq!(speaker.turn(), None);
}

#[test]
fn the_header_is_sent_once() {
    let mut speaker = speaker(b"", false);
    speaker.turn();
    speaker.write("203.0.113.9:4242".parse().unwrap(), "192.0.2.1:25".parse().unwrap(), b"NOOP\r\n", false);
    assert_eq!(speaker.turn(), Some((b"NOOP\r\n".to_vec(), false)));
}

#[test]
fn ipv6_clients_have_their_own_family() {
    let mut speaker = Speaker::default();
    speaker.write("[2001:db8::9]:4242".parse().unwrap(), "[2001:db8::1]:25".parse().unwrap(), b"", false);
    let (echo, _) = speaker.turn().unwrap();
    assert_eq!(echo, b"PROXY TCP6 2001:db8::9 2001:db8::1 4242 25\r\n");
}

#[test]
fn bytes_that_come_together_with_the_end_are_lost() {
    assert_eq!(speaker(b"EHLO zombie\r\n", true).turn(), Some((Vec::new(), true)));
}
