use super::*;

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

#[test]
fn lists_of_domains_are_known_by_name_or_by_a_label() {
    for list in [
        "dbl.spamhaus.org",
        "k3y.dbl.dq.spamhaus.net",
        "k3y.zrd.dq.spamhaus.net",
        "k3y.dblack.mail.abusix.zone",
        "multi.surbl.org",
        "multi.uribl.com",
        "black.uribl.com",
        "uribl.spameatingmonkey.net",
        "fresh15.spameatingmonkey.net",
        "rhsbl.scientificspam.net",
        "dbl.test",
        "fulldom.rfc-clueless.org",
    ] {
        assert!(of_domains(&name(list)).is_some(), "{list}");
    }
    for list in [
        "zen.spamhaus.org",
        "k3y.zen.dq.spamhaus.net",
        "k3y.combined.mail.abusix.zone",
        "bl.spameatingmonkey.net",
        "dnsbl.dronebl.org",
        "notsurbl.org",
        "ubl.test",
        "dbl-ip.test",
    ] {
        assert_eq!(of_domains(&name(list)), None, "{list}");
    }
}

#[test]
fn closed_lists_are_known_with_all_that_is_below_them() {
    for (list, year) in [
        ("dnsbl.sorbs.net", Some(2024)),
        ("dul.dnsbl.sorbs.net", Some(2024)),
        ("ix.dnsbl.manitu.net", Some(2025)),
        ("rhsbl.ahbl.org", Some(2015)),
        ("combined.njabl.org", Some(2013)),
        ("list.dsbl.org", Some(2008)),
        ("zen.spamhaus.org", None),
        ("dnsbl.manitu.net", None),
        ("notsorbs.net", None),
    ] {
        assert_eq!(closed(&name(list)).map(|closed| closed.year), year, "{list}");
    }
}

#[test]
fn good_answers_are_filters_that_take_no_error() {
    use crate::dnsbl::{Filter, known_errors};
    for (domain, answers) in GOOD_ANSWERS {
        let filter: Filter = answers.parse().unwrap();
        assert_eq!(known_errors(&name(domain)).find(|&address| filter.matches(address)), None, "{domain}");
    }
}
