//! The decision about a client, in one word.

use std::fmt;

/// What was decided, named after the log line that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The permanent access list permits the client.
    Allowlisted,
    /// The permanent access list rejects the client, and `denylist_action` is not `ignore`.
    Denylisted,
    /// Ended a line without CR.
    BareNewline,
    /// Sent more commands than `command_count_limit` to the dummy SMTP server.
    CommandCountLimit,
    /// Sent a longer command than `line_length_limit`.
    CommandLengthLimit,
    /// Took longer than `command_time_limit` for a command.
    CommandTimeLimit,
    /// Told to come again: it passed tests that need a dialogue, or came to an address where none can be passed.
    Deferred,
    /// Refused because of its DNSBL score.
    Dnsbl,
    /// Sent more than 16 KiB before its turn, while lists had not answered.
    EarlyTalkLimit,
    /// The client left before a decision.
    Hangup,
    /// Without a PROXY header, or with a bad one.
    NoResources,
    /// Sent something that is no SMTP.
    NonSmtpCommand,
    /// Served without a blessing: some test was not passed but its action is `ignore`, or no test is enabled.
    Pass,
    /// All tests passed, for the first time.
    PassNew,
    /// Known from an earlier visit.
    PassOld,
    /// Sent a command before the reply to the last one.
    Pipelining,
    /// Refused because it talked before its turn.
    Pregreet,
    /// As many clients are being screened as `pre_queue_limit` allows.
    ScreeningPortsBusy,
    /// As many clients wait for the mail server as `post_queue_limit` allows.
    ServerPortsBusy,
    /// More sessions of one client than `client_connection_count_limit`.
    TooManyConnections,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Allowlisted,
        Self::Denylisted,
        Self::BareNewline,
        Self::CommandCountLimit,
        Self::CommandLengthLimit,
        Self::CommandTimeLimit,
        Self::Deferred,
        Self::Dnsbl,
        Self::EarlyTalkLimit,
        Self::Hangup,
        Self::NoResources,
        Self::NonSmtpCommand,
        Self::Pass,
        Self::PassNew,
        Self::PassOld,
        Self::Pipelining,
        Self::Pregreet,
        Self::ScreeningPortsBusy,
        Self::ServerPortsBusy,
        Self::TooManyConnections,
    ];

    /// The word or words that stand in access logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowlisted => "ALLOWLISTED",
            Self::BareNewline => "BARE NEWLINE",
            Self::CommandCountLimit => "COMMAND COUNT LIMIT",
            Self::CommandLengthLimit => "COMMAND LENGTH LIMIT",
            Self::CommandTimeLimit => "COMMAND TIME LIMIT",
            Self::Deferred => "DEFERRED",
            Self::Denylisted => "DENYLISTED",
            Self::Dnsbl => "DNSBL",
            Self::EarlyTalkLimit => "EARLY TALK LIMIT",
            Self::Hangup => "HANGUP",
            Self::NoResources => "NO RESOURCES",
            Self::NonSmtpCommand => "NON-SMTP COMMAND",
            Self::Pass => "PASS",
            Self::PassNew => "PASS NEW",
            Self::PassOld => "PASS OLD",
            Self::Pipelining => "COMMAND PIPELINING",
            Self::Pregreet => "PREGREET",
            Self::ScreeningPortsBusy => "ALL SCREENING PORTS BUSY",
            Self::ServerPortsBusy => "ALL SERVER PORTS BUSY",
            Self::TooManyConnections => "TOO MANY CONNECTIONS",
        }
    }

    /// The word that stands in metrics.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Allowlisted => "allowlisted",
            Self::BareNewline => "bare_newline",
            Self::CommandCountLimit => "command_count_limit",
            Self::CommandLengthLimit => "command_length_limit",
            Self::CommandTimeLimit => "command_time_limit",
            Self::Deferred => "deferred",
            Self::Denylisted => "denylisted",
            Self::Dnsbl => "dnsbl",
            Self::EarlyTalkLimit => "early_talk_limit",
            Self::Hangup => "hangup",
            Self::NoResources => "no_resources",
            Self::NonSmtpCommand => "non_smtp_command",
            Self::Pass => "pass",
            Self::PassNew => "pass_new",
            Self::PassOld => "pass_old",
            Self::Pipelining => "pipelining",
            Self::Pregreet => "pregreet",
            Self::ScreeningPortsBusy => "screening_ports_busy",
            Self::ServerPortsBusy => "server_ports_busy",
            Self::TooManyConnections => "too_many_connections",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
