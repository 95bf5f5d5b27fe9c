//! What a host function answers.

/// `proxy_result_t`, the numbers of ABI 0.2.1. Those that Envoy never answers are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Status {
    Ok = 0,
    NotFound = 1,
    BadArgument = 2,
    SerializationFailure = 3,
    ParseFailure = 4,
    InvalidMemoryAccess = 6,
    Empty = 7,
    CasMismatch = 8,
    InternalFailure = 10,
    Unimplemented = 12,
}

/// Why a host function did not do what it was asked.
#[derive(Debug)]
pub(crate) enum HostCallError {
    /// The module is told.
    Status(Status),
    /// The machine cannot go on.
    Trap(wasmtime::Error),
}

impl From<Status> for HostCallError {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<wasmtime::Error> for HostCallError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}
