use super::*;

#[test]
fn what_stands_before_the_list_of_a_known_vendor_is_a_key() {
    for (list, public) in [
        ("k3y.zen.dq.spamhaus.net", Some("zen.dq.spamhaus.net")),
        ("K3Y.Sbl-Xbl.DQ.spamhaus.net", Some("sbl-xbl.dq.spamhaus.net")),
        ("_x.k3y.hbl.dq.spamhaus.net", Some("hbl.dq.spamhaus.net")),
        ("k3y.combined.mail.abusix.zone", Some("combined.mail.abusix.zone")),
        ("k3y.r.mail-abuse.com", Some("r.mail-abuse.com")),
        ("zen.dq.spamhaus.net", None),
        ("dq.spamhaus.net", None),
        ("zen.spamhaus.org", None),
        ("k3y.zen.notdq.spamhaus.net", None),
        ("k3y.zen.xdq.spamhaus.net", None),
        ("k3y.bl.example.org", None),
    ] {
        let told = without_key(&list.parse().unwrap());
        assert_eq!(told.as_ref().map(PublicName::as_str), public, "{list}");
    }
}
