use super::*;
use crate::context::sample;

fn keys_of(token: &str) -> Vec<(String, String)> {
    let (_, mut context) = sample("postscreen_dnsbl_reply_map", token);
    match open(token, &mut context) {
        Ok(LookupTable::Keys(entries)) => entries.into_iter().map(|entry| (entry.key, entry.value)).collect(),
        Ok(_) => panic!("{token} has keys"),
        Err(why) => panic!("{why}"),
    }
}

#[test]
fn a_text_file_is_read_whatever_postfix_makes_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("map");
    std::fs::write(&file, "# names\na.test  list a\n\tgoes on\nb.test\tb\nalone\n").unwrap();
    for kind in ["texthash", "hash", "btree", "lmdb", "cdb", "proxy:hash"] {
        let expected = [("a.test", "list a\tgoes on"), ("b.test", "b")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(keys_of(&format!("{kind}:{}", file.display())), expected, "{kind}");
    }
}

#[test]
fn an_inline_table_stands_in_main_cf() {
    let expected = [("a", "1"), ("b", "2 3")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(keys_of("inline:{a=0, a=1, {b = 2 3}}").into_iter().rev().collect::<Vec<_>>()[1..], expected);
}

#[test]
fn other_tables_say_why_not() {
    let (_, mut context) = sample("postscreen_access_list", "");
    for (token, expected) in [
        ("mysql:x", "A table of type mysql cannot be read here."),
        ("hsah:x", "A table of type hsah cannot be read here. Did you mean hash?"),
        ("cidr:/missing", "/missing cannot be read: No such file or directory (os error 2)."),
        ("word", "word is no type:table."),
        ("inline:x", "inline:x has no braces."),
    ] {
        assert_eq!(open(token, &mut context).err().as_deref(), Some(expected));
    }
}

fn read(text: &str) -> (Vec<String>, Vec<usize>) {
    let (_, mut context) = sample("postscreen_access_list", "");
    let file = context.files.add("a.cidr".to_owned(), text.to_owned());
    let rules = cidr::rules(&file, &mut context);
    let short = |rule: &TableRule| format!("{} {}", rule.patterns().join(" "), rule.value);
    let lines = context.warnings.iter().filter_map(|warning| warning.place.as_ref().map(ConfigPlace::line));
    (rules.iter().map(short).collect(), lines.collect())
}

#[test]
fn rules_are_read_as_postfix_does() {
    for (text, expected) in [
        ("192.0.2.1 permit\n", "192.0.2.1/32 permit"),
        ("192.0.2.0/24\treject  \n", "192.0.2.0/24 reject"),
        ("2001:db8::/32 dunno\n", "2001:db8::/32 dunno"),
        ("[2001:db8::]/32 dunno\n", "2001:db8::/32 dunno"),
        ("! 192.0.2.0/24 reject\n", "!192.0.2.0/24 reject"),
        ("!!192.0.2.0/24 reject\n", "192.0.2.0/24 reject"),
        ("192.0.2.0/24\n  permit_mynetworks,\n  reject\n", "192.0.2.0/24 permit_mynetworks,  reject"),
        ("if 192.0.2.0/24\n192.0.2.7 permit\nendif\n", "192.0.2.7/32 permit"),
        ("IF !192.0.2.0/25\n192.0.2.0/24 permit\nENDIF\n", "192.0.2.128/25 permit"),
        ("if 10.0.0.0/8\nif 10.1.0.0/16\n10.1.0.0/15 permit\nendif\nendif\n", ""),
        ("if 192.0.2.0/24\n198.51.100.1 permit\nendif\n", ""),
    ] {
        let (rules, warned) = read(text);
        if text.contains("10.1.0.0/15") {
            assert_eq!((rules.len(), warned), (0, vec![3]), "host bits");
        } else {
            assert_eq!((rules.join("\n").as_str(), warned), (expected, vec![]), "{text}");
        }
    }
}

#[test]
fn a_line_that_cannot_be_read_is_left_out_with_its_block() {
    let text =
        "192.0.2.1/24 permit\n192.0.2.2\nif nonsense\n0.0.0.0/0 permit\nendif\nendif\n192.0.2.3 reject\n";
    assert_eq!(read(text), (vec!["192.0.2.3/32 reject".to_owned()], vec![1, 2, 3, 6]));
}

fn said(token: &str, key: &str) -> Option<String> {
    let (_, mut context) = sample("postscreen_dnsbl_reply_map", token);
    open(token, &mut context).unwrap_or_else(|why| panic!("{why}")).lookup(key)
}

#[test]
fn a_key_is_looked_up_in_tables_of_every_type() {
    for (token, key, expected) in [
        ("inline:{a.test=1, a.test=2}", "A.test", Some("2")),
        ("inline:{a.test=1}", "b.test", None),
        ("static:{one two}", "x", Some("one two")),
        ("cidr:{{192.0.2.0/24 net}, {192.0.0.0/8 x}}", "192.0.2.1", Some("net")),
        ("cidr:{{192.0.2.0/24 net}}", "a.test", None),
        ("pcre:{{/^(a)\\.test$/ $1}}", "A.TEST", Some("A")),
        ("unionmap:{static:1, inline:{a=2}, static:3}", "a", Some("1,2,3")),
        ("unionmap:{inline:{a=1}, inline:{b=2}}", "b", Some("2")),
        ("unionmap:{inline:{a=1}, inline:{b=2}}", "c", None),
        ("pipemap:{inline:{a=b}, inline:{b=c}}", "a", Some("c")),
        ("pipemap:{inline:{a=b}, inline:{x=c}}", "a", None),
        ("proxy:unionmap:{proxy:static:1}", "a", Some("1")),
    ] {
        assert_eq!(said(token, key).as_deref(), expected, "{token} {key}");
    }
}

#[test]
fn tables_within_each_other_have_a_limit() {
    let (_, mut context) = sample("postscreen_access_list", "");
    for (depth, works) in [(DEPTH_MAX - 1, true), (DEPTH_MAX, true), (DEPTH_MAX + 1, false), (100_000, false)]
    {
        let token = "proxy:".repeat(depth - 1) + "static:permit";
        assert_eq!(open(&token, &mut context).is_ok(), works, "{depth}");
    }
}

#[test]
fn combined_tables_are_lists_of_addresses() {
    let rules = |token: &str| {
        let (_, mut context) = sample("postscreen_access_list", token);
        let rules = open(token, &mut context).and_then(|table| table.address_rules(&mut context)).unwrap();
        let short = |rule: &TableRule| format!("{} {}", rule.patterns().join(" "), rule.value);
        rules.iter().map(short).collect::<Vec<_>>()
    };
    let both = "unionmap:{cidr:{{192.0.2.0/31 permit}}, inline:{192.0.2.1=reject, 192.0.2.9=dunno}}";
    let expected = ["192.0.2.1/32 permit,reject", "192.0.2.0/32 permit", "192.0.2.9/32 dunno"];
    assert_eq!(rules(both), expected);
    assert_eq!(
        rules("pipemap:{cidr:{{192.0.2.0/24 a}, {0.0.0.0/0 x}}, inline:{a=permit}}"),
        ["192.0.2.0/24 permit"]
    );
}

#[test]
fn a_file_without_an_entry_is_told_and_so_is_a_key_without_a_value() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("map");
    for (text, warnings) in [("", 1), ("# only\n\n", 1), ("a b\n", 0), ("a\n", 1)] {
        std::fs::write(&file, text).unwrap();
        let (_, mut context) = sample("postscreen_dnsbl_reply_map", "");
        assert!(open(&format!("hash:{}", file.display()), &mut context).is_ok());
        assert_eq!(context.warnings.len(), warnings, "{text:?}");
    }
}
