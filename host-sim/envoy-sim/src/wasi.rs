//! The subset of WASI preview 1 that Envoy has. It reaches nothing outside the host.
//!
//! Standard output and standard error are the log; there are no other files, no sockets and no arguments. Until 1.38
//! Envoy had 18 functions; 1.39 added those that Go's runtime wants, which do nothing here and mostly say so.

mod files;
mod functions;
mod table;

pub(crate) use table::WASI;

/// The names that modules import WASI under.
pub(crate) const WASI_MODULES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// The release that added more functions, N of 1.N.
pub(crate) const MORE_SINCE_ENVOY: u32 = 39;

/// `random_get` gives no more at once.
pub(crate) const RANDOM_BYTES_MAX: u32 = 64 * 1024;
/// `fd_write` reads no more buffers at once. Envoy has no limit; here more is `EINVAL`.
pub(crate) const IO_VECTORS_MAX: u32 = 1024;
/// `fd_write` writes no more at once. Envoy has no limit; here more is `EINVAL`.
pub(crate) const WRITE_BYTES_MAX: usize = 1024 * 1024;

const SUCCESS: u32 = 0;
const EBADF: u32 = 8;
const ENOTDIR: u32 = 20;
/// An address outside the module's memory.
pub(crate) const EFAULT: u32 = 21;
const EINVAL: u32 = 28;
const ENOENT: u32 = 44;
const ENOSYS: u32 = 52;
const ENOTSUP: u32 = 58;
/// The function is not among the allowed capabilities.
pub(crate) const ENOTCAPABLE: u32 = 76;
