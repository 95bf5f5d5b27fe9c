//! `host-sim`: postscreen on a laptop.
//!
//! The command line is in [`cli`], which knows all commands; no command knows another one:
//!
//! - [`run`]: plays stories in virtual time, and draws what happened;
//! - [`serve`]: screens real connections;
//! - [`import`]: our policy from a Postfix's configuration;
//! - [`check`]: whether a configuration is valid, and what is worth a second look;
//! - [`diff`]: what changed between two configurations, in words;
//! - [`explain`]: what would happen to one client, and why;
//! - [`replay`]: how the clients of yesterday would fare under another policy;
//!
//! with [`host_args`], [`io`], [`policy_file`], [`layout`] and [`refusal`] for all of them.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod check;
pub mod cli;
mod diff;
mod explain;
mod host_args;
mod import;
mod io;
mod layout;
mod policy_file;
mod refusal;
mod replay;
mod run;
mod serve;
