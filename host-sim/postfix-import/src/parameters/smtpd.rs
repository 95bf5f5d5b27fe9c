//! The dummy SMTP server.

use super::{FOOTER_NAMES, Kind, Parameter, field, inherited, none, noted, of_machine};

/// Why nothing about TLS carries over, and what to do.
pub const NO_TLS: (&str, &str) = (
    "The dummy SMTP server has no TLS; clients that pass negotiate it with the mail server.",
    "leave it out, and keep the mail server's own TLS settings",
);
const NO_TABLES: &str = "Nothing is looked up in a table for each client or command.";

pub const PARAMETERS: [Parameter; 29] = [
    of_machine("myhostname", Kind::Text(&[]), "Without it Postfix asks the machine; here it is `localhost`."),
    noted(
        "smtpd_banner",
        "$myhostname ESMTP $mail_name",
        "smtpd_banner",
        Kind::Text(&["myhostname"]),
        "Our default has no `$mail_name`.",
    ),
    field("postscreen_command_count_limit", "20", "command_count_limit", Kind::Number),
    field(
        "postscreen_command_time_limit",
        "${stress?{10}:{300}}s",
        "command_time_limit",
        Kind::StressTime('s'),
    ),
    field("line_length_limit", "2048", "line_length_limit", Kind::Number),
    field("postscreen_helo_required", "$smtpd_helo_required", "helo_required", Kind::Flag),
    inherited("smtpd_helo_required", "no", "postscreen_helo_required"),
    field("postscreen_disable_vrfy_command", "$disable_vrfy_command", "disable_vrfy_command", Kind::Flag),
    inherited("disable_vrfy_command", "no", "postscreen_disable_vrfy_command"),
    field(
        "postscreen_discard_ehlo_keywords",
        "$smtpd_discard_ehlo_keywords",
        "discard_ehlo_keywords",
        Kind::Keywords,
    ),
    inherited("smtpd_discard_ehlo_keywords", "", "postscreen_discard_ehlo_keywords"),
    noted(
        "postscreen_discard_ehlo_keyword_address_maps",
        "$smtpd_discard_ehlo_keyword_address_maps",
        "discard_ehlo_keyword_address_maps",
        Kind::KeywordMaps,
        "The tables' rules, in the configuration itself.",
    ),
    inherited("smtpd_discard_ehlo_keyword_address_maps", "", "postscreen_discard_ehlo_keyword_address_maps"),
    field("postscreen_reject_footer", "$smtpd_reject_footer", "reject_footer", Kind::Text(&FOOTER_NAMES)),
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
    none("tlsproxy_service_name", "tlsproxy", NO_TLS.0, NO_TLS.1),
    field("soft_bounce", "no", "soft_bounce", Kind::Flag),
    field("message_size_limit", "10240000", "message_size_limit", Kind::Number),
    field(
        "smtputf8_enable",
        "${{$compatibility_level} <level {1} ? {no} : {yes}}",
        "smtputf8_enable",
        Kind::Flag,
    ),
];
