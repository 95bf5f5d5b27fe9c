//! The configuration: postscreen's parameters without the prefix, as one flat JSON object.
//!
//! An invalid configuration cannot be built. Field names, words and grammars are Postfix's, so that an operator of
//! postscreen needs no manual; what Postfix does not have stands in groups of its own: [`Resolver`], [`Cache`],
//! [`Lane`].

mod action;
mod banner;
mod error;
mod listed;
mod period;
mod text;

pub(crate) use text::{Word, deserialize_word, word};

pub use action::Action;
pub use banner::{BANNER_MAX, Banner, Hostname};
pub use error::PolicyError;
pub use listed::Bounded;
pub use period::Period;

use crate::access::{Networks, Rule};
use crate::dnsbl::{DomainName, PublicName, Site, Zone, zones};
use crate::record::{Test, TestSet};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::{NonZeroI32, NonZeroU32};

/// The largest configuration, in bytes. Far above any real one: 10,000 access rules take 600 kB.
pub const CONFIG_MAX: usize = 1 << 20;
/// The most rules in `access_list`: each unknown client is compared with all of them.
pub const ACCESS_RULES_MAX: usize = 10_000;
/// The most patterns in `mynetworks`.
pub const NETWORKS_MAX: usize = 1_000;
/// The most entries in `dnsbl_sites`, and so the most questions per client.
pub const SITES_MAX: usize = 64;

/// How clients are screened.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(title = "postscreen for Envoy: plugin configuration"))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The name that this mail server calls itself: `$myhostname` in `greet_banner`.
    pub myhostname: Hostname,
    /// The networks that `permit_mynetworks` permits. First match wins; `!` excludes.
    pub mynetworks: Bounded<Networks, NETWORKS_MAX>,
    /// The permanent access list. First match wins; a client that no rule matches is tested.
    pub access_list: Bounded<Vec<Rule>, ACCESS_RULES_MAX>,
    /// What to do with clients that the access list rejects.
    pub denylist_action: Action,
    /// How long an unknown client must wait for its turn.
    pub greet_wait: Period,
    /// The text of the `220-` teaser, where the host can send one. Empty: the pregreet test is off.
    pub greet_banner: Banner,
    /// What to do with clients that talk before their turn.
    pub greet_action: Action,
    /// How long a pregreet pass is remembered.
    pub greet_ttl: Period,
    /// The DNS lists to ask: `domain[=filter][*weight]` each. Empty: the DNSBL test is off.
    pub dnsbl_sites: Bounded<Vec<Site>, SITES_MAX>,
    /// Clients with this score or more are blocked.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1)))]
    #[serde(deserialize_with = "text::at_least_one")]
    pub dnsbl_threshold: i32,
    /// Clients with this score or less need no other test. Only negative values have an effect; 0 is off.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(max = 0)))]
    #[serde(deserialize_with = "text::at_most_zero")]
    pub dnsbl_allowlist_threshold: i32,
    /// What to do with clients whose score reaches `dnsbl_threshold`.
    pub dnsbl_action: Action,
    /// The least time that a DNSBL pass is remembered.
    pub dnsbl_min_ttl: Period,
    /// The longest time that a DNSBL pass is remembered.
    pub dnsbl_max_ttl: Period,
    /// How long one list may take to answer.
    pub dnsbl_timeout: Period,
    /// The names that clients and logs see instead of a list's domain, which may hold a secret key.
    pub dnsbl_reply_map: BTreeMap<DomainName, PublicName>,
    /// Who answers DNS questions.
    #[serde(deserialize_with = "text::object")]
    pub resolver: Resolver,
    /// The table of temporary passes.
    #[serde(deserialize_with = "text::object")]
    pub cache: Cache,
    /// How the host speaks to clients that are refused.
    #[serde(deserialize_with = "text::object")]
    pub lane: Lane,
    #[serde(skip)]
    zones: Vec<Zone>,
}

/// Who answers DNS questions: a DNS-over-HTTPS server (RFC 8484) behind an Envoy cluster.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Resolver {
    /// The name of the Envoy cluster.
    pub cluster: String,
    /// The `:authority` of the requests.
    pub authority: String,
    /// The `:path` of the requests.
    pub path: String,
}

/// The table of temporary passes, shared by all workers of one Envoy.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// Size of the table, in buckets of 8 clients each (36 bytes a client).
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1, max = 1_048_576)))]
    #[serde(deserialize_with = "text::buckets")]
    pub buckets: NonZeroU32,
}

/// How the host speaks to clients that are refused.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Lane {
    /// The Envoy cluster that leads to the echo listener.
    pub speaker_cluster: String,
}

impl Policy {
    /// Reads a configuration. Nothing at all, or only blanks, means all defaults.
    ///
    /// The error names the field's path, the value and what was expected.
    pub fn parse(json: &[u8]) -> Result<Self, PolicyError> {
        if json.len() > CONFIG_MAX {
            return Err(PolicyError::too_large(json.len()));
        }
        if json.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
        let mut policy: Self = match text::object(tracked) {
            Ok(policy) => policy,
            Err(error) => return Err(PolicyError::from_json(&track.path(), &error)),
        };
        deserializer.end().map_err(|error| PolicyError::trailing(&error))?;
        policy.zones = zones(&policy.dnsbl_sites, &policy.dnsbl_reply_map);
        Ok(policy)
    }

    /// The DNS lists to ask, one question each, however many entries share the domain.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The tests that this policy applies (postscreen: a test is enabled by its own parameter, not by its action).
    pub fn enabled_tests(&self) -> TestSet {
        let mut enabled = TestSet::NONE;
        if !self.greet_banner.is_empty() {
            enabled |= Test::Pregreet.into();
        }
        if !self.zones.is_empty() {
            enabled |= Test::Dnsbl.into();
        }
        enabled
    }

    /// The score at or below which a client needs no other test, if that shortcut is on.
    pub fn allowlist_threshold(&self) -> Option<NonZeroI32> {
        NonZeroI32::new(self.dnsbl_allowlist_threshold)
    }

    /// The JSON Schema of the configuration.
    #[cfg(not(target_family = "wasm"))]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl Default for Policy {
    /// Postfix's defaults.
    fn default() -> Self {
        Self {
            myhostname: Hostname::default(),
            mynetworks: Bounded::new(Networks::loopback()),
            access_list: Bounded::new(vec![Rule::PermitMynetworks]),
            denylist_action: Action::Ignore,
            greet_wait: Period::seconds(6),
            greet_banner: Banner::default(),
            greet_action: Action::Ignore,
            greet_ttl: Period::days(1),
            dnsbl_sites: Bounded::new(Vec::new()),
            dnsbl_threshold: 1,
            dnsbl_allowlist_threshold: 0,
            dnsbl_action: Action::Ignore,
            dnsbl_min_ttl: Period::seconds(60),
            dnsbl_max_ttl: Period::hours(1),
            dnsbl_timeout: Period::seconds(10),
            dnsbl_reply_map: BTreeMap::new(),
            resolver: Resolver::default(),
            cache: Cache::default(),
            lane: Lane::default(),
            zones: Vec::new(),
        }
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self {
            cluster: "resolver".to_owned(),
            authority: "resolver".to_owned(),
            path: "/dns-query".to_owned(),
        }
    }
}

impl Default for Cache {
    /// 65,536 clients, 2.4 MB.
    fn default() -> Self {
        Self { buckets: NonZeroU32::MIN.saturating_add(8_191) }
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self { speaker_cluster: "speaker".to_owned() }
    }
}

#[cfg(test)]
mod tests;
