//! The scenario language: one YAML file tells one story about mail clients, and every host can play it.
//!
//! This crate knows no host and does no I/O. A host (the simulator in virtual time, the simulator on sockets, a
//! real Envoy) parses a file with [`parse_file`], drives one [`Actor`] per client and one [`MailSession`] per session
//! that reaches the mail server, answers DNS from a [`Resolver`], fills in a [`Transcript`], and asks [`check`] what
//! differs.
//!
//! `tests/scenarios/README.md` is the reference of the language.

mod actor;
mod backend;
mod check;
mod dns;
pub mod doh;
mod parse;
mod story;
mod text;

pub use actor::{Action, Actor, Failure, INBOX_BYTES_MAX, Limits};
pub use backend::{LINE_BYTES_MAX, MailSession, Sink, Stay, Word};
pub use check::{Diff, Difference, LEGEND, Paint, SPEAKER, Sign, Transcript, check};
pub use dns::{
    Answer, Answered, Content, DEFAULT_TTL, Fault, Listing, Odd, QUESTION_BYTES_MAX, Record, Reply, Resolver,
    Says, Zone, ZoneAnswer, Zones, owner_name,
};
pub use parse::{FILE_BYTES_MAX, Mistake, parse, parse_file};
pub use story::{
    Backend, Client, Ending, FailurePolicy, Finally, HostKind, MailServer, Manner, Manners, Outage,
    Reconfigure, Scenario, Script, Start, Step, Trap, WORKERS_MAX,
};
pub use text::{DURATION_MAX, DurationError, duration, escaped};
