use std::collections::BTreeSet;

use super::{Sender, names};

#[test]
fn every_sender_has_an_address_and_a_name_of_its_own() {
    let addresses: BTreeSet<_> = Sender::ALL.map(Sender::address).into();
    let names: BTreeSet<_> = Sender::ALL.map(Sender::helo).into();
    assert_eq!((addresses.len(), names.len()), (Sender::ALL.len(), Sender::ALL.len()));
    assert!(names.contains("opensmtpd.sender.example"), "{names:?}");
}

#[test]
fn the_resolver_knows_the_mail_server_and_every_sender() {
    let names = names();
    assert!(names.contains("local-data: \"example.org. MX 10 mx.example.org.\"\n"), "{names}");
    assert!(names.contains("local-data: \"exim.sender.example. A 203.0.113.102\"\n"), "{names}");
    assert!(names.contains("local-data-ptr: \"203.0.113.102 exim.sender.example\"\n"), "{names}");
}
