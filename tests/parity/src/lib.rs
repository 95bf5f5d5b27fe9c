//! Debian's postscreen(8) in namespaces of its own: the oracle of the stories, and a peer for `tests/bench`.

pub mod cli;
mod deltas;
mod host;
pub mod namespace;
mod native;
pub mod postscreen;
mod random;
mod report;
mod runner;
mod verdict;
