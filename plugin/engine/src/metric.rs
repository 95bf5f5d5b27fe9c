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
        /// Clients that came to a server address outside `allowlist_interfaces`.
        AllowlistVeto = "postscreen_allowlist_veto",
        /// Sessions refused because of `client_connection_count_limit`.
        ConnectionCountLimit = "postscreen_connection_count_limit",
        /// Sessions refused because of `pre_queue_limit`.
        PreQueueLimit = "postscreen_pre_queue_limit",
        /// Sessions refused because of `post_queue_limit`.
        PostQueueLimit = "postscreen_post_queue_limit",
        /// Connections without a PROXY header, or with a bad one, where there must be one.
        ProxyHeaderBad = "postscreen_proxy_header_bad",
        /// New clients that passed all tests.
        PassNew = "postscreen_pass_new",
        /// Clients served because of an earlier pass, or after renewing it.
        PassOld = "postscreen_pass_old",
        /// Clients that talked before their turn, whatever the action.
        Pregreet = "postscreen_pregreet",
        /// Clients that sent more than 16 KiB before their turn and were not waited for.
        EarlyTalkLimit = "postscreen_early_talk_limit",
        /// Clients with a DNSBL score at or above the threshold, whatever the action.
        DnsblBlocked = "postscreen_dnsbl_blocked",
        /// Clients that sent a command before the reply to the last one, whatever the action.
        Pipelining = "postscreen_pipelining",
        /// Clients that sent a forbidden command or a mail header as a command, whatever the action.
        NonSmtpCommand = "postscreen_non_smtp_command",
        /// Clients that ended a line without CR, whatever the action.
        BareNewline = "postscreen_bare_newline",
        /// Recipients that the dummy SMTP server refused or deferred.
        RecipientRejected = "postscreen_recipient_rejected",
        /// Clients that sent more commands than `command_count_limit`.
        CommandCountLimit = "postscreen_command_count_limit",
        /// Clients that took longer than `command_time_limit` for a command.
        CommandTimeLimit = "postscreen_command_time_limit",
        /// Clients that sent a command longer than `line_length_limit`.
        CommandLengthLimit = "postscreen_command_length_limit",
        /// Clients that left before a decision.
        Hangup = "postscreen_hangup",
        /// Clients that got one reply, 521 or 421, and were closed.
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
        /// Clients that are being screened.
        Held = "postscreen_held",
    }
}
