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
    assert_eq!(keys_of("inline:{a=1, {b = 2 3}}"), expected);
}

#[test]
fn other_tables_say_why_not() {
    let (_, mut context) = sample("postscreen_access_list", "");
    for (token, expected) in [
        ("mysql:x", "A table of type mysql cannot be read here."),
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
    let rules = cidr_rules(&file, &mut context);
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
