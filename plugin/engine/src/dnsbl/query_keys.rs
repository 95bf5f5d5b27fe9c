//! Keys in the names of lists: a secret between the customer and the list, not for clients and logs.

use super::name::{DomainName, PublicName};

/// The domains of vendors whose lists are called `[key.]list.domain`.
///
/// Sources: docs.spamhaus.com/datasets/docs/source/70-access-methods/data-query-service/040-dqs-queries.html;
/// docs.abusix.com/docs/guardian-mail/production-zones; Trend Micro, Email Reputation Services, MTA configuration
/// (`activationcode.r.mail-abuse.com`).
const KEYED: [&str; 3] = ["dq.spamhaus.net", "mail.abusix.zone", "mail-abuse.com"];

/// The name of a list without the key that its vendor is known to put before it; `None` if there is none.
pub fn without_key(list: &DomainName) -> Option<PublicName> {
    let vendor = KEYED.into_iter().find(|vendor| list.is_within(vendor))?;
    let (key, name) = list.as_str().strip_suffix(vendor)?.strip_suffix('.')?.rsplit_once('.')?;
    (!key.is_empty()).then(|| format!("{name}.{vendor}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
