//! Everything that is measured, by name. A name is a promise to dashboards: it is never reused for something else.
//!
//! Names are Prometheus': counters end in `_total`, and units are written out. A *family* that has labels is measured
//! once for each combination of their values, its *series* ([`Catalogue`]); the plain totals beside them are for those
//! who cannot show labels.

mod catalogue;

pub use catalogue::{Catalogue, ListMeasure, Measure, Series, SeriesName, can_wait};

/// Declares an enum of metrics with `ALL`, and the exported name and the meaning of each.
macro_rules! metrics {
    ($(#[$doc:meta])* $kind:ident { $(#[doc = $help:literal] $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind { $(#[doc = $help] $variant,)* }

        impl $kind {
            /// All of them, in the order of their numbers (`as usize`).
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The exported name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What is counted, in one sentence.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help.trim_ascii(),)* }
            }
        }
    };
}

metrics! {
    /// Counters: they only grow.
    Counter {
        /// Clients that connected.
        Connect = "postscreen_connections_total",
        /// Clients that the access list permits.
        Allowlisted = "postscreen_allowlisted_total",
        /// Clients that the access list rejects, whatever the action.
        Denylisted = "postscreen_denylisted_total",
        /// Clients that came to a server address outside `allowlist_interfaces`.
        AllowlistVeto = "postscreen_allowlist_veto_total",
        /// Sessions refused because of `client_connection_count_limit`.
        ConnectionCountLimit = "postscreen_connection_count_limit_total",
        /// Sessions refused because of `pre_queue_limit`.
        PreQueueLimit = "postscreen_pre_queue_limit_total",
        /// Sessions refused because of `post_queue_limit`.
        PostQueueLimit = "postscreen_post_queue_limit_total",
        /// Connections without a PROXY header, or with a bad one, where there must be one.
        ProxyHeaderBad = "postscreen_proxy_header_bad_total",
        /// New clients that passed all tests.
        PassNew = "postscreen_pass_new_total",
        /// Clients served because of an earlier pass, or after renewing it.
        PassOld = "postscreen_pass_old_total",
        /// Clients that talked before their turn, whatever the action.
        Pregreet = "postscreen_pregreet_total",
        /// Clients that sent more than 16 KiB before their turn and were not waited for.
        EarlyTalkLimit = "postscreen_early_talk_limit_total",
        /// Clients with a DNSBL score at or above the threshold, whatever the action.
        DnsblBlocked = "postscreen_dnsbl_blocked_total",
        /// Clients that sent a command before the reply to the last one, whatever the action.
        Pipelining = "postscreen_pipelining_total",
        /// Clients that sent a forbidden command or a mail header as a command, whatever the action.
        NonSmtpCommand = "postscreen_non_smtp_command_total",
        /// Clients that ended a line without CR, whatever the action.
        BareNewline = "postscreen_bare_newline_total",
        /// Recipients that the dummy SMTP server refused or deferred.
        RecipientRejected = "postscreen_recipients_rejected_total",
        /// Clients that sent more commands than `command_count_limit`.
        CommandCountLimit = "postscreen_command_count_limit_total",
        /// Clients that took longer than `command_time_limit` for a command.
        CommandTimeLimit = "postscreen_command_time_limit_total",
        /// Clients that sent a command longer than `line_length_limit`.
        CommandLengthLimit = "postscreen_command_length_limit_total",
        /// Clients that left before a decision.
        Hangup = "postscreen_hangup_total",
        /// Clients that got one reply, 521 or 421, and were closed.
        Refused = "postscreen_refused_total",
        /// Clients that a sender of `allow_spf` vouches for.
        SpfPass = "postscreen_spf_pass_total",
        /// Clients that lists on trial would have blocked, whatever the action.
        TrialBlocked = "postscreen_trial_blocked_total",
        /// Clients that would not have been blocked if lists on trial had counted.
        TrialNotBlocked = "postscreen_trial_not_blocked_total",
        /// Clients that lists on trial would have allowlisted.
        TrialAllowlisted = "postscreen_trial_allowlisted_total",
        /// Clients that would not have been allowlisted if lists on trial had counted.
        TrialNotAllowlisted = "postscreen_trial_not_allowlisted_total",
        /// Questions asked to DNS lists.
        DnsQuestion = "postscreen_dns_questions_total",
        /// Questions answered with a listing.
        DnsListed = "postscreen_dns_listed_total",
        /// Questions answered with no listing.
        DnsUnlisted = "postscreen_dns_unlisted_total",
        /// Questions answered with an error, or with something that is no answer.
        DnsError = "postscreen_dns_errors_total",
        /// Questions that stayed unanswered for `dnsbl_timeout`.
        DnsTimeout = "postscreen_dns_timeouts_total",
        /// Clients of whom a pass was remembered that still counts, if only for some of the tests.
        CacheHit = "postscreen_cache_hits_total",
        /// Clients of whom nothing was remembered that still counts.
        CacheMiss = "postscreen_cache_misses_total",
        /// Passes that were forgotten before their end, because their bucket of the table was full.
        CacheEviction = "postscreen_cache_evictions_total",
        /// Passes that could not be stored because other workers kept changing the same bucket.
        RememberFailed = "postscreen_remember_failures_total",
    }
}

metrics! {
    /// Gauges: how many there are now.
    Gauge {
        /// Clients that are being screened.
        Held = "postscreen_held_clients",
        /// Places of the table of passes that are taken, ended passes included.
        CacheClients = "postscreen_cache_clients",
        /// Places that the table of passes has.
        CachePlaces = "postscreen_cache_places",
    }
}

/// What a metric does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It gathers samples.
    Histogram,
}

/// Measurements that differ in the values of their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// The exported name.
    pub name: &'static str,
    /// What its series are told apart by.
    pub labels: &'static [&'static str],
    /// What it does.
    pub kind: MetricKind,
    /// What is measured, in one sentence.
    pub help: &'static str,
}

impl Family {
    /// The verdict of each client, once.
    pub const VERDICTS: Self = Self {
        name: "postscreen_verdicts_total",
        labels: &["verdict"],
        kind: MetricKind::Counter,
        help: "Clients by their verdict, one for each.",
    };
    /// Failed tests.
    pub const FAILED_TESTS: Self = Self {
        name: "postscreen_failed_tests_total",
        labels: &["test"],
        kind: MetricKind::Counter,
        help: "Clients by the test that they have failed, whatever the action.",
    };
    /// Failed tests on trial.
    pub const TRIAL_FAILED_TESTS: Self = Self {
        name: "postscreen_trial_failed_tests_total",
        labels: &["test"],
        kind: MetricKind::Counter,
        help: "Clients by the test on trial that they have failed, and for which they would have been refused.",
    };
    /// From connect to the verdict.
    pub const VERDICT_TIME: Self = Self {
        name: "postscreen_verdict_milliseconds",
        labels: &[],
        kind: MetricKind::Histogram,
        help: "Time from connect to the verdict, of clients that had to wait for it.",
    };
    /// What the lists have answered.
    pub const LIST_ANSWERS: Self = Self {
        name: "postscreen_list_answers_total",
        labels: &["zone", "answer"],
        kind: MetricKind::Counter,
        help: "Answers of each list: `listed`, `unlisted`, `error`, or `timeout` for none.",
    };
    /// What only one list knows.
    pub const LIST_UNIQUE_HITS: Self = Self {
        name: "postscreen_list_unique_hits_total",
        labels: &["zone"],
        kind: MetricKind::Counter,
        help: "Listings that counted, of clients for whom no other list of the same sign (weight above or below 0) \
               did.",
    };
    /// How fast the lists are.
    pub const LIST_ANSWER_TIME: Self = Self {
        name: "postscreen_list_answer_milliseconds",
        labels: &["zone"],
        kind: MetricKind::Histogram,
        help: "Time from a question to the list's answer.",
    };
    /// Which lists are worth nothing at present.
    pub const LIST_MUTED: Self = Self {
        name: "postscreen_list_muted",
        labels: &["zone"],
        kind: MetricKind::Gauge,
        help: "1 if the list is muted, because it lists the world, answers errors or does not answer; else 0.",
    };
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::VERDICTS,
        Self::FAILED_TESTS,
        Self::TRIAL_FAILED_TESTS,
        Self::VERDICT_TIME,
        Self::LIST_ANSWERS,
        Self::LIST_UNIQUE_HITS,
        Self::LIST_ANSWER_TIME,
        Self::LIST_MUTED,
    ];
}

/// What `name`, without labels, measures; `None`: nothing here is called that.
pub fn help(name: &str) -> Option<&'static str> {
    let counters = Counter::ALL.iter().map(|counter| (counter.name(), counter.help()));
    let gauges = Gauge::ALL.iter().map(|gauge| (gauge.name(), gauge.help()));
    let families = Family::ALL.iter().map(|family| (family.name, family.help));
    counters.chain(gauges).chain(families).find(|&(known, _)| known == name).map(|(_, help)| help)
}
