//! The configuration: postscreen's parameters without the prefix, as one flat JSON object.
//!
//! An invalid configuration cannot be built. Field names, words and grammars are Postfix's, so that an operator of
//! postscreen needs no manual; what Postfix does not have stands in groups of its own: [`ResolverSettings`],
//! [`CacheSettings`], [`LaneSettings`].

mod action;
mod banner;
mod compiled;
mod defaults;
mod error;
mod groups;
mod listed;
mod numbers;
mod period;
mod sender;
mod smtpd;
mod trial;

pub use crate::word::WordError;
pub use action::Action;
pub use banner::{BANNER_MAX, Banner, Hostname};
pub use compiled::PolicyId;
pub use error::PolicyError;
pub use groups::{CacheSettings, LaneSettings, ResolverSettings};
pub use listed::Bounded;
pub use period::{Period, PeriodError, StressPeriod, StressPeriodError};
pub use sender::{SenderDomain, SenderDomainError};
pub use smtpd::{EhloKeyword, FOOTER_MAX, Footer, FooterError, ForbiddenCommand, KeywordRule, UpstreamProxy};

use crate::access::{AccessList, Networks};
use crate::dnsbl::{DomainName, ErrorReply, PublicName, Site, Zone};
use crate::metric::Catalogue;
use crate::record::{Test, TestSet};
use crate::reply::ReplyStyle;
use compiled::Compiled;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroI32;

/// The largest configuration, in bytes: room for [`ACCESS_RULES_MAX`] rules of 80 bytes each.
pub const CONFIG_MAX: usize = 16 << 20;
/// The most rules in `access_list`. They cost a client nothing, but each worker some 40 bytes a rule.
pub const ACCESS_RULES_MAX: usize = 200_000;
/// The most patterns in `mynetworks`.
pub const NETWORKS_MAX: usize = 1_000;
/// The most entries in `dnsbl_sites`, and so the most questions per client.
pub const SITES_MAX: usize = 64;
/// The most entries in `dnsbl_trial_sites`, and so the most questions per client beside those to [`SITES_MAX`] lists.
pub const TRIAL_SITES_MAX: usize = 16;
/// The most entries in `dnsbl_error_replies`.
pub const ERROR_REPLIES_MAX: usize = 64;
/// The most domains in `allow_spf`.
pub const SENDERS_MAX: usize = 32;
/// The most entries in each list of the dummy SMTP server's settings.
pub const WORDS_MAX: usize = 64;

/// How clients are screened.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(title = "postscreen for Envoy: plugin configuration"))]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of Postfix, yes or no")]
pub struct Policy {
    /// The name that this mail server calls itself: `$myhostname` in banners, and in replies.
    pub myhostname: Hostname,
    /// The networks that `permit_mynetworks` permits. First match wins; `!` excludes.
    pub mynetworks: Bounded<Networks, NETWORKS_MAX>,
    /// The networks whose health checks are nobody's business: a client from there that only connects and leaves is
    /// neither logged nor counted.
    pub probes: Bounded<Networks, NETWORKS_MAX>,
    /// The permanent access list. First match wins; a client that no rule matches is tested.
    pub access_list: Bounded<AccessList, ACCESS_RULES_MAX>,
    /// What to do with clients that the access list rejects.
    pub denylist_action: Action,
    /// The server addresses on which a client can earn a pass. On any other one its mail is deferred.
    pub allowlist_interfaces: Bounded<Networks, NETWORKS_MAX>,
    /// The greeting of the dummy SMTP server, after `220 `.
    pub smtpd_banner: Banner,
    /// How long an unknown client must wait for its turn.
    pub greet_wait: StressPeriod,
    /// The text of the `220-` teaser, where the host can send one. Empty: the pregreet test is off.
    pub greet_banner: Banner,
    /// What to do with clients that talk before their turn.
    pub greet_action: Action,
    /// How long a pregreet pass is remembered.
    pub greet_ttl: Period,
    /// The DNS lists to ask: `domain[=filter][*weight]` each. Empty: the DNSBL test is off.
    pub dnsbl_sites: Bounded<Vec<Site>, SITES_MAX>,
    /// DNS lists that are asked beside those of `dnsbl_sites`, and decide nothing: the log and the metrics say what
    /// they would have changed.
    pub dnsbl_trial_sites: Bounded<Vec<Site>, TRIAL_SITES_MAX>,
    /// Clients with this score or more are blocked.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1)))]
    #[serde(deserialize_with = "numbers::at_least_one")]
    pub dnsbl_threshold: i32,
    /// Clients with this score or less need no other test. Only negative values have an effect; 0 is off.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(max = 0)))]
    #[serde(deserialize_with = "numbers::at_most_zero")]
    pub dnsbl_allowlist_threshold: i32,
    /// What to do with clients whose score reaches `dnsbl_threshold`.
    pub dnsbl_action: Action,
    /// The least time that a DNSBL pass is remembered.
    pub dnsbl_min_ttl: Period,
    /// The longest time that a DNSBL pass is remembered.
    pub dnsbl_max_ttl: Period,
    /// How long one list may take to answer.
    pub dnsbl_timeout: Period,
    /// Whether the lists are asked about 127.0.0.2, which every list has, and 127.0.0.1, which none may have (RFC 5782,
    /// section 5). A list in trouble is muted: worth nothing until it is well again.
    pub dnsbl_watch_enable: bool,
    /// Whether only as many lists are asked as it takes to decide, the heaviest ones and the allowlists first.
    pub dnsbl_frugal_enable: bool,
    /// Whether a client is refused or served as soon as no list that has not answered could change that.
    pub dnsbl_early_verdict_enable: bool,
    /// Whether a client that a list blocks is told the list's reason, its TXT record.
    pub dnsbl_reason_enable: bool,
    /// Whether passes that other lists gave are void.
    pub dnsbl_change_voids_passes: bool,
    /// The names that clients and logs see instead of a list's domain, which may hold a secret key.
    pub dnsbl_reply_map: BTreeMap<DomainName, PublicName>,
    /// The answers by which lists say that they do not answer: `[!]domain=filter` each, for this list and those below
    /// it; `*` is every list, `known` what is known of lists. First match wins; `!` excludes.
    pub dnsbl_error_replies: Bounded<Vec<ErrorReply>, ERROR_REPLIES_MAX>,
    /// Senders whose SPF records say which clients are theirs. Such a client needs no test, and does not wait; but for
    /// one that the lists block.
    pub allow_spf: Bounded<Vec<SenderDomain>, SENDERS_MAX>,
    /// Whether even that one is served.
    pub allow_spf_listed: bool,
    /// Whether a client must wait for each reply before its next command. A new client's first mail is deferred.
    pub pipelining_enable: bool,
    /// What to do with clients that send the next command too early.
    pub pipelining_action: Action,
    /// How long a pass of the pipelining test is remembered.
    pub pipelining_ttl: Period,
    /// Whether clients that do not speak SMTP are looked for. A new client's first mail is deferred.
    pub non_smtp_command_enable: bool,
    /// What to do with clients that send a forbidden command or a mail header as a command.
    pub non_smtp_command_action: Action,
    /// How long a pass of the non-SMTP command test is remembered.
    pub non_smtp_command_ttl: Period,
    /// Whether a client must end lines with CR LF. A new client's first mail is deferred.
    pub bare_newline_enable: bool,
    /// What to do with clients that end a line without CR.
    pub bare_newline_action: Action,
    /// How long a pass of the bare newline test is remembered.
    pub bare_newline_ttl: Period,
    /// Tests whose action is `ignore` for now, whatever is configured: the log and the metrics say what it would have
    /// done. A deep test on trial defers nobody.
    pub trial_tests: Bounded<Vec<Test>, { Test::COUNT }>,
    /// The words that no mail client begins a line with.
    pub forbidden_commands: Bounded<Vec<ForbiddenCommand>, WORDS_MAX>,
    /// The most commands of one session with the dummy SMTP server.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1)))]
    #[serde(deserialize_with = "numbers::command_count")]
    pub command_count_limit: u32,
    /// How long the dummy SMTP server waits for each command line.
    pub command_time_limit: StressPeriod,
    /// A command line of so many bytes or more ends the session with the dummy SMTP server.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 512, max = 65_536)))]
    #[serde(deserialize_with = "numbers::line_length")]
    pub line_length_limit: u32,
    /// Whether MAIL and ETRN need HELO or EHLO before.
    pub helo_required: bool,
    /// Whether VRFY is refused and not offered.
    pub disable_vrfy_command: bool,
    /// The keywords that the EHLO reply leaves out.
    pub discard_ehlo_keywords: Bounded<Vec<EhloKeyword>, WORDS_MAX>,
    /// More keywords to leave out, for clients of certain networks. First match wins, in place of
    /// `discard_ehlo_keywords`.
    pub discard_ehlo_keyword_address_maps: Bounded<Vec<KeywordRule>, WORDS_MAX>,
    /// Text after every 4xx and 5xx reply of the dummy SMTP server.
    pub reject_footer: Footer,
    /// Whether every 5xx reply is sent as a 4xx one.
    pub soft_bounce: bool,
    /// The size that the EHLO reply names, in bytes; 0 names none.
    pub message_size_limit: u64,
    /// Whether the EHLO reply offers SMTPUTF8; then a command that is no UTF-8 is no SMTP command.
    pub smtputf8_enable: bool,
    /// How long after its end a pass still makes its client a known one.
    pub cache_retention_time: Period,
    /// How many bits of an IPv4 address make a client: passes and `client_connection_count_limit` go by them.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1, max = 32)))]
    #[serde(deserialize_with = "numbers::ipv4_prefix_length")]
    pub client_ipv4_prefix_length: u8,
    /// How many bits of an IPv6 address make a client.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 1, max = 128)))]
    #[serde(deserialize_with = "numbers::ipv6_prefix_length")]
    pub client_ipv6_prefix_length: u8,
    /// The most sessions of one client; 0 is off.
    pub client_connection_count_limit: u32,
    /// The most clients that are being screened, in all workers; 0 is off. Under stress from nine tenths of it on.
    #[serde(deserialize_with = "numbers::pre_queue")]
    pub pre_queue_limit: u32,
    /// The most clients that were sent to the mail server and have not heard from it yet, in all workers; 0 is off.
    #[serde(deserialize_with = "numbers::post_queue")]
    pub post_queue_limit: u32,
    /// Whether log lines say ALLOWLISTED and DENYLISTED (instead of Postfix's words before 3.6).
    pub respectful_logging: bool,
    /// Whether every client leaves a record, one JSON object for access logs, with a reference that stands in its
    /// refusals.
    pub record_enable: bool,
    /// Whether records name the mailboxes of people: senders and recipients. Otherwise only their domains.
    pub record_mailboxes: bool,
    /// `haproxy`: every connection begins with a PROXY protocol header, for a host that does not read it itself.
    pub upstream_proxy_protocol: UpstreamProxy,
    /// How long to wait for that header.
    pub upstream_proxy_timeout: Period,
    /// Who answers DNS questions.
    #[serde(deserialize_with = "numbers::object")]
    pub resolver: ResolverSettings,
    /// The table of temporary passes.
    #[serde(deserialize_with = "numbers::object")]
    pub cache: CacheSettings,
    /// How the host speaks to clients that are refused.
    #[serde(deserialize_with = "numbers::object")]
    pub lane: LaneSettings,
    #[serde(skip)]
    compiled: Compiled,
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
        let mut policy: Self = match numbers::object(tracked) {
            Ok(policy) => policy,
            Err(error) => return Err(PolicyError::from_json(&track.path(), &error)),
        };
        deserializer.end().map_err(|error| PolicyError::trailing(&error))?;
        policy.compiled = Compiled::new(&policy)?;
        policy.compiled.id = PolicyId::of(json);
        Ok(policy)
    }

    /// The first line of the dummy SMTP server, `220 …` with CR LF: `smtpd_banner` with the names filled in.
    pub fn greeting(&self) -> &[u8] {
        &self.compiled.greeting
    }

    /// The line before it, `220-…` with CR LF: `greet_banner` with the names filled in.
    pub fn teaser(&self) -> &[u8] {
        &self.compiled.teaser
    }

    /// The DNS lists to ask, one question each, however many entries share the domain. Those on trial come last.
    pub fn zones(&self) -> &[Zone] {
        &self.compiled.zones
    }

    /// The version of the configuration: another one as soon as a byte of it is another one.
    pub fn id(&self) -> PolicyId {
        self.compiled.id
    }

    /// A number for what the lists can say: another one as soon as they, their weights or the thresholds are others.
    pub fn lists_id(&self) -> u32 {
        self.compiled.lists_id
    }

    /// What makes a client of an address: its network, as long as `client_ipv4_prefix_length` or
    /// `client_ipv6_prefix_length`.
    pub fn client_prefix(&self, client: IpAddr) -> IpAddr {
        match client.to_canonical() {
            IpAddr::V4(address) => {
                let host_bits = 32 - u32::from(self.client_ipv4_prefix_length.min(32));
                let mask = u32::MAX.checked_shl(host_bits).unwrap_or(0);
                Ipv4Addr::from_bits(address.to_bits() & mask).into()
            }
            IpAddr::V6(address) => {
                let host_bits = 128 - u32::from(self.client_ipv6_prefix_length.min(128));
                let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
                Ipv6Addr::from_bits(address.to_bits() & mask).into()
            }
        }
    }

    /// All that is measured under this policy, by name.
    pub fn catalogue(&self) -> &Catalogue {
        &self.compiled.catalogue
    }

    /// The tests that this policy applies (postscreen: a test is enabled by its own parameter, not by its action). Deep
    /// tests on trial are none of them: nobody has to pass one.
    pub fn enabled_tests(&self) -> TestSet {
        self.compiled.enabled
    }

    /// The shortest time that a pass of any test is remembered, in seconds. A violation that is ignored is forgiven for
    /// so long: then it is tested again.
    pub fn shortest_ttl(&self) -> u64 {
        self.compiled.shortest_ttl
    }

    /// What becomes of every reply before it is sent.
    pub fn reply_style(&self) -> ReplyStyle<'_> {
        ReplyStyle {
            soft_bounce: self.soft_bounce,
            footer: self.reject_footer.template(),
            server_name: self.myhostname.as_str(),
            reference: None,
        }
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

#[cfg(test)]
mod tests;
