use super::named_in;

#[test]
fn a_header_names_the_client_and_nothing_else_does() {
    let named = |header| named_in(header).map(|address| address.to_string());
    let v4 = "PROXY TCP4 127.0.0.9 127.0.0.1 4242 25\r\n";
    assert_eq!(named(v4).unwrap(), "127.0.0.9:4242");
    assert_eq!(named("PROXY TCP6 2001:db8::9 ::1 4242 25\r\n").unwrap(), "[2001:db8::9]:4242");
    for other in ["", "EHLO zombie\r\n", "PROXY UNKNOWN\r\n", v4.trim_end(), &v4.replace("4242", "x")] {
        assert_eq!(named(other), None, "{other:?}");
    }
}
