//! What a worker counts and logs of the lists' answers.
//!
//! A failing list does not fill the log: a line about its trouble is written at most once a minute, by all workers
//! together ([`admit`]). Lines about clients without an address are limited in the same way.

use super::Worker;
use super::throttle::{HOUR_S, MINUTE_S, admit};
use super::view::whole_millis;
use crate::dns::Name;
use crate::dnsbl::{Heard, ParsedAnswer, Zone};
use crate::io::{ConnectionId, Output};
use crate::line::{Line, TEXT_MAX};
use crate::lookups::LookupAnswer;
use crate::metric::{Counter, ListMeasure, Measure};
use crate::shared::SharedData;
use crate::spf::Outcome;
use crate::time::Now;
use std::net::IpAddr;

/// What stands for a list's name in the rate limit of lines about clients without an address. No list has it.
const UNKNOWN_ADDRESS: &str = "(no address)";
const SERVED_UNSCREENED: &str = "warning: a client without an IP address is served without a test";

impl<S: SharedData> Worker<S> {
    /// Logs that a client without an address is served.
    pub(super) fn log_unscreened(&mut self, connection: ConnectionId, now: Now) {
        if admit(self.registry.shared(), UNKNOWN_ADDRESS, MINUTE_S, now.unix) {
            self.emit(Some(connection), Output::Log(Line::warning(SERVED_UNSCREENED.to_owned())));
        }
    }

    /// Counts an answer, and logs it if somebody waits for it.
    pub(super) fn log_answer(&mut self, answered: &LookupAnswer, now: Now) {
        self.count_answer(answered, now);
        let LookupAnswer { client, policy, list, first, .. } = answered;
        let Some(zone) = policy.zones().get(*list) else { return };
        let name = zone.public_name.as_str();
        let trouble = match &answered.heard {
            Heard::Ignored | Heard::Unlisted(_) => return,
            Heard::Listed(answer) => {
                if first.is_some() {
                    listing_lines(*client, zone, answer)
                        .for_each(|line| self.emit(*first, Output::Log(line)));
                }
                return;
            }
            Heard::TimedOut => {
                format!("warning: dnsblog reply timeout {}s for {name}", policy.dnsbl_timeout.as_secs())
            }
            Heard::Trouble(trouble) => {
                let resolver = &policy.resolver.cluster;
                format!(
                    "warning: dnsblog_query: lookup error for {client} at {name} by resolver {resolver}: {trouble}"
                )
            }
        };
        if admit(self.registry.shared(), name, MINUTE_S, now.unix) {
            self.emit(*first, Output::Log(Line::warning(trouble)));
        }
    }

    /// Counts an answer under the policy that asked.
    fn count_answer(&mut self, answered: &LookupAnswer, now: Now) {
        let LookupAnswer { policy, list, .. } = answered;
        let (total, of_list, heard) = match &answered.heard {
            Heard::Ignored => return,
            Heard::Listed(_) => (Counter::DnsListed, ListMeasure::Listed, true),
            Heard::Unlisted(_) => (Counter::DnsUnlisted, ListMeasure::Unlisted, true),
            Heard::TimedOut => (Counter::DnsTimeout, ListMeasure::Timeout, false),
            Heard::Trouble(_) => (Counter::DnsError, ListMeasure::Error, false),
        };
        let unique = answered.unique_hits.iter().map(|&list| Measure::List(list, ListMeasure::UniqueHit));
        let measures = [Measure::Counter(total), Measure::List(*list, of_list)].into_iter().chain(unique);
        for measure in measures {
            self.meter.count(policy.catalogue(), measure, 1, now.instant);
        }
        let time = policy.catalogue().name(Measure::List(*list, ListMeasure::AnswerTime));
        if let (Some(series), Some(since)) = (time, answered.timed_since.filter(|_| heard)) {
            let waited = whole_millis(now.instant.since(since));
            self.emit(None, Output::Sample(series.clone(), waited));
        }
    }
}

/// A line for each sender whose records are in trouble, once an hour.
pub(super) fn sender_lines<'a, S: SharedData>(
    shared: &'a S,
    troubles: &'a [(Name, Outcome)],
    now: Now,
) -> impl Iterator<Item = Line> + 'a {
    let due =
        move |(sender, _): &&(Name, Outcome)| admit(shared, &format!("(SPF) {sender}"), HOUR_S, now.unix);
    troubles.iter().filter(due).map(|(sender, outcome)| {
        let Outcome { result, .. } = outcome;
        let line =
            format!("warning: allow_spf: {sender} lets nobody in: {result}: {}", outcome.explanation());
        Line::warning(line.chars().take(TEXT_MAX).collect())
    })
}

/// One line for each address that a list answered with, as dnsblog(8) writes them.
pub(super) fn listing_lines(
    client: IpAddr,
    zone: &Zone,
    answer: &ParsedAnswer,
) -> impl Iterator<Item = Line> {
    let (list, trial) = (&zone.public_name, if zone.on_trial { " on trial" } else { "" });
    let line =
        move |address| Line::info(format!("addr {client} listed by domain {list} as {address}{trial}"));
    answer.addresses.iter().map(line)
}
