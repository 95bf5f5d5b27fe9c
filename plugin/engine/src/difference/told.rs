//! What clients are told, and what the log says.

use super::actions::test_turned;
use super::entries::{Changes, limited};
use super::pair::{Pair, count};
use super::{Difference, Topic};
use crate::dnsbl::{DomainName, without_key};
use crate::policy::{EhloKeyword, KeywordRule, Policy};
use crate::record::Test;
use std::collections::BTreeSet;

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    let found = [
        myhostname(pair),
        smtpd_banner(pair),
        greet_banner(pair),
        soft_bounce(pair),
        reject_footer(pair),
        dnsbl_reason(pair),
        dnsbl_reply_map(pair),
        helo_required(pair),
        disable_vrfy(pair),
        discarded_keywords(pair),
        discarded_keywords_by_network(pair),
        message_size_limit(pair),
        smtputf8(pair),
        respectful_logging(pair),
    ];
    found.into_iter().flatten().collect()
}

fn myhostname(pair: Pair<'_>) -> Option<Difference> {
    pair.text(
        Topic::Told,
        "myhostname",
        |policy| policy.myhostname.as_str(),
        |_, now| vec![format!("The screen calls itself {now} in greetings and replies.")],
    )
}

/// Another template with the same text is none.
fn smtpd_banner(pair: Pair<'_>) -> Option<Difference> {
    let text = |policy: &Policy| policy.smtpd_banner.expand(&policy.myhostname);
    let template = |policy: &Policy| format!("{:?}", policy.smtpd_banner.to_string());
    let found = pair.plain(Topic::Told, "smtpd_banner", template, |_, _| {
        vec![format!(
            "Clients that the screen talks to are greeted with {:?}.",
            format!("220 {}", text(pair.new))
        )]
    });
    found.filter(|_| text(pair.old) != text(pair.new))
}

/// Likewise; and whether there is one says whether there is a test.
fn greet_banner(pair: Pair<'_>) -> Option<Difference> {
    let text = |policy: &Policy| policy.greet_banner.expand_within(&policy.smtpd_banner, &policy.myhostname);
    let template = |policy: &Policy| format!("{:?}", policy.greet_banner.to_string());
    let turned = test_turned(pair, Test::Pregreet);
    let same = turned.is_none() && text(pair.old) == text(pair.new);
    let topic = if turned.is_some() { Topic::Served } else { Topic::Told };
    let found = pair.plain(topic, "greet_banner", template, |_, _| {
        let teaser = || {
            format!("A client is teased with {:?}, where the host can.", format!("220-{}", text(pair.new)))
        };
        turned.into_iter().chain((!pair.new.greet_banner.is_empty()).then(teaser)).collect()
    });
    found.filter(|_| !same)
}

fn soft_bounce(pair: Pair<'_>) -> Option<Difference> {
    let on = "Every 5xx reply is sent as a 4xx one: senders that are refused come again.";
    let off = "5xx replies are sent as they are: senders that are refused give up.";
    pair.switch(Topic::Told, "soft_bounce", |policy| policy.soft_bounce, [on, off])
}

fn reject_footer(pair: Pair<'_>) -> Option<Difference> {
    pair.text(
        Topic::Told,
        "reject_footer",
        |policy| policy.reject_footer.template(),
        |_, now| {
            vec![if now.is_empty() {
                "Refusals have no footer any more.".to_owned()
            } else {
                "Every 4xx and 5xx reply ends with this text.".to_owned()
            }]
        },
    )
}

fn dnsbl_reason(pair: Pair<'_>) -> Option<Difference> {
    let on = "A client that a list blocks is told what the list says about it (its TXT record).";
    let off = "A client that a list blocks is told the list's name only.";
    pair.switch_of(
        Test::Dnsbl,
        Topic::Told,
        "dnsbl_reason_enable",
        |policy| policy.dnsbl_reason_enable,
        [on, off],
    )
}

/// No domain is written here: each was in a map because it may hold a key.
fn dnsbl_reply_map(pair: Pair<'_>) -> Option<Difference> {
    let seen = |policy: &Policy, list: &DomainName| {
        let mapped = policy.dnsbl_reply_map.get(list).cloned();
        mapped.or_else(|| without_key(list)).map(|name| name.to_string())
    };
    let maps = [&pair.old.dnsbl_reply_map, &pair.new.dnsbl_reply_map];
    let lists: BTreeSet<&DomainName> = maps.into_iter().flat_map(|map| map.keys()).collect();
    let changed = lists.into_iter().filter_map(|list| {
        let (before, now) = (seen(pair.old, list), seen(pair.new, list));
        let what = match (&before, &now) {
            _ if before == now => return None,
            (Some(before), Some(now)) => format!("Clients and logs see {now:?} in place of {before:?}"),
            (None, Some(now)) => format!("Clients and logs see {now:?} in place of the list's domain"),
            (Some(before), None) => {
                format!("Clients and logs see the list's domain, with any key in it, in place of {before:?}")
            }
            (None, None) => return None,
        };
        let is_asked = pair.new.zones().iter().any(|zone| zone.domain == *list);
        Some(what + if is_asked { "." } else { "; the list is not asked, so this has no effect yet." })
    });
    let meaning = limited(changed);
    let size = |policy: &Policy| count(policy.dnsbl_reply_map.len(), "name");
    (!meaning.is_empty()).then(|| Difference {
        topic: Topic::Told,
        field: "dnsbl_reply_map",
        old: size(pair.old),
        new: size(pair.new),
        meaning,
    })
}

fn helo_required(pair: Pair<'_>) -> Option<Difference> {
    let on = "A client that the screen talks to must say HELO or EHLO before MAIL and ETRN.";
    let off = "A client that the screen talks to need not say HELO or EHLO.";
    pair.switch(Topic::Told, "helo_required", |policy| policy.helo_required, [on, off])
}

fn disable_vrfy(pair: Pair<'_>) -> Option<Difference> {
    let on = "VRFY is not offered, and refused as a command that is disabled (502).";
    let off = "VRFY is offered, and answered like RCPT.";
    pair.switch(Topic::Told, "disable_vrfy_command", |policy| policy.disable_vrfy_command, [on, off])
}

fn discarded_keywords(pair: Pair<'_>) -> Option<Difference> {
    let keywords =
        |policy: &Policy| policy.discard_ehlo_keywords.iter().map(ToString::to_string).collect::<Vec<_>>();
    let changes = Changes::of_sets(keywords(pair.old), keywords(pair.new));
    let effect = "The EHLO reply leaves these keywords out; silent-discard leaves out the log line about it."
        .to_owned();
    (!changes.is_empty()).then(|| Difference {
        topic: Topic::Told,
        field: "discard_ehlo_keywords",
        old: count(pair.old.discard_ehlo_keywords.len(), "keyword"),
        new: count(pair.new.discard_ehlo_keywords.len(), "keyword"),
        meaning: [vec![effect], changes.sentences(String::clone)].concat(),
    })
}

fn discarded_keywords_by_network(pair: Pair<'_>) -> Option<Difference> {
    let rule = |rule: &KeywordRule| {
        let keywords: BTreeSet<EhloKeyword> = rule.keywords.iter().copied().collect();
        let keywords: Vec<_> = keywords.into_iter().map(EhloKeyword::as_str).collect();
        let left_out = if keywords.is_empty() { "nothing".to_owned() } else { keywords.join(" ") };
        format!("{left_out} for {}", rule.cidr)
    };
    let rules =
        |policy: &Policy| policy.discard_ehlo_keyword_address_maps.iter().map(rule).collect::<Vec<_>>();
    let (old, new) = (rules(pair.old), rules(pair.new));
    let changes = Changes::of_sequences(&old, &new);
    let effect =
        "The EHLO reply leaves these keywords out for these networks, in place of discard_ehlo_keywords.";
    (!changes.is_empty()).then(|| Difference {
        topic: Topic::Told,
        field: "discard_ehlo_keyword_address_maps",
        old: count(old.len(), "rule"),
        new: count(new.len(), "rule"),
        meaning: [vec![effect.to_owned()], changes.sentences(String::clone)].concat(),
    })
}

fn message_size_limit(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(
        Topic::Told,
        "message_size_limit",
        |policy| policy.message_size_limit,
        |_, now| {
            vec![match now {
                0 => "The EHLO reply names no size.".to_owned(),
                _ => format!("The EHLO reply names {now} bytes as the largest message."),
            }]
        },
    )
}

fn smtputf8(pair: Pair<'_>) -> Option<Difference> {
    let on = "The EHLO reply offers SMTPUTF8; a command that is no UTF-8 is no SMTP command.";
    let off = "The EHLO reply does not offer SMTPUTF8; a command may have any bytes.";
    pair.switch(Topic::Told, "smtputf8_enable", |policy| policy.smtputf8_enable, [on, off])
}

fn respectful_logging(pair: Pair<'_>) -> Option<Difference> {
    let on = "Log lines say ALLOWLISTED and DENYLISTED: programs that read the log must know these words.";
    let off = "Log lines say WHITELISTED and BLACKLISTED: programs that read the log must know these words.";
    pair.switch(Topic::Told, "respectful_logging", |policy| policy.respectful_logging, [on, off])
}
