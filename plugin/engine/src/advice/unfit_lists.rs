//! Lists that nobody should ask about clients, and answers of allowlists that are good ones.

use crate::dnsbl::DomainName;

/// Lists of domains, URLs or hashes, with those below them, and where that is said.
const OF_DOMAINS: [(&str, &str); 14] = [
    ("dbl.spamhaus.org", SPAMHAUS),
    ("dbl.dq.spamhaus.net", SPAMHAUS),
    ("zrd.dq.spamhaus.net", SPAMHAUS),
    ("hbl.dq.spamhaus.net", SPAMHAUS),
    ("dblack.mail.abusix.zone", ABUSIX),
    ("nod.mail.abusix.zone", ABUSIX),
    ("shorthash.mail.abusix.zone", ABUSIX),
    ("diskhash.mail.abusix.zone", ABUSIX),
    ("surbl.org", "surbl.org/faqs"),
    ("uribl.com", "uribl.com/about.shtml"),
    ("fresh.spameatingmonkey.net", SPAM_EATING_MONKEY),
    ("fresh15.spameatingmonkey.net", SPAM_EATING_MONKEY),
    ("urired.spameatingmonkey.net", SPAM_EATING_MONKEY),
    ("rfc-clueless.org", "rfc-clueless.org"),
];
const SPAMHAUS: &str = "docs.spamhaus.com, DQS queries";
const ABUSIX: &str = "docs.abusix.com, production zones";
const SPAM_EATING_MONKEY: &str = "spameatingmonkey.com/services";

/// Labels by which lists say that they are of domains: domain, right-hand side, and URI blocklist.
const DOMAIN_LIST_LABELS: [&str; 3] = ["dbl", "rhsbl", "uribl"];

/// A list that is no more.
pub struct ClosedList {
    domain: &'static str,
    /// When it closed, or began to list everybody.
    pub year: u16,
    /// Who says so.
    pub source: &'static str,
}

const fn list(domain: &'static str, year: u16, source: &'static str) -> ClosedList {
    ClosedList { domain, year, source }
}

/// Closed lists that still stand in configurations, the last ones first.
const CLOSED: [ClosedList; 14] = [
    list("ix.dnsbl.manitu.net", 2025, "heise.de/-10248714"),
    list("sorbs.net", 2024, "spamtacular.com/2024/06/05/sorbs-closing-has-been-announced"),
    list("ubl.unsubscore.com", 2024, "dnsbl.com, status of ubl.unsubscore.com"),
    list("dnsbl.inps.de", 2020, "dnsbl.com, status of dnsbl.inps.de"),
    list("megarbl.net", 2019, "dnsbl.com, status of megarbl.net"),
    list("spamcannibal.org", 2018, "wordtothewise.com/2018/05/spamcannibal-is-dead"),
    list("ahbl.org", 2015, "dnsbl.com, reminder: AHBL is shutting down"),
    list("dul.ru", 2015, "dnsbl.com, status of dul.ru"),
    list("trblspam.com", 2013, "dnsbl.com, status of spamtrap.trblspam.com"),
    list("njabl.org", 2013, "reviewmyemails.com, which blocklists have shut down"),
    list("rfc-ignorant.org", 2012, "rfc-clueless.org"),
    list("dsbl.org", 2008, "dsbl.org"),
    list("ordb.org", 2006, "reviewmyemails.com, which blocklists have shut down"),
    list("emailbasura.org", 2020, "dnsbl.com, status of bl.emailbasura.org"),
];

/// Allowlists, and the filter of their answers that are good senders.
const GOOD_ANSWERS: [(&str, &str); 2] = [
    // dnswl.org/?page_id=15: categories 2 to 15, trust from low to high; 127.0.10.3 is an error.
    ("dnswl.org", "127.0.[2..9;11..15].[1..3]"),
    ("hostkarma.junkemailfilter.com", "127.0.0.1"),
];

/// Who says that this is a list of domains, if it is one.
pub fn of_domains(list: &DomainName) -> Option<&'static str> {
    let known = OF_DOMAINS.into_iter().find(|(domain, _)| list.is_within(domain));
    let by_name = || list.as_str().split('.').any(|label| DOMAIN_LIST_LABELS.contains(&label));
    known.map(|(_, source)| source).or_else(|| by_name().then_some("as its name says"))
}

/// What is known of the end of this list, if it has ended.
pub fn closed(list: &DomainName) -> Option<&'static ClosedList> {
    CLOSED.iter().find(|closed| list.is_within(closed.domain))
}

/// The answers by which this allowlist means good senders, in the grammar of a filter.
pub fn good_answers(list: &DomainName) -> Option<&'static str> {
    GOOD_ANSWERS.into_iter().find(|(domain, _)| list.is_within(domain)).map(|(_, answers)| answers)
}

#[cfg(test)]
mod tests;
