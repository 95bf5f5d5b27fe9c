//! What is worth a second look in a configuration that is valid: entries that harm their owner, with a reason and with
//! what to write in place of them. On hosts only: `host-sim check` and `host-sim import` show it, Envoy gives none.

mod deep_tests;
mod idle_actions;
mod keys;
mod nearest;
mod unfit_lists;

pub use keys::{entry_without_key, name_without_key};
pub use nearest::nearest;

use crate::dnsbl::{ErrorReplies, Filter, Site, known_errors, without_key};
use crate::policy::Policy;
use keys::domain_without_key;
use std::fmt;
use std::net::Ipv4Addr;
use unfit_lists::{closed, good_answers, of_domains};

/// Something to change in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The field.
    pub field: &'static str,
    /// The entry of the field, from 0; `None` when the field as a whole is meant.
    pub index: Option<usize>,
    /// The entry, or the field's value, as it is written, with `KEY` in place of what may be a secret.
    pub entry: String,
    /// What is wrong with it, in sentences.
    pub why: String,
    /// What to do about it: a clause without a full stop.
    pub instead: String,
}

impl fmt::Display for Advice {
    /// The place and the entry, such as `dnsbl_sites[1] = "dbl.example.org*8"`, or `pipelining_enable = true`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}] = {:?}", self.field, self.entry),
            None => write!(f, "{} = {}", self.field, self.entry),
        }
    }
}

/// All advice about a configuration: first about its lists, in their order.
pub fn advice(policy: &Policy) -> Vec<Advice> {
    let sites = policy.dnsbl_sites.iter().enumerate();
    let about_sites = sites.flat_map(|(index, site)| about_site(policy, index, site));
    about_sites.chain(idle_actions::advice(policy)).chain(deep_tests::advice(policy)).collect()
}

fn about_site(policy: &Policy, index: usize, site: &Site) -> Vec<Advice> {
    let entry = entry_without_key(site);
    let about = |(why, instead)| Advice {
        field: "dnsbl_sites",
        index: Some(index),
        entry: entry.clone(),
        why,
        instead,
    };
    let answers = || filterless_allowlist(site).or_else(|| allowlist_of_errors(policy, site));
    let first = !policy.dnsbl_sites.iter().take(index).any(|before| before.domain == site.domain);
    let key = if first { shown_key(policy, site) } else { None };
    [closed_list(site).or_else(|| list_of_domains(site)).or_else(answers), key]
        .into_iter()
        .flatten()
        .map(about)
        .collect()
}

/// Why, and what instead.
type Reason = (String, String);

fn closed_list(site: &Site) -> Option<Reason> {
    let list = closed(&site.domain)?;
    let why = format!(
        "This list closed in {} ({}): it knows nobody, or makes clients wait, or lists everybody.",
        list.year, list.source
    );
    Some((why, "leave it out".to_owned()))
}

fn list_of_domains(site: &Site) -> Option<Reason> {
    let source = of_domains(&site.domain)?;
    let why = format!(
        "This is a list of domains or URLs ({source}): it knows no client, and what it says about addresses is none \
         of its listings."
    );
    let instead = "leave it out; ask it about domains, in the mail server or a content filter";
    Some((why, instead.to_owned()))
}

fn filterless_allowlist(site: &Site) -> Option<Reason> {
    if site.weight >= 0 || site.filter.is_some() {
        return None;
    }
    let why = "Without a filter every answer counts for a good sender, also one that means something else, such as \
               that you ask too much.";
    Some((why.to_owned(), with_good_answers(site)))
}

/// What the engine leaves out on its own is no reason: only what `dnsbl_error_replies` lets through.
fn allowlist_of_errors(policy: &Policy, site: &Site) -> Option<Reason> {
    let filter = site.filter.as_ref().filter(|_| site.weight < 0)?;
    let left_out = ErrorReplies::of(&site.domain, &policy.dnsbl_error_replies);
    let taken = |&address: &Ipv4Addr| filter.matches(address) && !left_out.contain(address);
    let errors: Vec<_> =
        known_errors(&site.domain).filter(taken).map(|address| address.to_string()).collect();
    if errors.is_empty() {
        return None;
    }
    let why = format!(
        "The filter takes {}, by which lists say to everybody that they do not answer, and dnsbl_error_replies lets \
         that through.",
        errors.join(", ")
    );
    Some((why, format!("{}, or add \"known\" to dnsbl_error_replies", with_good_answers(site))))
}

fn with_good_answers(site: &Site) -> String {
    match good_answers(&site.domain).and_then(|answers| answers.parse::<Filter>().ok()) {
        Some(filter) => {
            format!("write {}", entry_without_key(&Site { filter: Some(filter), ..site.clone() }))
        }
        None => format!(
            "write the answers of good senders into a filter, such as {}=127.0.0.2*{}; the list's page has them",
            domain_without_key(&site.domain),
            site.weight
        ),
    }
}

/// The keys of known vendors are hidden without being told.
fn shown_key(policy: &Policy, site: &Site) -> Option<Reason> {
    if policy.dnsbl_reply_map.contains_key(&site.domain) || without_key(&site.domain).is_some() {
        return None;
    }
    let name = name_without_key(&site.domain)?;
    let why = "A part of this name looks like a key, and every refused client sees it.";
    let instead = format!(
        "write \"dnsbl_reply_map\": {{\"{}\": \"{name}\"}}, with the key for KEY",
        domain_without_key(&site.domain)
    );
    Some((why.to_owned(), instead))
}

#[cfg(test)]
mod tests;
