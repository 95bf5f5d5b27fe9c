use super::*;
use crate::context::sample;

fn keys_of(token: &str) -> Vec<(String, String)> {
    let (_, mut context) = sample("postscreen_dnsbl_reply_map", token);
    match open(token, &mut context) {
        Ok(Table::Keys(entries)) => entries.into_iter().map(|entry| (entry.key, entry.value)).collect(),
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
