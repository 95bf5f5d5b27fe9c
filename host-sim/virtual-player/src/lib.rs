//! Plays stories in virtual time: whatever happens next happens now.
//!
//! A [`Screener`] is what a story is told about: a module in Envoy's model, a component, or the engine itself. A
//! [`Player`] plays stories on it, and what everybody saw and heard comes out as [`Played`]. Clients, resolver and mail
//! server are those of the story; clock, answers under way and sockets are [`envoy_sim::virtual_time`]'s.
//!
//! - [`screener`]: who screens, and how its host is started;
//! - [`player`]: one play, moment by moment; [`cast`] and [`servers`] are its parts;
//! - [`end`]: what it leaves behind.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod cast;
mod end;
mod player;
mod screener;
mod servers;

pub use cast::{FIRST_PORT, Heard, Sound};
pub use player::{Played, Player, Spectator};
pub use screener::{Envoy, Screener};
