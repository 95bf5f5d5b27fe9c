//! Who is permitted, who is rejected, and where passes are earned.

use super::{Kind, Parameter, field, none, noted, of_machine, old_name};

pub const PARAMETERS: [Parameter; 8] = [
    noted(
        "postscreen_access_list",
        "permit_mynetworks",
        "access_list",
        Kind::AccessList,
        "Tables become rules of the list.",
    ),
    field(
        "postscreen_denylist_action",
        "${postscreen_blacklist_action?{$postscreen_blacklist_action}:{ignore}}",
        "denylist_action",
        Kind::Text(&[]),
    ),
    old_name("postscreen_blacklist_action", "postscreen_denylist_action"),
    field(
        "postscreen_allowlist_interfaces",
        "${postscreen_whitelist_interfaces?{$postscreen_whitelist_interfaces}:{static:all}}",
        "allowlist_interfaces",
        Kind::Networks,
    ),
    old_name("postscreen_whitelist_interfaces", "postscreen_allowlist_interfaces"),
    of_machine(
        "mynetworks",
        Kind::Networks,
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
