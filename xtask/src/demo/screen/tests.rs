use super::LogEvent;

#[test]
fn the_ready_line_names_the_address() {
    assert_eq!(
        LogEvent::read("listening on 127.0.0.1:40001"),
        LogEvent::Listening("127.0.0.1:40001".parse().unwrap())
    );
    assert_eq!(LogEvent::read("listening on nothing"), LogEvent::Other);
}

#[test]
fn an_access_line_names_client_and_verdict() {
    let line = "2026-01-02T03:04:05.678Z access: client=127.0.0.10:40002 verdict=\"PASS NEW\" upstream=backend \
                received=120 sent=210 duration=6.0s";
    let expected =
        LogEvent::Access { client: "127.0.0.10:40002".parse().unwrap(), verdict: "PASS NEW".to_owned() };
    assert_eq!(LogEvent::read(line), expected);
}

#[test]
fn what_the_screen_says_about_a_client_is_not_an_access_line() {
    for line in [
        "2026-01-02T03:04:05.678Z postscreen: CONNECT from [127.0.0.10]:40002 to [127.0.0.1]:25",
        "2026-01-02T03:04:05.678Z postscreen: PREGREET 9 after 0 from [127.0.0.20]:40003: access: client=x",
        "2026-01-02T03:04:05.678Z access: client=127.0.0.10:40002 verdict=PASS",
        "",
    ] {
        assert_eq!(LogEvent::read(line), LogEvent::Other, "{line}");
    }
}
