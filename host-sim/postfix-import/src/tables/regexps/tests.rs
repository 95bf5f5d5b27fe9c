use proptest::prelude::*;

use super::*;
use crate::context::sample;

fn table(text: &str, pcre: bool) -> (Result<Regexps, String>, Vec<String>) {
    let (_, mut context) = sample("postscreen_dnsbl_reply_map", "");
    let file = context.files.add("map".to_owned(), text.to_owned());
    let table = Regexps::read(&file, pcre, &mut context);
    (table, context.warnings.iter().map(|warning| warning.why.clone()).collect())
}

#[test]
fn the_first_rule_that_matches_decides() {
    for (text, key, expected) in [
        ("/^a$/ one\n/a/ two\n", "a", Some("one")),
        ("/^a$/ one\n/a/ two\n", "ba", Some("two")),
        ("/^a$/ one\n", "b", None),
        ("/A/ one\n", "a", Some("one")),
        ("/A/i one\n", "a", None),
        ("!/a/ others\n", "b", Some("others")),
        ("!/a/ others\n", "a", None),
        ("! ! /a/ twice\n", "a", Some("twice")),
        ("if /a/\n/b/ both\nendif\n/./ one\n", "ab", Some("both")),
        ("if /a/\n/b/ both\nendif\n/./ one\n", "b", Some("one")),
        ("IF !/a/\nif /b/\n/c/ x\nENDIF\n/b/ y\nendif\n", "bd", Some("y")),
        ("/(x)(y)?/ <$1-${2}-$(1)-$$1>\n", "x", Some("<x--x-$1>")),
        ("@a/b@ slash\n", "a/b", Some("slash")),
        ("/a\\/b/ slash\n", "a/b", Some("slash")),
        ("/a/\n", "a", Some("")),
        ("/a/  one # two\n  three\n", "a", Some("one # two  three")),
        ("/a b/x one\n", "ab", Some("one")),
        ("/b/A one\n/./ two\n", "ab", Some("two")),
        ("/^(?!zen\\.).*$/ other\n", "bl.test", Some("other")),
    ] {
        let (table, warnings) = table(text, true);
        assert_eq!(table.unwrap().lookup(key).as_deref(), expected, "{text} {key}");
        assert!(warnings.is_empty(), "{text}: {warnings:?}");
    }
}

#[test]
fn a_posix_set_has_no_backslashes() {
    for (text, key, expected) in [
        (r"/^[\.]a/ one", ".a", true),
        (r"/^[\.]a/ one", r"\a", true),
        ("/^[^]a]/ one", "]", false),
        ("/^[[:alpha:]]+$/ one", "abc", true),
        ("/^[a[]+$/ one", "[a", true),
        ("/^(a|b){2}$/ one", "ab", true),
    ] {
        let (table, warnings) = table(text, false);
        assert_eq!(table.unwrap().lookup(key).is_some(), expected, "{text} {key}: {warnings:?}");
    }
}

#[test]
fn a_rule_that_cannot_be_read_is_left_out() {
    for (text, pcre, why) in [
        ("word x", true, "expected /pattern/, if or endif"),
        ("/a x", true, "there is no second /"),
        ("!", true, "there is no pattern"),
        ("/a/q x", true, "there is no flag 'q'"),
        ("/a/A x", false, "there is no flag 'A'"),
        ("/a/U x", true, "the flag U cannot be read here"),
        ("/a/x x", false, "basic regular expressions cannot be read here"),
        ("/(/ x", true, "its pattern cannot be read here"),
        ("/a/ $1", true, "there is no group 1"),
        ("/a/ $name", true, "there is no group \"name\""),
        ("/a/ $0", true, "there is no group \"0\""),
        ("!/(a)/ $1", true, "a pattern that does not match has no groups"),
        ("endif", true, "an endif without an if"),
        ("if /(/\n/./ x\nendif\n/a/ y", true, "its pattern cannot be read here"),
    ] {
        let (table, warnings) = table(text, pcre);
        assert_eq!(warnings, [format!("It is left out: {why}.")], "{text}");
        assert_eq!(table.unwrap().lookup("b"), None, "{text}");
    }
}

#[test]
fn rules_have_a_limit() {
    for (rules, works) in [(RULES_MAX - 1, true), (RULES_MAX, true), (RULES_MAX + 1, false)] {
        let text = "/a/ x\n".repeat(rules);
        assert_eq!(table(&text, true).0.is_ok(), works, "{rules}");
    }
}

#[test]
fn patterns_of_addresses_are_networks() {
    for (pattern, expected) in [
        (r"/^192\.0\.2\./", Some("192.0.2.0/24")),
        (r"/^192\.0\.2\.7$/", Some("192.0.2.7/32")),
        ("/^10[.]/", Some("10.0.0.0/8")),
        (
            r"!/^0\./",
            Some("1.0.0.0/8 2.0.0.0/7 4.0.0.0/6 8.0.0.0/5 16.0.0.0/4 32.0.0.0/3 64.0.0.0/2 128.0.0.0/1 ::/0"),
        ),
        ("/./", Some("0.0.0.0/0 ::/0")),
        // About more than one network.
        (r"/^192\.0\.2/", None),
        (r"/192\.0\.2\./", None),
        (r"/^192.0.2.7$/", None),
        (r"/^192\.0\.2\.$/", None),
        (r"/^192\.0\.2\.7/", None),
        (r"/^192\.0\.2\.07$/", None),
        (r"/^192\.0\.2\.256$/", None),
        (r"/^1\.2\.3\.4\.5$/", None),
        ("if /./", None),
    ] {
        let (table, _) = table(&format!("{pattern} permit\n"), true);
        let rules = table.unwrap().address_rules().ok();
        let shown =
            rules.map(|rules| rules.iter().flat_map(TableRule::patterns).collect::<Vec<_>>().join(" "));
        assert_eq!(shown.as_deref(), expected, "{pattern}");
    }
}

proptest! {
    #[test]
    fn a_network_of_a_pattern_holds_exactly_what_matches(
        text in r"\^[0-3](\\\.[0-3]){0,3}(\\\.|\$)?",
        octets in any::<[u8; 4]>(),
    ) {
        let (table, _) = table(&format!("/{text}/ permit\n"), true);
        let table = table.unwrap();
        let octets = octets.map(|octet| octet % 4);
        let address = std::net::Ipv4Addr::from(octets);
        let matches = table.lookup(&address.to_string()).is_some();
        if let Ok(rules) = table.address_rules() {
            let of_address = crate::addresses::Addresses::of(ipnet::IpNet::from(std::net::IpAddr::from(address)));
            let held = rules.iter().any(|rule| !rule.matches.and(&of_address).is_empty());
            prop_assert_eq!(held, matches, "{} {}", text, address);
        }
    }

    #[test]
    fn any_line_is_read_or_left_out(line in ".{0,60}", key in "[a-z.]{0,20}", pcre: bool) {
        let (table, _) = table(&line, pcre);
        prop_assert!(table.is_ok());
        let _ = table.map(|table| table.lookup(&key));
    }
}
