//! What must be so, with what it shows.

mod crowdsec;
mod shipped;
mod stock;
mod table;

use anyhow::Result;

use crate::scene::Scene;

/// One thing that must be so.
type Check = fn(&Scene) -> Result<()>;

/// All of them.
pub const CHECKS: [(&str, Check); 18] = [
    ("the log has the lines of every client", stock::log_is_complete),
    ("the reference in a refusal leads to the record of its client", stock::references_lead_to_records),
    ("host-sim replay finds a record by its reference", stock::replay_finds_references),
    ("fail2ban's stock filter finds those on a list in mode extra", stock::extra_finds_the_listed),
    (
        "fail2ban's stock filter finds every early talker in mode aggressive",
        stock::aggressive_finds_early_talkers,
    ),
    ("fail2ban bans an early talker in mode extra, and spares the polite", stock::extra_bans),
    ("fail2ban bans every early talker in mode aggressive, and spares the polite", stock::aggressive_bans),
    (
        "our filter finds who is refused, by drop and under soft_bounce, and nobody under ignore",
        shipped::ours_finds,
    ),
    (
        "our jail bans at its third refusal, not before, and nobody whom a client has named",
        shipped::ours_bans,
    ),
    (
        "with postfix.local the stock filter finds who fails a test, whatever the action",
        shipped::extra_and_ours_finds,
    ),
    (
        "with postfix.local the stock jail bans who fails a test, whatever the action",
        shipped::extra_and_ours_bans,
    ),
    ("our filter finds in sessions.log whom it should", table::ours),
    ("our filter follows a hundred sessions at a time, and spares the oldest of more", table::crowd),
    ("with postfix.local the stock filter finds in sessions.log whom it should", table::extra_and_ours),
    ("the stock filter finds in sessions.log whom it should", table::extra),
    (
        "CrowdSec's expression finds early talkers in the manual's file, and a forged one in the log",
        crowdsec::finds,
    ),
    ("pflogsumm counts the refusals by reason and client, and the warning", stock::report_counts),
    ("the manual's command makes the same mail log of Envoy's log", stock::manual_makes_a_mail_log),
];
