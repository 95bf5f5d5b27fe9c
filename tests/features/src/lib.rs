//! No code: see this crate's `Cargo.toml`, and the test of what it is for.
