use super::{DnsServer, nameserver};

#[test]
fn every_kind_of_resolver_has_a_url() {
    for (text, shown) in [
        ("none", "none"),
        ("udp://127.0.0.1:5353", "udp://127.0.0.1:5353"),
        ("udp://127.0.0.1", "udp://127.0.0.1:53"),
        ("udp://::1", "udp://[::1]:53"),
        ("tcp://[::1]", "tcp://[::1]:53"),
        ("tcp://[::1]:5353", "tcp://[::1]:5353"),
        ("https://dns.example/dns-query", "https://dns.example/dns-query"),
        ("https://dns.example", "https://dns.example/dns-query"),
        ("http://127.0.0.1:8053/q?x=1", "http://127.0.0.1:8053/q?x=1"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/dns-query"),
    ] {
        assert_eq!(text.parse::<DnsServer>().unwrap().to_string(), shown);
    }
}

#[test]
fn what_is_no_url_says_what_was_expected() {
    for (text, expected) in [
        ("", "udp://ADDRESS"),
        ("127.0.0.1:53", "udp://ADDRESS"),
        ("ftp://127.0.0.1", "udp://ADDRESS"),
        ("None", "udp://ADDRESS"),
        ("udp://", "an IP address"),
        ("udp://localhost", "an IP address"),
        ("tcp://127.0.0.1:99999", "an IP address"),
        ("https://", "https://dns.example"),
        ("https:///dns-query", "https://dns.example"),
        ("https://me:secret@dns.example/dns-query", "https://dns.example"),
        ("https://a b/", "https://dns.example"),
    ] {
        let error = text.parse::<DnsServer>().unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn the_first_name_server_that_is_an_address_is_taken() {
    let text = "# nameserver 192.0.2.1\nsearch test\nnameserver fe80::1%eth0\nnameserver\t192.0.2.53\nnameserver ::1\n";
    assert_eq!(nameserver(text), Some("192.0.2.53:53".parse().unwrap()));
    assert_eq!(nameserver("nameserver ::1"), Some("[::1]:53".parse().unwrap()));
    assert_eq!(nameserver("search test\n"), None);
}
