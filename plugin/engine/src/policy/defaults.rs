//! What holds where a configuration says nothing: Postfix's defaults, and for what Postfix does not have whatever
//! harms no good client.

use super::{
    Action, Banner, Bounded, CacheSettings, Compiled, Footer, ForbiddenCommand, Hostname, LaneSettings,
    Period, Policy, ResolverSettings, StressPeriod, UpstreamProxy,
};
use crate::access::{AccessList, Networks, Rule};
use crate::dnsbl::ErrorReply;
use std::collections::BTreeMap;

/// Postfix's 100 protects its processes; Envoy holds a client for some kilobytes, and a good client that comes in a
/// burst of zombies must not be turned away.
const QUEUE_LIMIT: u32 = 10_000;

impl Default for Policy {
    /// Postfix's defaults.
    fn default() -> Self {
        let mut policy = Self {
            myhostname: Hostname::default(),
            mynetworks: Bounded::new(Networks::loopback()),
            probes: Bounded::new(Networks::none()),
            access_list: Bounded::new(AccessList::from(vec![Rule::PermitMynetworks])),
            denylist_action: Action::Ignore,
            allowlist_interfaces: Bounded::new(Networks::all()),
            smtpd_banner: Banner::smtpd(),
            greet_wait: StressPeriod::seconds(6, 2),
            greet_banner: Banner::greet(),
            greet_action: Action::Ignore,
            greet_ttl: Period::days(1),
            dnsbl_sites: Bounded::new(Vec::new()),
            dnsbl_trial_sites: Bounded::new(Vec::new()),
            dnsbl_threshold: 1,
            dnsbl_allowlist_threshold: 0,
            dnsbl_action: Action::Ignore,
            dnsbl_min_ttl: Period::seconds(60),
            dnsbl_max_ttl: Period::hours(1),
            dnsbl_timeout: Period::seconds(10),
            dnsbl_watch_enable: true,
            dnsbl_frugal_enable: false,
            dnsbl_early_verdict_enable: false,
            dnsbl_reason_enable: false,
            dnsbl_change_voids_passes: true,
            dnsbl_reply_map: BTreeMap::new(),
            dnsbl_error_replies: Bounded::new(vec![ErrorReply::Known]),
            allow_spf: Bounded::new(Vec::new()),
            allow_spf_listed: false,
            pipelining_enable: false,
            pipelining_action: Action::Enforce,
            pipelining_ttl: Period::days(30),
            non_smtp_command_enable: false,
            non_smtp_command_action: Action::Drop,
            non_smtp_command_ttl: Period::days(30),
            bare_newline_enable: false,
            bare_newline_action: Action::Ignore,
            bare_newline_ttl: Period::days(30),
            trial_tests: Bounded::new(Vec::new()),
            forbidden_commands: Bounded::new(ForbiddenCommand::defaults()),
            command_count_limit: 20,
            command_time_limit: StressPeriod::seconds(300, 10),
            line_length_limit: 2_048,
            helo_required: false,
            disable_vrfy_command: false,
            discard_ehlo_keywords: Bounded::new(Vec::new()),
            discard_ehlo_keyword_address_maps: Bounded::new(Vec::new()),
            reject_footer: Footer::default(),
            soft_bounce: false,
            message_size_limit: 10_240_000,
            smtputf8_enable: true,
            cache_retention_time: Period::days(7),
            client_ipv4_prefix_length: 32,
            // What one customer has: whoever holds one of its addresses has all of them.
            client_ipv6_prefix_length: 64,
            client_connection_count_limit: 50,
            pre_queue_limit: QUEUE_LIMIT,
            post_queue_limit: QUEUE_LIMIT,
            respectful_logging: true,
            record_enable: false,
            record_mailboxes: true,
            upstream_proxy_protocol: UpstreamProxy::None,
            upstream_proxy_timeout: Period::seconds(5),
            resolver: ResolverSettings::default(),
            cache: CacheSettings::default(),
            lane: LaneSettings::default(),
            compiled: Compiled::default(),
        };
        // The defaults have nothing that could be wrong.
        policy.compiled = Compiled::new(&policy).unwrap_or_default();
        policy
    }
}
