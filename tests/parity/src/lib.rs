//! What the comparison with postscreen shares with `tests/relay`: namespaces of one's own, and a Postfix in them.

pub mod master;
pub mod namespace;
