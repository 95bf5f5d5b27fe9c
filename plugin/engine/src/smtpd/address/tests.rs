use super::*;

#[test]
fn any_text_is_an_address() {
    for (text, expected) in [
        ("<a@b>", "a@b"),
        ("  <a@b> SIZE=1", "a@b"),
        ("a@b SIZE=1", "a@b"),
        ("<>", ""),
        ("", ""),
        ("<a@b", "a@b"),
        ("a>b", "a>b"),
        (r#"<"a b"@c>"#, "a b@c"),
        (r#"<"a>b"@c>"#, "a>b@c"),
        (r"<a\>b@c>", "a>b@c"),
        (r#"<a\"b@c>"#, r#"a"b@c"#),
        (r"<a\", "a"),
        ("<@x,@y:a@b>", "a@b"),
        ("<@x:>", ""),
        ("<@x>", "@x"),
        ("<a:b@c>", "a:b@c"),
        ("<a b>", "a b"),
    ] {
        assert_eq!(extract(text.as_bytes()), expected.as_bytes(), "{text}");
    }
}

#[test]
fn quotes_stand_where_headers_need_them() {
    for (address, expected) in [
        ("", ""),
        ("a", "a"),
        ("a.b@c", "a.b@c"),
        ("a b@c", r#""a b"@c"#),
        ("a..b@c", r#""a..b"@c"#),
        (".a@c", r#"".a"@c"#),
        ("a.@c", r#""a."@c"#),
        ("@c", r#"""@c"#),
        ("a@b@c", r#""a@b"@c"#),
        (r#"a"b\c@d"#, r#""a\"b\\c"@d"#),
        ("a@b c", "a@b c"),
        ("\u{e9}@c", "\u{e9}@c"),
        ("a\r@c", "\"a\\\r\"@c"),
    ] {
        assert_eq!(quote(address.as_bytes()), expected.as_bytes(), "{address}");
    }
    for special in "()<>,;:[]\u{7f}\t".bytes() {
        let quoted = quote(&[b'a', special, b'@', b'b']);
        assert_eq!(quoted, [b'"', b'a', special, b'"', b'@', b'b']);
    }
}
