//! Clients of yesterday under another policy: records in any log, replayed, compared, shown.
//!
//! It knows the engine and files, and no host. What would have happened is decided by the engine's
//! [`replay`](postscreen_engine::replay::replay); here it is added up.
//!
//! - [`read`]: records, found in the lines of any log;
//! - [`mod@reference`]: what stands in a refusal, as people type it;
//! - [`compare`]: before and after, added up in bounded memory;
//! - [`tables`]: the sums as tables, whoever draws them;
//! - [`mod@text`], [`json`], [`page`]: the tables for a terminal, for programs, and as an HTML page;
//! - [`client`]: one record whole, in words.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

pub mod client;
pub mod compare;
pub mod json;
pub mod page;
pub mod read;
pub mod reference;
#[cfg(test)]
mod sample;
mod tables;
pub mod text;
mod words;

pub use compare::Comparison;
pub use read::Reading;

#[cfg(test)]
mod tests;
