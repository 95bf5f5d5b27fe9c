//! The decision about a client, in one word.

use std::fmt;

/// What was decided, named after the log line that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The permanent access list permits the client.
    Allowlisted,
    /// The permanent access list rejects the client, and `denylist_action` is `drop`.
    Denylisted,
    /// Refused because of its DNSBL score.
    Dnsbl,
    /// The client left before a decision.
    Hangup,
    /// Served without a blessing: some test was not passed but its action is `ignore`, or no test is enabled.
    Pass,
    /// All tests passed, for the first time.
    PassNew,
    /// Known from an earlier visit.
    PassOld,
    /// Refused because it talked before its turn.
    Pregreet,
}

impl Verdict {
    /// The word or words that stand in access logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowlisted => "ALLOWLISTED",
            Self::Denylisted => "DENYLISTED",
            Self::Dnsbl => "DNSBL",
            Self::Hangup => "HANGUP",
            Self::Pass => "PASS",
            Self::PassNew => "PASS NEW",
            Self::PassOld => "PASS OLD",
            Self::Pregreet => "PREGREET",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
