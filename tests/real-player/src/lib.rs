//! Plays stories in real time: their files, their clients on real sockets, and how long they take.
//!
//! Hosts that live in real time share this crate. It knows none of them: a host says how a client connects.

mod client;
mod files;
mod length;
mod mail_server;
mod stage;

pub use files::{DEPTH_MAX, Story, find};
pub use length::{REAL_TIME_MAX, length};
pub use mail_server::serve;
pub use stage::{Act, Stage};
