use super::*;

#[test]
fn the_interface_gets_every_address_once() {
    let addresses = ["203.0.113.9", "2001:db8::9"].map(|address| address.parse().unwrap());
    assert_eq!(
        ip_batch(&addresses.into()),
        "link set lo up\naddr replace 203.0.113.9/32 dev lo\naddr replace 2001:db8::9/128 dev lo nodad\n"
    );
}
