use super::*;

#[test]
fn a_long_label_of_letters_and_digits_looks_like_a_key() {
    for (list, name) in [
        ("abcdefgh1jklmnop.bl.example.net", Some("bl.example.net")),
        ("abcdefgh1jklmno.bl.example.net", None),
        ("0123456789abcdef0123456789abcdef.bl.example.net", Some("bl.example.net")),
        ("x.abcdefgh1jklmnop.bl.example.net", Some("bl.example.net")),
        ("secretkey.zen.dq.spamhaus.net", Some("zen.dq.spamhaus.net")),
        ("backscatter.spameatingmonkey.net", None),
        ("abcdefghijklmnopqrst.example.net", None),
        ("01234567890123456789.example.net", None),
        ("abcdefgh-1jklmnopqr.example.net", None),
        ("bl.abcdefgh1jklmnop.net", None),
        ("abcdefgh1jklmnop", None),
    ] {
        let told = name_without_key(&list.parse().unwrap());
        assert_eq!(told.as_ref().map(PublicName::as_str), name, "{list}");
    }
}
