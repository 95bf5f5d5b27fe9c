use super::*;
use crate::Policy;
use proptest::prelude::*;

fn called(list: &str, old_map: &str, new_map: &str) -> String {
    let policy =
        |map: &str| Policy::parse(format!(r#"{{"dnsbl_reply_map": {{{map}}}}}"#).as_bytes()).unwrap();
    name(Pair { old: &policy(old_map), new: &policy(new_map) }, &list.parse().unwrap())
}

#[test]
fn a_list_has_its_public_name() {
    let mapped = r#""k.bl.test": "bl.test""#;
    for (list, old, new, expected) in [
        ("bl.example.org", "", "", "bl.example.org"),
        ("k.bl.test", "", mapped, "bl.test"),
        ("k.bl.test", mapped, "", "bl.test"),
        ("k.bl.test", mapped, r#""k.bl.test": "other""#, "other"),
        ("0123456789abcdef.bl.test", "", "", "bl.test"),
        ("key.zen.dq.spamhaus.net", "", "", "zen.dq.spamhaus.net"),
        ("dq.spamhaus.net", "", r#""key.zen.dq.spamhaus.net": "zen.spamhaus.org""#, "dq.spamhaus.net"),
        ("bl.test", "", mapped, "bl.test"),
        ("x.k.bl.test", "", mapped, "a name below bl.test"),
        ("k.test", r#""bl.k.test": "bl.test""#, "", "a name above bl.test"),
    ] {
        assert_eq!(called(list, old, new), expected, "{list} with {old} and {new}");
    }
}

proptest! {
    #[test]
    fn a_key_in_a_reply_map_never_shows(key in "[a-z]{3}q[a-z]{2}", below in any::<bool>(), above in any::<bool>()) {
        let mapped = format!("bl.{key}.example.org");
        let list = match (below, above) {
            (true, _) => format!("x.{mapped}"),
            (_, true) => format!("{key}.example.org"),
            _ => mapped.clone(),
        };
        let shown = called(&list, "", &format!(r#""{mapped}": "bl.example.org""#));
        prop_assert!(!shown.contains(&key), "{shown}");
    }
}
