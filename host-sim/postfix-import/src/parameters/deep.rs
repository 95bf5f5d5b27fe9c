//! The tests after the greeting.

use super::{Kind, Parameter, field, inherited, noted};

pub const PARAMETERS: [Parameter; 11] = [
    field("postscreen_pipelining_enable", "no", "pipelining_enable", Kind::Flag),
    field("postscreen_pipelining_action", "enforce", "pipelining_action", Kind::Text(&[])),
    field("postscreen_pipelining_ttl", "30d", "pipelining_ttl", Kind::Time('d')),
    field("postscreen_non_smtp_command_enable", "no", "non_smtp_command_enable", Kind::Flag),
    field("postscreen_non_smtp_command_action", "drop", "non_smtp_command_action", Kind::Text(&[])),
    field("postscreen_non_smtp_command_ttl", "30d", "non_smtp_command_ttl", Kind::Time('d')),
    field("postscreen_bare_newline_enable", "no", "bare_newline_enable", Kind::Flag),
    field("postscreen_bare_newline_action", "ignore", "bare_newline_action", Kind::Text(&[])),
    field("postscreen_bare_newline_ttl", "30d", "bare_newline_ttl", Kind::Time('d')),
    noted(
        "postscreen_forbidden_commands",
        "$smtpd_forbidden_commands",
        "forbidden_commands",
        Kind::ForbiddenCommands,
        "Of tables, only the one of Postfix's default is known.",
    ),
    inherited(
        "smtpd_forbidden_commands",
        "CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}",
        "postscreen_forbidden_commands",
    ),
];
