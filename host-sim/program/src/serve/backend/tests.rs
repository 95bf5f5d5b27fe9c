use super::BackendAddress;

#[test]
fn a_backend_is_a_host_and_a_port() {
    for text in ["127.0.0.1:25", "[::1]:2525", "mail.internal:25", "localhost:65535"] {
        assert_eq!(text.parse::<BackendAddress>().unwrap().to_string(), text);
    }
}

#[test]
fn what_is_none_says_what_was_expected() {
    for text in [
        "",
        "25",
        ":25",
        "mail",
        "mail:",
        "mail:0",
        "mail:65536",
        "::1:25",
        "[mail]:25",
        "a b:25",
        "tcp://a:25",
    ] {
        assert!(text.parse::<BackendAddress>().unwrap_err().starts_with("expected HOST:PORT"), "{text}");
    }
}

#[test]
fn an_address_is_a_backend_too() {
    for text in ["127.0.0.1:25", "[::1]:25"] {
        let address: std::net::SocketAddr = text.parse().unwrap();
        assert_eq!(BackendAddress::from(address).to_string(), text);
    }
}
