//! Two policies side by side, and plain values of theirs.

use super::{Difference, Topic};
use crate::policy::{Action, Period, Policy, StressPeriod};
use crate::record::Test;
use std::fmt::Display;

/// The policy that was, and the one that is to be.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub old: &'a Policy,
    pub new: &'a Policy,
}

impl<'a> Pair<'a> {
    /// A field whose value says enough when it is written out. `meaning` is given what it was and what it is.
    pub fn plain<T: PartialEq + Display>(
        self,
        topic: Topic,
        field: &'static str,
        value: impl Fn(&'a Policy) -> T,
        meaning: impl FnOnce(T, T) -> Vec<String>,
    ) -> Option<Difference> {
        let (old, new) = (value(self.old), value(self.new));
        (old != new).then(|| Difference {
            topic,
            field,
            old: old.to_string(),
            new: new.to_string(),
            meaning: meaning(old, new),
        })
    }

    /// Yes or no, each with its words.
    pub fn switch(
        self,
        topic: Topic,
        field: &'static str,
        value: impl Fn(&Policy) -> bool,
        [on, off]: [&str; 2],
    ) -> Option<Difference> {
        self.plain(topic, field, value, |_, now| vec![if now { on } else { off }.to_owned()])
    }

    /// The same where it means nothing while `test` is off.
    pub fn switch_of(
        self,
        test: Test,
        topic: Topic,
        field: &'static str,
        value: impl Fn(&Policy) -> bool,
        words: [&str; 2],
    ) -> Option<Difference> {
        match self.without_effect_unless(test) {
            Some(off) => self.switch(topic, field, value, [&off, &off]),
            None => self.switch(topic, field, value, words),
        }
    }

    /// A time span.
    pub fn span(
        self,
        topic: Topic,
        field: &'static str,
        value: impl Fn(&Policy) -> Period,
        meaning: impl FnOnce(Period) -> Vec<String>,
    ) -> Option<Difference> {
        self.plain(topic, field, value, |_, now| meaning(now))
    }

    /// A time span with another value for times of stress.
    pub fn stress_span(
        self,
        topic: Topic,
        field: &'static str,
        value: impl Fn(&Policy) -> StressPeriod,
        meaning: impl FnOnce(&str) -> Vec<String>,
    ) -> Option<Difference> {
        self.plain(topic, field, |policy| spans(value(policy)), |_, now| meaning(&now))
    }

    /// Text that people wrote, in quotes.
    pub fn text(
        self,
        topic: Topic,
        field: &'static str,
        value: impl Fn(&'a Policy) -> &'a str,
        meaning: impl FnOnce(&str, &str) -> Vec<String>,
    ) -> Option<Difference> {
        let (old, new) = (value(self.old), value(self.new));
        self.plain(topic, field, |policy| format!("{:?}", value(policy)), |_, _| meaning(old, new))
    }

    /// A sentence on a change that waits for a test to be on.
    pub fn without_effect_unless(self, test: Test) -> Option<String> {
        let off = !self.new.enabled_tests().contains(test);
        off.then(|| format!("{}, so this has no effect yet.", why_off(test)))
    }

    /// A sentence on a change that waits for lists or senders to be asked.
    pub fn without_effect_unless_asking(self) -> Option<String> {
        let nobody = !self.new.enabled_tests().contains(Test::Dnsbl) && self.new.allow_spf.is_empty();
        let why = "Nobody is asked (dnsbl_sites and allow_spf are empty), so this has no effect yet.";
        nobody.then(|| why.to_owned())
    }
}

/// Why a test is off.
fn why_off(test: Test) -> &'static str {
    match test {
        Test::Pregreet => "The pregreet test is off (greet_banner is empty)",
        Test::Dnsbl => "No list is asked (dnsbl_sites is empty)",
        Test::Pipelining => "The test is off (pipelining_enable is false)",
        Test::NonSmtpCommand => "The test is off (non_smtp_command_enable is false)",
        Test::BareNewline => "The test is off (bare_newline_enable is false)",
    }
}

/// `6s, under stress 2s`
fn spans(spans: StressPeriod) -> String {
    match (spans.period(false), spans.period(true)) {
        (normal, stressed) if normal == stressed => normal.to_string(),
        (normal, stressed) => format!("{normal}, under stress {stressed}"),
    }
}

/// What becomes of a client that fails a test, as the end of a sentence about clients.
pub fn fate(action: Action, policy: &Policy) -> String {
    let (dropped, refused) = if policy.soft_bounce { ("421", "450") } else { ("521", "550") };
    match action {
        Action::Ignore => "are logged and served (ignore)".to_owned(),
        Action::Enforce => format!("may talk, but every recipient is refused with {refused} (enforce)"),
        Action::Drop => format!("are refused at once with {dropped} (drop)"),
    }
}

/// `1 rule`, `2 rules`
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
