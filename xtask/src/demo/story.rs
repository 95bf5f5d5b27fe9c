//! The clients of the demo: who each one is, what it does, and what must become of it.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// One client.
#[derive(Debug)]
pub struct DemoStory {
    pub name: &'static str,
    /// Every client has an address of its own in 127.0.0.0/8, all of which is this machine.
    pub from: Ipv4Addr,
    pub manners: Conduct,
    /// What the access log says about it.
    pub verdict: &'static str,
    /// The first line that it receives; `None`: it is gone before one comes.
    pub reply: Option<&'static str>,
    /// How long it waits for that line, or until it gives up.
    pub wait: Wait,
}

/// What a client does with its connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Conduct {
    /// Closes after `PATIENCE`, without a word.
    HangsUp,
    /// Waits for the greeting, delivers one mail, says QUIT.
    Polite,
    /// Says EHLO before it has been greeted.
    TalksEarly,
}

/// How long a client waits, roughly: the machine may be busy, but the order of the clients is certain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wait {
    Greet,
    None,
    Patience,
}

/// `greet_wait` in xtask/demo/policy.json.
pub const GREET_WAIT: Duration = Duration::from_secs(2);

/// How long the client waits that hangs up. Shorter than `GREET_WAIT`, longer than a client without wait may take.
pub const PATIENCE: Duration = Duration::from_millis(1_500);

/// Slack for a busy machine.
const SLACK: Duration = Duration::from_millis(1_200);

/// The greeting of host-sim's embedded mail server.
const GREETING: &str = "220 mx.test ESMTP";

/// In the order of the table.
pub const STORIES: [DemoStory; 9] = [
    DemoStory {
        name: "new and polite",
        from: Ipv4Addr::new(127, 0, 0, 10),
        manners: Conduct::Polite,
        verdict: "PASS NEW",
        reply: Some(GREETING),
        wait: Wait::Greet,
    },
    DemoStory {
        name: "returning",
        from: Ipv4Addr::new(127, 0, 0, 10),
        manners: Conduct::Polite,
        verdict: "PASS OLD",
        reply: Some(GREETING),
        wait: Wait::None,
    },
    DemoStory {
        name: "talks too early",
        from: Ipv4Addr::new(127, 0, 0, 20),
        manners: Conduct::TalksEarly,
        verdict: "PREGREET",
        reply: Some("521 5.5.1 Protocol error"),
        wait: Wait::None,
    },
    DemoStory {
        name: "listed",
        from: Ipv4Addr::new(127, 0, 0, 30),
        manners: Conduct::Polite,
        verdict: "DNSBL",
        reply: Some("521 5.7.1 Service unavailable; client [127.0.0.30] blocked using bl.demo.test"),
        // As in Postfix, the verdict is taken at the end of the wait, however early the lists have answered.
        wait: Wait::Greet,
    },
    DemoStory {
        name: "listed, below threshold",
        from: Ipv4Addr::new(127, 0, 0, 35),
        manners: Conduct::Polite,
        verdict: "PASS NEW",
        reply: Some(GREETING),
        wait: Wait::Greet,
    },
    DemoStory {
        name: "allowlisted by DNS",
        from: Ipv4Addr::new(127, 0, 0, 40),
        manners: Conduct::Polite,
        verdict: "PASS NEW",
        reply: Some(GREETING),
        wait: Wait::None,
    },
    DemoStory {
        name: "permitted",
        from: Ipv4Addr::new(127, 0, 0, 25),
        manners: Conduct::Polite,
        verdict: "ALLOWLISTED",
        reply: Some(GREETING),
        wait: Wait::None,
    },
    DemoStory {
        name: "denied",
        from: Ipv4Addr::new(127, 0, 0, 66),
        manners: Conduct::Polite,
        verdict: "DENYLISTED",
        reply: Some("521 5.3.2 Service currently unavailable"),
        wait: Wait::None,
    },
    DemoStory {
        name: "hangs up",
        from: Ipv4Addr::new(127, 0, 0, 70),
        manners: Conduct::HangsUp,
        verdict: "HANGUP",
        reply: None,
        wait: Wait::Patience,
    },
];

impl Wait {
    /// The shortest and the longest wait that count as this one.
    pub fn range(self) -> RangeInclusive<Duration> {
        let shortest = match self {
            Self::Greet => GREET_WAIT,
            Self::None => Duration::ZERO,
            Self::Patience => PATIENCE,
        };
        shortest..=shortest + SLACK
    }
}

#[cfg(test)]
mod tests;
