use super::*;

#[test]
fn an_ipv4_client_is_asked_for_with_its_octets_reversed() {
    assert_eq!(owner_name("203.0.113.9".parse().unwrap(), "bl.test"), "9.113.0.203.bl.test");
}

#[test]
fn an_ipv6_client_is_asked_for_with_its_nibbles_reversed() {
    assert_eq!(
        owner_name("2001:db8::1f".parse().unwrap(), "bl.test"),
        "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test"
    );
}

#[test]
fn a_client_is_found_by_its_name() {
    for client in ["203.0.113.9", "0.0.0.0", "255.255.255.255", "2001:db8::1f", "::", "::ffff:127.0.0.2"] {
        let client = client.parse().unwrap();
        for zone in ["bl.test", "test"] {
            assert_eq!(client_of(&owner_name(client, zone), zone), Some(client));
        }
    }
}

#[test]
fn other_names_belong_to_no_client() {
    let nibbles = "0.".repeat(NIBBLES - 1);
    for name in [
        "bl.test".to_owned(),
        ".bl.test".to_owned(),
        "9.113.0.203.test".to_owned(),
        "9.113.0.203bl.test".to_owned(),
        "113.0.203.bl.test".to_owned(),
        "x.9.113.0.203.bl.test".to_owned(),
        "09.113.0.203.bl.test".to_owned(),
        "256.113.0.203.bl.test".to_owned(),
        "9.113..203.bl.test".to_owned(),
        format!("{nibbles}bl.test"),
        format!("{nibbles}0.0.bl.test"),
        format!("{nibbles}g.bl.test"),
        format!("{nibbles}+.bl.test"),
        format!("{nibbles}10.bl.test"),
    ] {
        assert_eq!(client_of(&name, "bl.test"), None, "{name}");
    }
}
