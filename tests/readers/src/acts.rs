//! Who comes under which policy, and what becomes of them.
//!
//! The first screen has one policy, `enforce`, and the stock readers read its log. The second goes from `ignore` over
//! `soft_bounce` to `drop` while it runs; the filters that we ship read its log.

use std::net::{IpAddr, Ipv4Addr};

use crate::client::SmtpClient;

/// Talks before its turn, and is on no list.
pub const EARLY: SmtpClient = SmtpClient::early([127, 0, 0, 9], "550 5.5.1 Protocol error");

/// Talks before its turn, and is on a list, as most that do.
pub const EARLY_LISTED: SmtpClient = SmtpClient::early(
    [127, 0, 0, 30],
    "550 5.7.1 Service unavailable; client [127.0.0.30] blocked using bl.example.test",
);

/// Waits for its turn, but is on a list.
pub const LISTED: SmtpClient = SmtpClient::patient(
    [127, 0, 0, 31],
    "550 5.7.1 Service unavailable; client [127.0.0.31] blocked using bl.example.test",
);

/// Does everything right.
pub const POLITE: SmtpClient = SmtpClient::patient([127, 0, 0, 11], SERVED);

/// Of the first screen, in the order of their visits. Those to be banned come last: a reader that has banned them has
/// read the others.
pub const ENFORCED: [SmtpClient; 4] = [POLITE, EARLY, EARLY_LISTED, LISTED];

/// The policy of the first screen.
pub const ENFORCE: &str = include_str!("../policies/enforce.json");

const SERVED: &str = "250 2.0.0 Ok";
const COME_AGAIN: &str = "450 4.3.2 Service currently unavailable";
const DROPPED: &str = "521 5.5.1 Protocol error";

/// So many refusals within an hour ban a client: `maxretry` of deploy/fail2ban/jail.local.
pub const MAXRETRY: usize = 3;

/// What the second screen goes through under one policy.
pub struct Act {
    pub policy: &'static str,
    /// All visits of a round are at the same time.
    pub rounds: &'static [&'static [Visits]],
}

/// A client that comes several times.
pub struct Visits {
    pub client: SmtpClient,
    pub times: usize,
    /// For how many failures the filter takes one visit: deploy/fail2ban/postscreen.conf.
    pub failures: usize,
    /// The same, of the stock filter in mode extra with deploy/fail2ban/postfix.local.
    pub failures_for_stock: usize,
}

const fn visits(client: SmtpClient, times: usize, failures: usize, failures_for_stock: usize) -> Visits {
    Visits { client, times, failures, failures_for_stock }
}

/// All visits of all acts.
pub fn visits_of_all_acts() -> impl Iterator<Item = &'static Visits> {
    ACTS.iter().flat_map(|act| act.rounds.iter().copied().flatten())
}

/// The acts of the second screen. The last client is banned: a reader that has banned it has read all the others.
pub static ACTS: [Act; 3] = [
    Act {
        policy: include_str!("../policies/ignore.json"),
        rounds: &[&[
            visits(SmtpClient::early([127, 0, 1, 9], SERVED), MAXRETRY, 0, 1),
            visits(SmtpClient::early([127, 0, 1, 30], SERVED), MAXRETRY, 0, 2),
            visits(SmtpClient::patient([127, 0, 1, 31], SERVED), MAXRETRY, 0, 1),
            visits(SmtpClient::patient([127, 0, 1, 66], SERVED), MAXRETRY, 0, 1),
            visits(SmtpClient::early([127, 0, 1, 13], SERVED).saying(FORGED_NAME), MAXRETRY, 0, 1),
        ]],
    },
    Act {
        policy: include_str!("../policies/soft-bounce.json"),
        rounds: &[
            &[
                visits(SmtpClient::early([127, 0, 2, 9], "450 4.5.1 Protocol error"), MAXRETRY, 1, 2),
                visits(SmtpClient::patient([127, 0, 2, 31], SOFTLY_BLOCKED), MAXRETRY, 1, 2),
                // Told the same as a good client that is to come again, so our filter spares it.
                visits(SmtpClient::patient([127, 0, 2, 66], COME_AGAIN), MAXRETRY, 0, 1),
                visits(SmtpClient::patient([127, 0, 2, 11], COME_AGAIN), 1, 0, 0),
                visits(
                    SmtpClient::patient([127, 0, 2, 13], SOFTLY_BLOCKED_FORGER).with_sender(FORGED_SENDER),
                    MAXRETRY,
                    1,
                    2,
                ),
            ],
            &[visits(SmtpClient::patient([127, 0, 2, 11], SERVED), 1, 0, 0)],
        ],
    },
    Act {
        policy: include_str!("../policies/drop.json"),
        rounds: &[
            &[
                visits(SmtpClient::early([127, 0, 3, 9], DROPPED), MAXRETRY, 1, 1),
                visits(SmtpClient::early([127, 0, 3, 10], DROPPED), MAXRETRY - 1, 1, 1),
                visits(SmtpClient::patient([127, 0, 3, 31], BLOCKED), MAXRETRY, 1, 1),
                visits(SmtpClient::patient([127, 0, 3, 66], DENIED), MAXRETRY, 1, 1),
                visits(SmtpClient::patient([127, 0, 3, 11], SERVED), MAXRETRY, 0, 0),
                visits(SmtpClient::early([127, 0, 3, 13], DROPPED).saying(FORGED_LINES), MAXRETRY, 1, 1),
            ],
            &[visits(SmtpClient::early([127, 0, 3, 99], DROPPED), MAXRETRY, 1, 1)],
        ],
    },
];

const SOFTLY_BLOCKED: &str =
    "450 4.7.1 Service unavailable; client [127.0.2.31] blocked using bl.example.test";
const SOFTLY_BLOCKED_FORGER: &str =
    "450 4.7.1 Service unavailable; client [127.0.2.13] blocked using bl.example.test";
const BLOCKED: &str = "521 5.7.1 Service unavailable; client [127.0.3.31] blocked using bl.example.test";
const DENIED: &str = "521 5.3.2 Service currently unavailable";

/// It has never been here; clients that are served and clients that are refused write it into the log.
pub const INNOCENT: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// Whoever believes this bans the innocent. The CR would be the end of a line.
const FORGED_NAME: &str = "EHLO x]: DISCONNECT [198.51.100.7]:25\r2026-11-30T06:00:00Z mx postfix/postscreen[1]: \
                           NOQUEUE: reject: RCPT from [198.51.100.7]:25: 550 5.7.1 Service unavailable\r\n";

/// The same as a sender: of a name that is greeted, the log has the first word only.
const FORGED_SENDER: &str = "x> PREGREET 1 after 0 from [198.51.100.7]:25: DISCONNECT [198.51.100.7]:25\r\
                             2026-11-30T06:00:00Z mx postfix/postscreen[1]: NOQUEUE: reject: RCPT from \
                             [198.51.100.7]:25: 550 5.7.1 Service unavailable; x";

/// The same with real lines, of which only the log makes one.
const FORGED_LINES: &str = "PREGREET 9 after 0 from [198.51.100.7]:25: x\r\nDISCONNECT [198.51.100.7]:25\r\n\
                            2026-11-30T06:00:00Z mx postfix/postscreen[1]: DNSBL rank 9 for [198.51.100.7]:25\n\
                            2026-11-30T06:00:00Z mx postfix/postscreen[1]: DISCONNECT [198.51.100.7]:25\n";
