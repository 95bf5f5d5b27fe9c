//! What lists and tests on trial would have done to a client: a line in the log each, and a count.

use super::{Session, Surroundings, bracketed, log};
use crate::dnsbl::Trial;
use crate::line::TEXT_MAX;
use crate::policy::Action;
use crate::record::Test;

impl Session {
    /// The tests before the greeting are over: would it have been otherwise with the lists on trial?
    pub(super) fn tell_lists_on_trial(&self, around: &mut dyn Surroundings) {
        let Some(trial) = around.trial() else { return };
        around.count(trial.effect.counter());
        let Trial { total, total_with_trials, effect, lists } = trial;
        let zones = lists.into_iter().filter_map(|list| self.policy.zones().get(list));
        let names: Vec<_> = zones.map(|zone| zone.public_name.as_str()).collect();
        let (client, names) = (bracketed(self.client), names.join(", "));
        let line =
            format!("TRIAL rank {total_with_trials} in place of {total} for {client}: {effect} ({names})");
        log(around, line.chars().take(TEXT_MAX).collect());
    }

    /// The client has failed a test: if that is on trial, what would have become of the client?
    pub(super) fn tell_test_on_trial(&self, test: Test, around: &mut dyn Surroundings) {
        let action = self.policy.configured_action(test);
        if !self.policy.is_on_trial(test) || action == Action::Ignore {
            return;
        }
        around.count_trial(test);
        log(around, format!("TRIAL {test} for {}: would be refused ({action})", bracketed(self.client)));
    }
}
