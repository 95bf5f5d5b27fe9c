//! The series that are measured under one policy.
//!
//! Proxy-Wasm has no labels, so they are part of a series' name, in the shape that Istio extracts
//! (`proxyConfig.extraStatTags`) and that Envoy's `stats_tags` can be told:
//! `zone=.=bl.test;.;answer=.=listed;.;postscreen_list_answers_total`. Values are of a fixed set or from the
//! configuration, never a client's, so the number of series is bounded; what may hold a secret key is called by its
//! public name.

use super::{Counter, Family, Gauge, MetricKind};
use crate::dnsbl::Zone;
use crate::record::Test;
use crate::verdict::Verdict;
use std::fmt;
use std::sync::Arc;

/// The exported name of a series, labels included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesName(Arc<str>);

impl SeriesName {
    /// Whether both are of one catalogue, and the same there. Two names may be equal and of two catalogues; to find
    /// that out takes many times as long.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// As hosts write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SeriesName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for SeriesName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A character of a label's value: none that could end it, or that a host has to escape.
fn shown(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }
}

/// Something that is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub name: SeriesName,
    /// What it does.
    pub kind: MetricKind,
    /// What is measured, in one sentence.
    pub help: &'static str,
}

impl Series {
    fn plain(name: &str, kind: MetricKind, help: &'static str) -> Self {
        Self { name: name.into(), kind, help }
    }

    fn of(family: &Family, values: &[&str]) -> Self {
        let mut name = String::new();
        for (label, value) in family.labels.iter().zip(values) {
            name.push_str(label);
            name.push_str("=.=");
            name.extend(value.chars().map(shown));
            name.push_str(";.;");
        }
        name.push_str(family.name);
        Self::plain(&name, family.kind, family.help)
    }
}

/// What is measured, apart from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A total.
    Counter(Counter),
    /// A level.
    Gauge(Gauge),
    /// [`Family::VERDICTS`].
    Verdict(Verdict),
    /// [`Family::FAILED_TESTS`].
    FailedTest(Test),
    /// [`Family::TRIAL_FAILED_TESTS`].
    TrialFailedTest(Test),
    /// [`Family::VERDICT_TIME`].
    VerdictTime,
    /// One of the list with this number.
    List(usize, ListMeasure),
}

impl Measure {
    /// Whether it can wait until there is something else to tell: what did not happen (a list that does not have the
    /// client, a client that is not known), which most clients bring, and how full the table of passes is.
    pub fn can_wait(self) -> bool {
        matches!(
            self,
            Self::List(_, ListMeasure::Unlisted)
                | Self::Counter(Counter::DnsUnlisted | Counter::CacheMiss)
                | Self::Gauge(Gauge::CacheClients)
        )
    }
}

/// Whether what is called that [can wait](Measure::can_wait). What two hosts have been told of it may differ.
pub fn can_wait(name: &str) -> bool {
    let plain = [Counter::DnsUnlisted.name(), Counter::CacheMiss.name(), Gauge::CacheClients.name()];
    let of_a_list = || name.contains("answer=.=unlisted;.;") && name.ends_with(Family::LIST_ANSWERS.name);
    plain.contains(&name) || of_a_list()
}

/// What is measured of each list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListMeasure {
    /// Answers that are a listing.
    Listed,
    /// Answers that are none.
    Unlisted,
    /// Answers that are an error.
    Error,
    /// Questions without an answer.
    Timeout,
    /// [`Family::LIST_UNIQUE_HITS`].
    UniqueHit,
    /// [`Family::LIST_ANSWER_TIME`].
    AnswerTime,
    /// [`Family::LIST_MUTED`].
    Muted,
}

impl ListMeasure {
    /// In the order of their declaration.
    const ALL: [Self; 7] = [
        Self::Listed,
        Self::Unlisted,
        Self::Error,
        Self::Timeout,
        Self::UniqueHit,
        Self::AnswerTime,
        Self::Muted,
    ];

    fn series(self, list: &str) -> Series {
        let answer = match self {
            Self::Listed => "listed",
            Self::Unlisted => "unlisted",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::UniqueHit => return Series::of(&Family::LIST_UNIQUE_HITS, &[list]),
            Self::AnswerTime => return Series::of(&Family::LIST_ANSWER_TIME, &[list]),
            Self::Muted => return Series::of(&Family::LIST_MUTED, &[list]),
        };
        Series::of(&Family::LIST_ANSWERS, &[list, answer])
    }
}

/// All series of a policy, each at the place that `place` gives it.
#[derive(Clone, Debug, Default)]
pub struct Catalogue(Vec<Series>);

const GAUGES: usize = Counter::ALL.len();
const VERDICTS: usize = GAUGES + Gauge::ALL.len();
const FAILED_TESTS: usize = VERDICTS + Verdict::ALL.len();
const TRIAL_FAILED_TESTS: usize = FAILED_TESTS + Test::ALL.len();
const VERDICT_TIME: usize = TRIAL_FAILED_TESTS + Test::ALL.len();
const LISTS: usize = VERDICT_TIME + 1;

fn place(measure: Measure) -> usize {
    match measure {
        Measure::Counter(counter) => counter as usize,
        Measure::Gauge(gauge) => GAUGES + gauge as usize,
        Measure::Verdict(verdict) => VERDICTS + verdict as usize,
        Measure::FailedTest(test) => FAILED_TESTS + test as usize,
        Measure::TrialFailedTest(test) => TRIAL_FAILED_TESTS + test as usize,
        Measure::VerdictTime => VERDICT_TIME,
        Measure::List(list, measure) => LISTS + list * ListMeasure::ALL.len() + measure as usize,
    }
}

impl Catalogue {
    /// What is measured with these lists.
    pub fn new(zones: &[Zone]) -> Self {
        let mut all = Vec::with_capacity(LISTS + zones.len() * ListMeasure::ALL.len());
        for counter in Counter::ALL {
            all.push(Series::plain(counter.name(), MetricKind::Counter, counter.help()));
        }
        for gauge in Gauge::ALL {
            all.push(Series::plain(gauge.name(), MetricKind::Gauge, gauge.help()));
        }
        for verdict in Verdict::ALL {
            all.push(Series::of(&Family::VERDICTS, &[verdict.label()]));
        }
        for family in [&Family::FAILED_TESTS, &Family::TRIAL_FAILED_TESTS] {
            all.extend(Test::ALL.map(|test| Series::of(family, &[test.as_str()])));
        }
        all.push(Series::of(&Family::VERDICT_TIME, &[]));
        for zone in zones {
            for measure in ListMeasure::ALL {
                all.push(measure.series(zone.public_name.as_str()));
            }
        }
        Self(all)
    }

    /// All of them. Lists that share a public name have series of the same name.
    pub fn series(&self) -> &[Series] {
        &self.0
    }

    /// What a measurement is called; `None`: there is no such list.
    pub fn name(&self, measure: Measure) -> Option<&SeriesName> {
        self.0.get(place(measure)).map(|series| &series.name)
    }
}

#[cfg(test)]
mod tests;
