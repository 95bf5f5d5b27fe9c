//! Tests on trial (`trial_tests`): what they do, and what they would have done.

use super::{Action, Policy};
use crate::record::{Test, TestSet};

impl Policy {
    /// What to do with a client that fails a test: as configured, but for tests on trial, which are ignored.
    pub fn action(&self, test: Test) -> Action {
        if self.is_on_trial(test) { Action::Ignore } else { self.configured_action(test) }
    }

    /// What is configured for a test, on trial or not.
    pub fn configured_action(&self, test: Test) -> Action {
        match test {
            Test::Pregreet => self.greet_action,
            Test::Dnsbl => self.dnsbl_action,
            Test::Pipelining => self.pipelining_action,
            Test::NonSmtpCommand => self.non_smtp_command_action,
            Test::BareNewline => self.bare_newline_action,
        }
    }

    /// Whether a test is on trial.
    pub fn is_on_trial(&self, test: Test) -> bool {
        self.compiled.on_trial.contains(test)
    }

    /// The deep tests that are switched on, and on trial. They are no [enabled](Policy::enabled_tests) ones: nobody is
    /// deferred because of them, and they watch only in dialogues that happen anyway.
    pub fn deep_tests_on_trial(&self) -> TestSet {
        self.compiled.deep_trials
    }
}
