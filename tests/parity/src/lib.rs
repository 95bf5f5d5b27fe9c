//! Debian's postscreen(8) in namespaces of its own: the oracle of the stories, and a peer for `tests/bench`. The
//! namespaces, and a Postfix in them, serve `tests/relay` as well.

mod additions;
pub mod cli;
pub mod master;
mod native;
pub mod postscreen;
mod random;
mod runner;
mod verdict;

pub use suite_namespace as namespace;
