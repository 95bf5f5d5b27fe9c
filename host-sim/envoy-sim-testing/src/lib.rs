#![doc = include_str!("../README.md")]
//!
//! # What there is
//!
//! | you want to | you write |
//! | --- | --- |
//! | load a module | [`Sim::file`], [`Sim::bytes`], [`Sim::wat`], [`Sim::module`], then [`SimBuilder::start`] |
//! | configure it | [`SimBuilder::configuration`], [`SimBuilder::settings`] for everything else |
//! | be a client | [`Sim::connect`], and then [`Client`] |
//! | be the server behind it | [`Client::upstream`] by hand, [`Sim::backend`] by script |
//! | answer call-outs | [`Sim::next_call`] by hand, [`Sim::answer_calls`] by script |
//! | speak gRPC, or be Envoy's resolver | [`Sim::keep_effects`] |
//! | let time pass | [`Sim::advance`], [`Sim::wait_for`] |
//! | change the configuration, or exit | [`Sim::reconfigure`], [`Sim::stop`] |
//! | break things | [`Client::reset`], [`Backend::refusing`], [`Upstream::reset`] |
//! | break more | [`Callout::fail`], [`Answer::never`], [`SimBuilder::dead_call_cluster`], [`Sim::trap_in`] |
//! | look | `assert_…` everywhere; [`Sim::log`], [`Sim::metric`], [`Sim::shared_data`], [`Client::filter_state`] |
//! | understand | [`SimBuilder::traced`] and [`Sim::trace`]: every call between host and module |
//! | count | [`SimBuilder::observed`]: the same calls, to an observer of your own |
//!
//! # How it fails
//!
//! A test that is wrong should say so in one look. So what a test asks for and does not get is a panic at the line of
//! the test, and the message has both sides, the first byte that differs, the state of the connection and the last
//! lines of the log. Where a failure can be the very thing that you test, there is a form that returns a `Result`:
//! [`SimBuilder::try_start`].
//!
//! [`Sim`] and what it hands out are handles on one host. They can be cloned, and they live on one thread.

mod answer;
mod backend;
mod builder;
mod callout;
mod client;
mod debug;
mod probe;
mod show;
mod sim;
mod testbed;
mod upstream;

pub use answer::Answer;
pub use backend::{Backend, Reply};
pub use builder::{SetupError, SimBuilder};
pub use callout::Callout;
pub use client::Client;
pub use sim::Sim;
pub use testbed::Closing;
pub use upstream::Upstream;

#[cfg(test)]
mod tests;
