//! The scenario language: one YAML file tells one story about mail clients, and every host can play it.
//!
//! This crate knows no host and does no I/O. A host (the simulator in virtual time, the simulator on sockets, a
//! real Envoy) parses a file with [`parse`], drives one [`Actor`] per client and one [`Sink`] per session that
//! reaches the mail server, answers DNS from [`Zones`], fills in a [`Transcript`], and asks [`check`] what differs.
//!
//! `tests/scenarios/README.md` is the reference of the language.

mod actor;
mod backend;
mod check;
mod dns;
mod parse;
mod story;
mod time;
mod transcript;
mod wire;

pub use actor::{Action, Actor, Failure, INBOX_BYTES_MAX, Limits};
pub use backend::{LINE_BYTES_MAX, Sink, Stay};
pub use check::{Difference, check};
pub use dns::{Answer, DEFAULT_TTL, Listing, QUESTION_BYTES_MAX, Reply, Zone, Zones, owner_name};
pub use parse::{Mistake, parse};
pub use story::{Backend, Client, HostKind, MailServer, Scenario, Script, Start, Step};
pub use time::{DURATION_MAX, DurationError, duration};
pub use transcript::Transcript;
pub use wire::escaped;
