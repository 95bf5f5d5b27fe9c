//! The parameters, in the order of docs/parameters.md.

use super::{Parameter, ValueKind, field, inherited, none, noted, of_machine, old_name};

/// All of them, under headings.
pub const SECTIONS: [(&str, &[Parameter]); 5] = [
    ("Access and MX policy", &ACCESS),
    ("Tests before the greeting", &EARLY),
    ("Tests after the greeting", &DEEP),
    ("The dummy SMTP server", &SMTPD),
    ("Cache, limits, logging", &CACHE),
];

/// Who is permitted, who is rejected, and where passes are earned.
const ACCESS: [Parameter; 8] = [
    noted(
        "postscreen_access_list",
        "permit_mynetworks",
        "access_list",
        ValueKind::AccessList,
        "Tables become rules of the list.",
    ),
    field(
        "postscreen_denylist_action",
        "${postscreen_blacklist_action?{$postscreen_blacklist_action}:{ignore}}",
        "denylist_action",
        ValueKind::Text(&[]),
    ),
    old_name("postscreen_blacklist_action", "postscreen_denylist_action"),
    field(
        "postscreen_allowlist_interfaces",
        "${postscreen_whitelist_interfaces?{$postscreen_whitelist_interfaces}:{static:all}}",
        "allowlist_interfaces",
        ValueKind::Networks,
    ),
    old_name("postscreen_whitelist_interfaces", "postscreen_allowlist_interfaces"),
    of_machine(
        "mynetworks",
        ValueKind::Networks,
        "Without it Postfix permits the machine's own addresses; here only loopback is permitted.",
    ),
    none(
        "mynetworks_style",
        "${{$compatibility_level} <level {2} ? {subnet} : {host}}",
        "Nothing here knows the addresses of a machine's interfaces.",
        "write the networks into mynetworks",
    ),
    none(
        "smtpd_service_name",
        "smtpd",
        "Envoy's tcp_proxy takes clients that pass to its cluster.",
        "name the mail server in that cluster",
    ),
];

/// The tests before the greeting.
const EARLY: [Parameter; 17] = [
    field("postscreen_greet_wait", "${stress?{2}:{6}}s", "greet_wait", ValueKind::StressTime('s')),
    noted(
        "postscreen_greet_banner",
        "$smtpd_banner",
        "greet_banner",
        ValueKind::Text(&["smtpd_banner", "myhostname"]),
        "Sent where the host can; empty switches the pregreet test off.",
    ),
    field("postscreen_greet_action", "ignore", "greet_action", ValueKind::Text(&[])),
    field("postscreen_greet_ttl", "1d", "greet_ttl", ValueKind::Time('d')),
    field("postscreen_dnsbl_sites", "", "dnsbl_sites", ValueKind::Sites),
    field("postscreen_dnsbl_threshold", "1", "dnsbl_threshold", ValueKind::Number),
    noted(
        "postscreen_dnsbl_allowlist_threshold",
        "${postscreen_dnsbl_whitelist_threshold?{$postscreen_dnsbl_whitelist_threshold}:{0}}",
        "dnsbl_allowlist_threshold",
        ValueKind::Number,
        "A value above 0 has no effect in Postfix and is refused here.",
    ),
    old_name("postscreen_dnsbl_whitelist_threshold", "postscreen_dnsbl_allowlist_threshold"),
    field("postscreen_dnsbl_action", "ignore", "dnsbl_action", ValueKind::Text(&[])),
    field("postscreen_dnsbl_min_ttl", "60s", "dnsbl_min_ttl", ValueKind::Time('s')),
    field(
        "postscreen_dnsbl_max_ttl",
        "${postscreen_dnsbl_ttl?{$postscreen_dnsbl_ttl}:{1}}h",
        "dnsbl_max_ttl",
        ValueKind::Time('h'),
    ),
    old_name("postscreen_dnsbl_ttl", "postscreen_dnsbl_max_ttl"),
    field("postscreen_dnsbl_timeout", "10s", "dnsbl_timeout", ValueKind::Time('s')),
    noted(
        "postscreen_dnsbl_reply_map",
        "",
        "dnsbl_reply_map",
        ValueKind::ReplyMap,
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

/// The tests after the greeting.
const DEEP: [Parameter; 11] = [
    field("postscreen_pipelining_enable", "no", "pipelining_enable", ValueKind::Flag),
    field("postscreen_pipelining_action", "enforce", "pipelining_action", ValueKind::Text(&[])),
    field("postscreen_pipelining_ttl", "30d", "pipelining_ttl", ValueKind::Time('d')),
    field("postscreen_non_smtp_command_enable", "no", "non_smtp_command_enable", ValueKind::Flag),
    field("postscreen_non_smtp_command_action", "drop", "non_smtp_command_action", ValueKind::Text(&[])),
    field("postscreen_non_smtp_command_ttl", "30d", "non_smtp_command_ttl", ValueKind::Time('d')),
    field("postscreen_bare_newline_enable", "no", "bare_newline_enable", ValueKind::Flag),
    field("postscreen_bare_newline_action", "ignore", "bare_newline_action", ValueKind::Text(&[])),
    field("postscreen_bare_newline_ttl", "30d", "bare_newline_ttl", ValueKind::Time('d')),
    noted(
        "postscreen_forbidden_commands",
        "$smtpd_forbidden_commands",
        "forbidden_commands",
        ValueKind::ForbiddenCommands,
        "Of tables, only the one of Postfix's default is known.",
    ),
    inherited(
        "smtpd_forbidden_commands",
        "CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}",
        "postscreen_forbidden_commands",
    ),
];

/// What the engine fills into a reject footer.
const FOOTER_NAMES: [&str; 4] = ["client_address", "client_port", "localtime", "server_name"];

/// Why nothing about TLS carries over, and what to do.
const NO_TLS: (&str, &str) = (
    "The dummy SMTP server has no TLS; clients that pass negotiate it with the mail server.",
    "leave it out, and keep the mail server's own TLS settings",
);
const NO_TABLES: &str = "Nothing is looked up in a table for each client or command.";

/// The dummy SMTP server.
const SMTPD: [Parameter; 31] = [
    of_machine(
        "myhostname",
        ValueKind::Text(&[]),
        "Without it Postfix asks the machine; here it is `localhost`.",
    ),
    noted(
        "smtpd_banner",
        "$myhostname ESMTP $mail_name",
        "smtpd_banner",
        ValueKind::Text(&["myhostname"]),
        "Our default has no `$mail_name`.",
    ),
    field("postscreen_command_count_limit", "20", "command_count_limit", ValueKind::Number),
    field(
        "postscreen_command_time_limit",
        "${stress?{10}:{300}}s",
        "command_time_limit",
        ValueKind::StressTime('s'),
    ),
    field("line_length_limit", "2048", "line_length_limit", ValueKind::Number),
    field("postscreen_helo_required", "$smtpd_helo_required", "helo_required", ValueKind::Flag),
    inherited("smtpd_helo_required", "no", "postscreen_helo_required"),
    field(
        "postscreen_disable_vrfy_command",
        "$disable_vrfy_command",
        "disable_vrfy_command",
        ValueKind::Flag,
    ),
    inherited("disable_vrfy_command", "no", "postscreen_disable_vrfy_command"),
    field(
        "postscreen_discard_ehlo_keywords",
        "$smtpd_discard_ehlo_keywords",
        "discard_ehlo_keywords",
        ValueKind::Keywords,
    ),
    inherited("smtpd_discard_ehlo_keywords", "", "postscreen_discard_ehlo_keywords"),
    noted(
        "postscreen_discard_ehlo_keyword_address_maps",
        "$smtpd_discard_ehlo_keyword_address_maps",
        "discard_ehlo_keyword_address_maps",
        ValueKind::KeywordMaps,
        "The tables' rules, in the configuration itself.",
    ),
    inherited("smtpd_discard_ehlo_keyword_address_maps", "", "postscreen_discard_ehlo_keyword_address_maps"),
    field(
        "postscreen_reject_footer",
        "$smtpd_reject_footer",
        "reject_footer",
        ValueKind::Text(&FOOTER_NAMES),
    ),
    inherited("smtpd_reject_footer", "", "postscreen_reject_footer"),
    none(
        "postscreen_reject_footer_maps",
        "$smtpd_reject_footer_maps",
        NO_TABLES,
        "write one text for all clients into reject_footer",
    ),
    none("smtpd_reject_footer_maps", "", NO_TABLES, "write one text for all clients into reject_footer"),
    none(
        "postscreen_expansion_filter",
        "$smtpd_expansion_filter",
        "What a footer can show is made of safe characters only: addresses, a port, a time, our own name.",
        "leave it out",
    ),
    none(
        "postscreen_command_filter",
        "",
        NO_TABLES,
        "leave it out; the mail server's smtpd_command_filter still applies to clients that pass",
    ),
    none("postscreen_tls_security_level", "$smtpd_tls_security_level", NO_TLS.0, NO_TLS.1),
    none("smtpd_tls_security_level", "", NO_TLS.0, NO_TLS.1),
    none("postscreen_use_tls", "$smtpd_use_tls", NO_TLS.0, NO_TLS.1),
    none("smtpd_use_tls", "no", NO_TLS.0, NO_TLS.1),
    none("postscreen_enforce_tls", "$smtpd_enforce_tls", NO_TLS.0, NO_TLS.1),
    none("smtpd_enforce_tls", "no", NO_TLS.0, NO_TLS.1),
    none("postscreen_tls_*", "$smtpd_tls_*", NO_TLS.0, NO_TLS.1),
    none("postscreen_starttls_timeout", "$smtpd_starttls_timeout", NO_TLS.0, NO_TLS.1),
    none("tlsproxy_service_name", "tlsproxy", NO_TLS.0, NO_TLS.1),
    field("soft_bounce", "no", "soft_bounce", ValueKind::Flag),
    field("message_size_limit", "10240000", "message_size_limit", ValueKind::Number),
    field(
        "smtputf8_enable",
        "${{$compatibility_level} <level {1} ? {no} : {yes}}",
        "smtputf8_enable",
        ValueKind::Flag,
    ),
];

/// Cache, limits, logging.
const CACHE: [Parameter; 16] = [
    none(
        "postscreen_cache_map",
        "$default_cache_db_type:$data_directory/postscreen_cache",
        "Passes live in memory that Envoy's workers share, not in a file.",
        "set the size of that memory with cache.buckets",
    ),
    inherited("default_cache_db_type", "btree", "postscreen_cache_map"),
    field("postscreen_cache_retention_time", "7d", "cache_retention_time", ValueKind::Time('d')),
    none(
        "postscreen_cache_cleanup_interval",
        "12h",
        "The table has a fixed size, and old passes make room for new ones.",
        "leave it out",
    ),
    field(
        "postscreen_client_connection_count_limit",
        "$smtpd_client_connection_count_limit",
        "client_connection_count_limit",
        ValueKind::Number,
    ),
    inherited("smtpd_client_connection_count_limit", "50", "postscreen_client_connection_count_limit"),
    noted(
        "postscreen_pre_queue_limit",
        "$default_process_limit",
        "pre_queue_limit",
        ValueKind::Number,
        "Our default is 10000: Envoy needs no process for each client.",
    ),
    noted(
        "postscreen_post_queue_limit",
        "$default_process_limit",
        "post_queue_limit",
        ValueKind::Number,
        "Our default is 10000: Envoy needs no process for each client.",
    ),
    inherited("default_process_limit", "100", "postscreen_pre_queue_limit, postscreen_post_queue_limit"),
    field("postscreen_upstream_proxy_protocol", "", "upstream_proxy_protocol", ValueKind::Text(&[])),
    field("postscreen_upstream_proxy_timeout", "5s", "upstream_proxy_timeout", ValueKind::Time('s')),
    noted(
        "respectful_logging",
        "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
        "respectful_logging",
        ValueKind::Flag,
        "Without it and without `compatibility_level` the default is ours, `true`.",
    ),
    inherited("compatibility_level", "0", "respectful_logging, smtputf8_enable"),
    none(
        "delay_logging_resolution_limit",
        "2",
        "Elapsed times are logged with Postfix's default of two decimals.",
        "leave it out",
    ),
    none(
        "postscreen_watchdog_timeout",
        "10s",
        "There is no process of its own that could get stuck: the module runs in Envoy's workers.",
        "use Envoy's own watchdog",
    ),
    none("max_idle", "100s", "There is no process that ends when it is idle.", "leave it out"),
];
