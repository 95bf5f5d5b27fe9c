use super::*;

#[test]
fn an_entry_has_a_domain_a_filter_and_a_weight() {
    for (text, domain, filtered, weight) in [
        ("bl.test", "bl.test", false, 1),
        ("BL.Test*2", "bl.test", false, 2),
        ("bl.test=127.0.0.[2..11]*3", "bl.test", true, 3),
        ("list.dnswl.org=127.0.[0..255].0*-2", "list.dnswl.org", true, -2),
        ("bl.test*0", "bl.test", false, 0),
        ("bl.test*+5", "bl.test", false, 5),
    ] {
        let site: Site = text.parse().unwrap();
        assert_eq!(
            (site.domain.as_str(), site.filter.is_some(), site.weight),
            (domain, filtered, weight),
            "{text}"
        );
    }
}

#[test]
fn what_postfix_calls_fatal_is_an_error() {
    for (text, expected) in [
        ("bl.test*1.5", r#"bad DNSBL weight "1.5": expected a whole number"#),
        ("bl.test*x", r#"bad DNSBL weight "x""#),
        ("bl.test*", r#"bad DNSBL weight """#),
        ("bl.test*2=127.0.0.2", r#"bad DNSBL weight "2=127.0.0.2""#),
        ("bl.test*2147483648", r#"bad DNSBL weight "2147483648""#),
        ("1.2.3.4", "not a number or an address"),
        ("", "expected a host name"),
        ("=127.0.0.2", "expected a host name"),
        ("bl..test", "labels of 1 to 63"),
        ("bl.test.", "labels of 1 to 63"),
        ("-bl.test", r#"label "-bl" begins or ends with "-""#),
        ("bl_1.te$t", "'$' is not a letter"),
        ("bl.test=", "bad DNSBL filter syntax: empty address pattern"),
        ("a.test b.test", "one entry per string: ' ' does not belong here"),
        ("a.test,b.test", "one entry per string: ','"),
    ] {
        let error = text.parse::<Site>().unwrap_err();
        assert!(error.to_string().contains(expected), "{text} gave {error}");
    }
}

#[test]
fn an_error_points_at_the_part_that_is_wrong() {
    use SiteErrorKind::{Domain, Filter, Separator, Weight};
    let filter = |text: &str| Filter(text.parse::<crate::dnsbl::Filter>().unwrap_err());
    let domain = |text: &str| Domain(text.parse::<DomainName>().unwrap_err());
    for (entry, kind, start, part) in [
        ("b.test=127.0.0.256*2", filter("127.0.0.256"), 15, "256"),
        ("b.test=127.0.0", filter("127.0.0"), 14, ""),
        ("b.test=127.0.0.[2..1]", filter("127.0.0.[2..1]"), 19, "1"),
        ("b.test=[127.0.0.256]", filter("[127.0.0.256]"), 16, "256"),
        ("b.test=[127.0.0.2", filter("[127.0.0.2"), 7, "[127.0.0.2"),
        ("b.test=127.0.0.[2:3]", filter("127.0.0.[2:3]"), 17, ":"),
        ("b.test=127.0.0.[2;4", filter("127.0.0.[2;4"), 19, ""),
        ("b.test=[]*3", filter("[]"), 7, "[]"),
        ("b.test=*1", filter(""), 7, ""),
        ("b.test=127.0.0.2*x", Weight("x".to_owned()), 17, "x"),
        ("b.test=x*y", Weight("y".to_owned()), 9, "y"),
        ("b.test*1.5", Weight("1.5".to_owned()), 7, "1.5"),
        ("b.test*", Weight(String::new()), 7, ""),
        ("b.test*2=127.0.0.1", Weight("2=127.0.0.1".to_owned()), 7, "2=127.0.0.1"),
        ("1.2.3.4=127.0.0.1*2", domain("1.2.3.4"), 0, "1.2.3.4"),
        ("-b.test", domain("-b.test"), 0, "-b.test"),
        ("a.test, b.test", Separator(','), 0, "a.test, b.test"),
        ("a.test=127.0.0.2 b.test", Separator(' '), 0, "a.test"),
    ] {
        let error = entry.parse::<Site>().unwrap_err();
        assert_eq!(error.kind, kind, "{entry}");
        assert_eq!((error.span.start, entry.get(error.span)), (start, Some(part)), "{entry}");
    }
}

#[test]
fn a_domain_leaves_room_for_a_reversed_ipv6_address() {
    let domain =
        |length: usize| format!("{}x.test", "x.".repeat((length - 6) / 2) + &"x".repeat((length - 6) % 2));
    for (length, fits) in [(188, true), (189, true), (190, false)] {
        let text = domain(length);
        assert_eq!(text.len(), length);
        let site = text.parse::<Site>();
        assert_eq!(site.is_ok(), fits, "{length}");
        if let Ok(site) = site {
            let client = crate::dnsbl::reversed(std::net::Ipv6Addr::LOCALHOST.into());
            let zone = &zones(&[site], &[], &BTreeMap::new(), &[])[0];
            assert!(zone.question(&client).is_some(), "{length}");
        }
    }
}

#[test]
fn a_list_is_called_as_the_reply_map_says_and_else_without_its_key() {
    let name = |domain: &str, map: &[(&str, &str)]| {
        let map = map.iter().map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap())).collect();
        zones(&[domain.parse().unwrap()], &[], &map, &[]).remove(0).public_name.to_string()
    };
    assert_eq!(name("k3y.zen.dq.spamhaus.net", &[]), "zen.dq.spamhaus.net");
    assert_eq!(name("k3y.zen.dq.spamhaus.net", &[("k3y.zen.dq.spamhaus.net", "the zen")]), "the zen");
    assert_eq!(name("k3y.zen.dq.spamhaus.net", &[("k3y.sbl.dq.spamhaus.net", "x")]), "zen.dq.spamhaus.net");
    assert_eq!(name("k3y.bl.test", &[]), "k3y.bl.test", "of an unknown vendor nothing is known");
}
