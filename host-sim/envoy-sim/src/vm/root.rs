//! The root contexts of one machine: one for each configuration that new or old streams belong to.

use std::collections::BTreeMap;
use std::time::Duration;

#[cfg(feature = "cel")]
use crate::expressions::Expressions;
use crate::properties::Prototype;

/// One root context.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// Zero: no tick.
    pub tick_period: Duration,
    /// `proxy_on_done` answered 0: it lives on until the module calls `proxy_done`.
    pub awaits_done: bool,
    /// The buffer that was looked at last; nothing while it is the answer to a lookup.
    pub looked_at: Option<u32>,
    /// What `declare_property` has declared, by name.
    pub declared: BTreeMap<Vec<u8>, Prototype>,
    #[cfg(feature = "cel")]
    pub expressions: Expressions,
}
