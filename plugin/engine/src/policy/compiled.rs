//! What follows from the parameters, worked out once, when they are read.

use super::{BANNER_MAX, Period, Policy, PolicyError};
use crate::dnsbl::{Zone, zones};
use crate::metric::Catalogue;
use crate::record::{Record, Test, TestSet};
use crate::reply;
use siphasher::sip::SipHasher13;
use std::fmt;
use std::hash::Hasher;

/// Everything that is the same for all clients.
#[derive(Clone, Debug, Default)]
pub(super) struct Compiled {
    pub zones: Vec<Zone>,
    pub lists_id: u32,
    pub id: PolicyId,
    pub enabled: TestSet,
    pub on_trial: TestSet,
    /// Deep tests that are on, and on trial.
    pub deep_trials: TestSet,
    pub shortest_ttl: u64,
    /// `220 …`, as it goes to clients.
    pub greeting: Vec<u8>,
    /// `220-…`, as it goes to clients.
    pub teaser: Vec<u8>,
    pub catalogue: Catalogue,
}

/// The version of a configuration, eight hexadecimal digits in text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyId(u32);

impl PolicyId {
    pub(super) fn of(json: &[u8]) -> Self {
        let mut hasher = SipHasher13::new();
        hasher.write(json);
        let [.., a, b, c, d] = hasher.finish().to_be_bytes();
        Self(u32::from_be_bytes([a, b, c, d]))
    }
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl Compiled {
    pub fn new(policy: &Policy) -> Result<Self, PolicyError> {
        let banner = policy.smtpd_banner.expand(&policy.myhostname);
        let teaser = policy.greet_banner.expand_within(&policy.smtpd_banner, &policy.myhostname);
        for (path, text) in [("smtpd_banner", &banner), ("greet_banner", &teaser)] {
            if text.len() > BANNER_MAX {
                return Err(PolicyError::too_long(path, text.len(), BANNER_MAX));
            }
        }
        let is_decisive = |domain| policy.dnsbl_sites.iter().any(|site| &site.domain == domain);
        let mut trial_sites = policy.dnsbl_trial_sites.iter().enumerate();
        if let Some((index, site)) = trial_sites.find(|(_, site)| is_decisive(&site.domain)) {
            return Err(PolicyError::on_trial_and_not(index, site));
        }
        let zones = zones(
            &policy.dnsbl_sites,
            &policy.dnsbl_trial_sites,
            &policy.dnsbl_reply_map,
            &policy.dnsbl_error_replies,
        );
        let on_trial: TestSet = policy.trial_tests.iter().copied().collect();
        let switched_on = switched_on(policy);
        let deep_trials = switched_on & on_trial & TestSet::DEEP;
        Ok(Self {
            lists_id: lists_id(policy),
            id: PolicyId::default(),
            enabled: switched_on.without(deep_trials),
            on_trial,
            deep_trials,
            shortest_ttl: shortest_ttl(policy),
            catalogue: Catalogue::new(&zones),
            zones,
            // No footer: it is no refusal. But whoever is called 5.example greets with a 4, see there.
            greeting: policy.reply_style().soften(&reply::greeting(&banner)).into_owned().into_bytes(),
            teaser: reply::teaser(&teaser).into_bytes(),
        })
    }
}

/// On trial or not.
fn switched_on(policy: &Policy) -> TestSet {
    let tests = [
        (Test::Pregreet, !policy.greet_banner.is_empty()),
        (Test::Dnsbl, !policy.dnsbl_sites.is_empty()),
        (Test::Pipelining, policy.pipelining_enable),
        (Test::NonSmtpCommand, policy.non_smtp_command_enable),
        (Test::BareNewline, policy.bare_newline_enable),
    ];
    tests.into_iter().filter_map(|(test, on)| on.then_some(test)).collect()
}

/// Never [`Record::NO_LISTS`]. Lists on trial give no pass, and void none.
fn lists_id(policy: &Policy) -> u32 {
    let mut hasher = SipHasher13::new();
    for site in policy.dnsbl_sites.iter() {
        hasher.write(site.to_string().as_bytes());
        hasher.write_u8(b'\n');
    }
    for sender in policy.allow_spf.iter() {
        hasher.write(sender.to_string().as_bytes());
        hasher.write_u8(b'@');
    }
    hasher.write_u8(policy.allow_spf_listed.into());
    hasher.write_i32(policy.dnsbl_threshold);
    hasher.write_i32(policy.dnsbl_allowlist_threshold);
    let [.., a, b, c, d] = hasher.finish().to_be_bytes();
    u32::from_be_bytes([a, b, c, d]).max(Record::NO_LISTS + 1)
}

fn shortest_ttl(policy: &Policy) -> u64 {
    let all = [
        policy.greet_ttl,
        policy.dnsbl_min_ttl,
        policy.pipelining_ttl,
        policy.non_smtp_command_ttl,
        policy.bare_newline_ttl,
    ];
    all.into_iter().map(Period::as_secs).min().unwrap_or_default()
}
