//! Filters that fail, before `host-sim run`.
//!
//! - [`place`]: where they failed. Needs Debian's `clang` and `lld`, which build `faults.c`;
//! - [`policy`]: what becomes of clients afterwards.

mod place;
mod policy;
