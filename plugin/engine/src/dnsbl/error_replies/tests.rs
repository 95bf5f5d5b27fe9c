use super::*;
use proptest::prelude::*;

fn rules(words: &[&str]) -> Vec<ErrorReply> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

fn errors(list: &str, words: &[&str]) -> ErrorReplies {
    ErrorReplies::of(&list.parse().unwrap(), &rules(words))
}

#[test]
fn every_known_reply_is_a_rule_as_people_write_it() {
    for known in KNOWN_ERROR_REPLIES {
        let rule: ErrorReply = known.rule.parse().unwrap();
        assert_eq!(rule.to_string(), known.rule);
        assert!(!known.meaning.is_empty() && known.source.contains('.'), "{known:?}");
    }
    assert_eq!(ErrorReply::Known.rules().len(), KNOWN_ERROR_REPLIES.len());
}

#[test]
fn known_errors_are_none_at_the_list_that_means_something_else_by_them() {
    for (answer, errors_at, listings_at) in [
        (
            "127.0.0.1",
            "bl.test multi.uribl.com junkemailfilter.com",
            "hostkarma.junkemailfilter.com rbl.efnetrbl.org",
        ),
        ("127.0.0.1", "xisipp.com dnsbl.dronebl.org", "iadb.isipp.com iadb2.isipp.com isipp.com"),
        ("127.0.0.255", "wl.test list.dnswl.org iadb.isipp.com", "dnsbl.dronebl.org"),
        ("127.0.1.255", "dbl.test dbl.spamhaus.org k3y.dbl.dq.spamhaus.net", "iadb.isipp.com"),
        ("127.0.10.3", "list.dnswl.org k3y.list.dnswl.org dnswl.org", "wl.test mydnswl.org dnswl.org.test"),
        ("127.0.2.255", "k3y.zrd.dq.spamhaus.net", "bl.test zrd.test k3y.zen.dq.spamhaus.net"),
        ("127.0.0.2", "", "bl.test list.dnswl.org dnsbl.dronebl.org hostkarma.junkemailfilter.com"),
        ("127.0.10.2", "", "list.dnswl.org"),
        ("127.0.0.254", "", "bl.test"),
        ("127.0.1.1", "", "bl.test iadb.isipp.com"),
    ] {
        let address = answer.parse().unwrap();
        for (lists, expected) in [(errors_at, true), (listings_at, false)] {
            for list in lists.split_whitespace() {
                assert_eq!(errors(list, &["known"]).contain(address), expected, "{answer} at {list}");
            }
        }
    }
}

#[test]
fn the_first_rule_that_has_an_answer_decides() {
    let is_error =
        |words: &[&str], answer: &str| errors("own.bl.test", words).contain(answer.parse().unwrap());
    assert!(!is_error(&[], "127.0.0.1"), "as postscreen");
    assert!(is_error(&["bl.test=127.0.0.[9..10]"], "127.0.0.10"), "names below a list");
    assert!(!is_error(&["bl.test=127.0.0.[9..10]"], "127.0.0.11"));
    assert!(!is_error(&["other.test=127.0.0.9"], "127.0.0.9"));
    assert!(!is_error(&["!own.bl.test=127.0.0.1", "known"], "127.0.0.1"));
    assert!(is_error(&["known", "!own.bl.test=127.0.0.1"], "127.0.0.1"), "too late");
    assert!(is_error(&["!own.bl.test=127.0.0.1", "known"], "127.0.0.255"), "only these answers");
    assert!(!is_error(&["!*=127.0.[0..1].[1;255]", "known"], "127.0.1.255"));
}

#[test]
fn an_error_says_what_was_expected() {
    for (text, expected) in [
        ("", r#"expected "known" or [!]domain=filter, such as "#),
        ("Known", r#"expected "known" or"#),
        ("!known", r#"expected "known" or"#),
        ("bl.test", r#"expected "known" or"#),
        ("=127.0.0.1", "expected a host name"),
        ("!=127.0.0.1", "expected a host name"),
        ("**=127.0.0.1", "'*' is not a letter"),
        ("*.test=127.0.0.1", "'*' is not a letter"),
        ("!!bl.test=127.0.0.1", "'!' is not a letter"),
        ("bl.test=", "bad DNSBL filter syntax: empty address pattern"),
        ("bl.test=127.0.0.256", "bad DNSBL filter syntax: need decimal number 0..255"),
        ("bl.test=127.0.0.1*2", "bad DNSBL filter syntax: garbage after pattern"),
    ] {
        let error = text.parse::<ErrorReply>().unwrap_err().to_string();
        assert!(error.contains(expected), "{text} gave {error}");
    }
}

/// A rule of the model: excluded, labels of the domain, the last number of the answer.
fn rule() -> impl Strategy<Value = (bool, usize, u8)> {
    (any::<bool>(), 0_usize..4, 1_u8..4)
}

proptest! {
    #[test]
    fn rules_are_read_one_after_the_other(rules in proptest::collection::vec(rule(), 0..8), last in 1_u8..4) {
        const LIST: &str = "a.b.test";
        // Of the domains, the first three are the list or above it.
        let domains = ["*", "test", LIST, "c.b.test"];
        let words: Vec<String> = rules
            .iter()
            .map(|&(excluded, domain, answer)| {
                format!("{}{}=127.0.0.{answer}", if excluded { "!" } else { "" }, domains[domain])
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let model = rules.iter().find(|&&(_, domain, answer)| domain < 3 && answer == last);
        let told = errors(LIST, &words).contain([127, 0, 0, last].into());
        prop_assert_eq!(told, model.is_some_and(|&(excluded, ..)| !excluded));
    }

    #[test]
    fn any_text_is_read_or_refused_and_reads_the_same_when_written(text in "[!*=a-z0-9.\\[\\];]{0,24}") {
        if let Ok(rule) = text.parse::<ErrorReply>() {
            prop_assert_eq!(rule.to_string().parse::<ErrorReply>(), Ok(rule));
        }
    }
}
