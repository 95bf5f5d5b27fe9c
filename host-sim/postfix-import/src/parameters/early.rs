//! The tests before the greeting.

use super::{Kind, Parameter, field, none, noted, old_name};

pub const PARAMETERS: [Parameter; 17] = [
    field("postscreen_greet_wait", "${stress?{2}:{6}}s", "greet_wait", Kind::StressTime('s')),
    noted(
        "postscreen_greet_banner",
        "$smtpd_banner",
        "greet_banner",
        Kind::Text(&["smtpd_banner", "myhostname"]),
        "Sent where the host can; empty switches the pregreet test off.",
    ),
    field("postscreen_greet_action", "ignore", "greet_action", Kind::Text(&[])),
    field("postscreen_greet_ttl", "1d", "greet_ttl", Kind::Time('d')),
    field("postscreen_dnsbl_sites", "", "dnsbl_sites", Kind::Sites),
    field("postscreen_dnsbl_threshold", "1", "dnsbl_threshold", Kind::Number),
    noted(
        "postscreen_dnsbl_allowlist_threshold",
        "${postscreen_dnsbl_whitelist_threshold?{$postscreen_dnsbl_whitelist_threshold}:{0}}",
        "dnsbl_allowlist_threshold",
        Kind::Number,
        "A value above 0 has no effect in Postfix and is refused here.",
    ),
    old_name("postscreen_dnsbl_whitelist_threshold", "postscreen_dnsbl_allowlist_threshold"),
    field("postscreen_dnsbl_action", "ignore", "dnsbl_action", Kind::Text(&[])),
    field("postscreen_dnsbl_min_ttl", "60s", "dnsbl_min_ttl", Kind::Time('s')),
    field(
        "postscreen_dnsbl_max_ttl",
        "${postscreen_dnsbl_ttl?{$postscreen_dnsbl_ttl}:{1}}h",
        "dnsbl_max_ttl",
        Kind::Time('h'),
    ),
    old_name("postscreen_dnsbl_ttl", "postscreen_dnsbl_max_ttl"),
    field("postscreen_dnsbl_timeout", "10s", "dnsbl_timeout", Kind::Time('s')),
    noted(
        "postscreen_dnsbl_reply_map",
        "",
        "dnsbl_reply_map",
        Kind::ReplyMap,
        "The table's entries, in the configuration itself.",
    ),
    none(
        "dnsblog_service_name",
        "dnsblog",
        "There are no lookup processes: the module asks a resolver over HTTPS.",
        "name the resolver's cluster in resolver.cluster",
    ),
    none(
        "dnsblog_reply_delay",
        "0s",
        "It delays answers to find faults in postscreen itself.",
        "leave it out; the simulator's stories can let a list be slow",
    ),
    none(
        "dns_ncache_ttl_fix_enable",
        "no",
        "It works around a fault of the system's resolver library, which is not used here.",
        "leave it out",
    ),
];
