use std::collections::BTreeSet;

use super::*;

#[test]
fn each_name_stands_once() {
    let names: BTreeSet<_> = all().map(|parameter| parameter.name).collect();
    assert_eq!(names.len(), all().count());
}

#[test]
fn what_is_referred_to_is_there() {
    for parameter in all() {
        match parameter.fate {
            Fate::OldName(of) => assert!(find(of).is_some(), "{of}"),
            Fate::Inherited(by) => {
                for heir in by.split(", ") {
                    let default = find(heir).and_then(|heir| heir.default).unwrap_or_default();
                    assert!(default.contains(parameter.name), "{heir} does not inherit {}", parameter.name);
                }
            }
            Fate::Field { .. } => {}
            Fate::None { why, instead } => {
                assert!(why.ends_with('.') && !instead.ends_with('.'), "{}", parameter.name);
            }
        }
    }
}

#[test]
fn names_that_values_refer_to_have_defaults() {
    assert_eq!(default("mail_name"), Some("Postfix"));
    assert_eq!(default("postscreen_greet_ttl"), Some("1d"));
    assert_eq!(default("myhostname"), None);
    assert_eq!(default("nonsense"), None);
}
