//! The root contexts of one machine: one for each configuration that new or old streams belong to.

use std::time::Duration;

/// One root context.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// Zero: no tick.
    pub tick_period: Duration,
    /// `proxy_on_done` answered 0: it lives on until the module calls `proxy_done`.
    pub awaits_done: bool,
}
