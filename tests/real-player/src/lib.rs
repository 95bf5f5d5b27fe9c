//! Plays stories in real time: their files, their clients on real sockets, and how long they take.
//!
//! Hosts that live in real time share this crate. It knows none of them: a host says how a client connects.

mod mail_server;
mod stage;
mod stories;

pub use mail_server::serve;
pub use stage::{Act, Stage};
pub use stories::{DEPTH_MAX, REAL_TIME_MAX, Story, find, length};
