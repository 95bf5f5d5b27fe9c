//! How much a machine may use.

/// What Envoy's V8 gives a machine, in bytes.
pub const MEMORY_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// The limits of every machine of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most fuel that one call into the module may use, about one unit for each instruction; a call that wants
    /// more is a trap. It is the same amount at the same place each time, so a play stays repeatable, which a limit in
    /// seconds would not.
    ///
    /// `None`: a call may take for ever, as in Envoy. A module loaded with [`crate::Module::metered_from_file`] can be
    /// limited at once; any other is compiled a second time when the first host with a limit starts.
    pub fuel: Option<u64>,
    /// The most bytes that the memory of one machine may have. To grow beyond is refused, which ends most modules in a
    /// trap.
    pub memory_bytes: usize,
}

impl Default for Limits {
    /// Envoy's: time without end, and [`MEMORY_BYTES_MAX`].
    fn default() -> Self {
        Self { fuel: None, memory_bytes: MEMORY_BYTES_MAX }
    }
}
