//! Everything that is counted, by name. A name is a promise to dashboards: it is never reused for something else.

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
        Connect = "postscreen_connect",
        /// Clients that the access list permits.
        Allowlisted = "postscreen_allowlisted",
        /// Clients that the access list rejects, whatever the action.
        Denylisted = "postscreen_denylisted",
        /// New clients that passed all tests.
        PassNew = "postscreen_pass_new",
        /// Clients served because of an earlier pass, or after renewing it.
        PassOld = "postscreen_pass_old",
        /// Clients that talked before their turn, whatever the action.
        Pregreet = "postscreen_pregreet",
        /// Clients with a DNSBL score at or above the threshold, whatever the action.
        DnsblBlocked = "postscreen_dnsbl_blocked",
        /// Clients that left before a decision.
        Hangup = "postscreen_hangup",
        /// Clients that got a 521 reply.
        Refused = "postscreen_refused",
        /// Questions asked to DNS lists.
        DnsQuestion = "postscreen_dns_question",
        /// Questions answered with a listing.
        DnsListed = "postscreen_dns_listed",
        /// Questions answered with an error, or with something that is no answer.
        DnsError = "postscreen_dns_error",
        /// Questions that stayed unanswered for `dnsbl_timeout`.
        DnsTimeout = "postscreen_dns_timeout",
        /// Passes that could not be stored because other workers kept changing the same bucket.
        RememberFailed = "postscreen_remember_failed",
    }
}

metrics! {
    /// Gauges: how many there are now.
    Gauge {
        /// Clients that wait for their verdict.
        Held = "postscreen_held",
    }
}
