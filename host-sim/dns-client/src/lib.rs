//! A small DNS client: one question, one answer.
//!
//! A question is a DNS message with the id 0, and so is its answer; what they say is not this crate's business. A
//! [`DnsServer`] names a server, [`DnsClient`] asks any, and [`Stub`] is the part without HTTP.
//!
//! - [`stub`]: over UDP and TCP;
//! - [`doh`]: over HTTP/2 to a server that speaks DNS over HTTPS (RFC 8484), with TLS or without.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod answer;
mod client;
mod doh;
mod server;
mod stub;

pub use answer::{DnsAnswer, DnsError, DnsErrorKind};
pub use client::DnsClient;
pub use server::DnsServer;
pub use stub::Stub;
