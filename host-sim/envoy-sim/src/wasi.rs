//! The subset of WASI preview 1 that Envoy has. It reaches nothing outside the host.
//!
//! Standard output and standard error are the log; there are no other files, no sockets and no arguments. Until 1.38
//! Envoy had 18 functions; 1.39 added those that Go's runtime wants, which do nothing here and mostly say so.

mod functions;

use functions::{
    args_sizes_get, clock_res_get, clock_time_get, environ_get, environ_sizes_get, fd_fdstat_get, fd_pwrite,
    fd_readdir, fd_renumber, fd_tell, fd_write, path_readlink, poll_oneoff, pretend, proc_exit, random_get,
    sock_accept, sock_recv, sock_send,
};

use crate::abi::Handler::{NoResult, Wasi};
use crate::abi::Param::{I32, I64};
use crate::abi::{AbiVersion, Handler, HostFunction, Param};

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

const fn f(name: &'static str, params: &'static [Param], handler: Handler) -> HostFunction {
    HostFunction { name, params, handler, versions: &AbiVersion::ALL, since_envoy: None }
}

const fn more(name: &'static str, params: &'static [Param], handler: Handler) -> HostFunction {
    HostFunction { since_envoy: Some(MORE_SINCE_ENVOY), ..f(name, params, handler) }
}

/// The functions of WASI, with the types that Envoy links them with: where those are not WASI's own (the paths of
/// `path_create_directory`, `path_link` and `path_symlink`), a module that has WASI's does not load.
#[rustfmt::skip]
pub(crate) static WASI: &[HostFunction] = &[
    // All Envoys.
    f("args_get", &[I32("argv"), I32("buffer")], Wasi(|_, _| Ok(SUCCESS))),
    f("args_sizes_get", &[I32("return_count"), I32("return_size")], Wasi(args_sizes_get)),
    f("clock_time_get", &[I32("clock"), I64("precision"), I32("return_time")], Wasi(clock_time_get)),
    f("environ_get", &[I32("environ"), I32("buffer")], Wasi(environ_get)),
    f("environ_sizes_get", &[I32("return_count"), I32("return_size")], Wasi(environ_sizes_get)),
    f("fd_close", &[I32("fd")], Wasi(|_, _| Ok(SUCCESS))),
    f("fd_fdstat_get", &[I32("fd"), I32("return_stat")], Wasi(fd_fdstat_get)),
    f("fd_fdstat_set_flags", &[I32("fd"), I32("flags")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_prestat_dir_name", &[I32("fd"), I32("path"), I32("path_len")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_prestat_get", &[I32("fd"), I32("return_prestat")], Wasi(|_, _| Ok(EBADF))),
    f("fd_read", &[I32("fd"), I32("iovs"), I32("iovs_len"), I32("return_len")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_seek", &[I32("fd"), I64("offset"), I32("whence"), I32("return_offset")], Wasi(|_, _| Ok(SUCCESS))),
    f("fd_write", &[I32("fd"), I32("iovs"), I32("iovs_len"), I32("return_len")], Wasi(fd_write)),
    f("path_open", &[I32("fd"), I32("dirflags"), I32("path"), I32("path_len"), I32("oflags"), I64("rights"),
        I64("inheriting"), I32("fdflags"), I32("return_fd")], Wasi(|_, _| Ok(ENOENT))),
    f("poll_oneoff", &[I32("in"), I32("out"), I32("subscriptions"), I32("return_events")], Wasi(poll_oneoff)),
    f("proc_exit", &[I32("code")], NoResult(proc_exit)),
    f("random_get", &[I32("buffer"), I32("len")], Wasi(random_get)),
    f("sched_yield", &[], Wasi(|_, _| Ok(SUCCESS))),
    // Since 1.39.
    more("clock_res_get", &[I32("clock"), I32("return_resolution")], Wasi(clock_res_get)),
    more("fd_advise", &[I32("fd"), I64("offset"), I64("len"), I32("advice")], Wasi(|_, _| Ok(SUCCESS))),
    more("fd_allocate", &[I32("fd"), I64("offset"), I64("len")], Wasi(pretend)),
    more("fd_datasync", &[I32("fd")], Wasi(pretend)),
    more("fd_fdstat_set_rights", &[I32("fd"), I64("base"), I64("inheriting")], Wasi(pretend)),
    more("fd_filestat_get", &[I32("fd"), I32("return_stat")], Wasi(|_, _| Ok(EBADF))),
    more("fd_filestat_set_size", &[I32("fd"), I64("size")], Wasi(pretend)),
    more("fd_filestat_set_times", &[I32("fd"), I64("atim"), I64("mtim"), I32("flags")], Wasi(pretend)),
    more("fd_pread", &[I32("fd"), I32("iovs"), I32("iovs_len"), I64("offset"), I32("return_len")],
        Wasi(|_, _| Ok(ENOSYS))),
    more("fd_pwrite", &[I32("fd"), I32("iovs"), I32("iovs_len"), I64("offset"), I32("return_len")],
        Wasi(fd_pwrite)),
    more("fd_readdir", &[I32("fd"), I32("buffer"), I32("len"), I64("cookie"), I32("return_len")],
        Wasi(fd_readdir)),
    more("fd_renumber", &[I32("fd"), I32("to")], Wasi(fd_renumber)),
    more("fd_sync", &[I32("fd")], Wasi(pretend)),
    more("fd_tell", &[I32("fd"), I32("return_offset")], Wasi(fd_tell)),
    more("path_create_directory", &[I32("fd"), I32("path"), I32("path_len")], Wasi(|_, _| Ok(ENOTSUP))),
    more("path_filestat_get", &[I32("fd"), I32("flags"), I32("path"), I32("path_len"), I32("return_stat")],
        Wasi(|_, _| Ok(ENOTSUP))),
    more("path_filestat_set_times", &[I32("fd"), I32("flags"), I32("path"), I32("path_len"), I64("atim"),
        I64("mtim"), I32("fst_flags")], Wasi(|_, _| Ok(ENOTSUP))),
    more("path_link", &[I32("old_fd"), I32("old_flags"), I32("old_path"), I32("old_path_len"), I32("new_fd"),
        I32("new_path")], Wasi(|_, _| Ok(ENOTSUP))),
    more("path_readlink", &[I32("fd"), I32("path"), I32("path_len"), I32("buffer"), I32("buffer_len"),
        I32("return_len")], Wasi(path_readlink)),
    more("path_remove_directory", &[I32("fd"), I32("path"), I32("path_len")], Wasi(|_, _| Ok(ENOTSUP))),
    more("path_rename", &[I32("fd"), I32("old_path"), I32("old_path_len"), I32("new_fd"), I32("new_path"),
        I32("new_path_len")], Wasi(|_, _| Ok(ENOTSUP))),
    more("path_symlink", &[I32("old_path"), I32("old_path_len"), I32("fd"), I32("new_path")],
        Wasi(|_, _| Ok(ENOTSUP))),
    more("path_unlink_file", &[I32("fd"), I32("path"), I32("path_len")], Wasi(|_, _| Ok(ENOTSUP))),
    more("sock_accept", &[I32("fd"), I32("flags"), I32("return_fd")], Wasi(sock_accept)),
    more("sock_recv", &[I32("fd"), I32("iovs"), I32("iovs_len"), I32("flags"), I32("return_len"),
        I32("return_flags")], Wasi(sock_recv)),
    more("sock_send", &[I32("fd"), I32("iovs"), I32("iovs_len"), I32("flags"), I32("return_len")],
        Wasi(sock_send)),
    more("sock_shutdown", &[I32("fd"), I32("how")], Wasi(|_, _| Ok(ENOTSUP))),
];
