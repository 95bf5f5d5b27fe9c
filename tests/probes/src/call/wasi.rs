//! WASI. Its functions answer with an `errno`, which is logged as a number.

use super::{Number, say};
use crate::{abi, words};

/// The most bytes that the environment of a probe may have.
const ENVIRONMENT_BYTES_MAX: usize = 256;
/// The most variables of it.
const VARIABLES_MAX: usize = 8;

/// `args_sizes_get` and `args_get`
pub(crate) fn args() {
    let (mut count, mut size) = (Number::new(), Number::new());
    let errno = abi::args_sizes_get(count.at(), size.at());
    say!("args_sizes_get() = {errno}{}{}", count.told(errno), size.told(errno));
    let (mut argv, mut buffer) = ([0_u32; VARIABLES_MAX], [0_u8; ENVIRONMENT_BYTES_MAX]);
    let errno = abi::args_get(argv.as_mut_ptr() as usize, buffer.as_mut_ptr() as usize);
    say!("args_get() = {errno} -> {}", words::bytes(trimmed(&buffer)));
}

/// `environ_sizes_get` and `environ_get`
pub(crate) fn environment() {
    let (mut count, mut size) = (Number::new(), Number::new());
    let errno = abi::environ_sizes_get(count.at(), size.at());
    say!("environ_sizes_get() = {errno}{}{}", count.told(errno), size.told(errno));
    if count.0 as usize > VARIABLES_MAX || size.0 as usize > ENVIRONMENT_BYTES_MAX {
        return;
    }
    let (mut environ, mut buffer) = ([0_u32; VARIABLES_MAX], [0_u8; ENVIRONMENT_BYTES_MAX]);
    let errno = abi::environ_get(environ.as_mut_ptr() as usize, buffer.as_mut_ptr() as usize);
    // In no order, as it comes from a hash table.
    let mut variables: Vec<&[u8]> = trimmed(&buffer).split(|byte| *byte == 0).collect();
    variables.sort_unstable();
    say!("environ_get() = {errno} -> {}", words::bytes(&variables.join(&0)));
}

/// Without the zeros at the end.
fn trimmed(buffer: &[u8]) -> &[u8] {
    let end = buffer.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &buffer[..end]
}

/// `clock_time_get`; the time itself only as far as it is the same everywhere.
pub(crate) fn clock(clock: u32) -> u64 {
    let mut time = 0_u64;
    let errno = abi::clock_time_get(clock, 0, (&raw mut time) as usize);
    say!("clock_time_get({clock}) = {errno}, {}", if time == 0 { "no time" } else { "a time" });
    time
}

/// `random_get`: whether anything has come that is not zero.
pub(crate) fn random(len: usize) {
    let mut buffer = vec![0_u8; len];
    let errno = abi::random_get(buffer.as_mut_ptr() as usize, len);
    let filled = buffer.iter().any(|byte| *byte != 0);
    say!("random_get({len}) = {errno}, {}", if filled { "filled" } else { "zeros" });
}

/// `fd_write` of these pieces.
pub(crate) fn write(fd: u32, pieces: &[&str]) {
    let vectors: Vec<[usize; 2]> =
        pieces.iter().map(|piece| [piece.as_ptr() as usize, piece.len()]).collect();
    let mut written = Number::new();
    let errno = abi::fd_write(fd, vectors.as_ptr() as usize, vectors.len(), written.at());
    say!("fd_write({fd}, {pieces:?}) = {errno}{}", written.told(errno));
}

/// `fd_read`
pub(crate) fn read(fd: u32) {
    let mut buffer = [0_u8; 8];
    let vector = [buffer.as_mut_ptr() as usize, buffer.len()];
    let mut count = Number::new();
    let errno = abi::fd_read(fd, vector.as_ptr() as usize, 1, count.at());
    say!("fd_read({fd}) = {errno}{}", count.told(errno));
}

/// `fd_seek`
pub(crate) fn seek(fd: u32) {
    let mut offset = 0_u64;
    let errno = abi::fd_seek(fd, 0, 1, (&raw mut offset) as usize);
    say!("fd_seek({fd}) = {errno}");
}

/// `fd_close`
pub(crate) fn close(fd: u32) {
    say!("fd_close({fd}) = {}", abi::fd_close(fd));
}

/// `fd_fdstat_get`: file type, flags, rights.
pub(crate) fn stat(fd: u32) {
    let mut stat = [0xaa_u8; 24];
    let errno = abi::fd_fdstat_get(fd, stat.as_mut_ptr() as usize);
    say!("fd_fdstat_get({fd}) = {errno} -> {}", words::bytes(&stat));
}

/// `fd_fdstat_set_flags`
pub(crate) fn set_flags(fd: u32) {
    say!("fd_fdstat_set_flags({fd}) = {}", abi::fd_fdstat_set_flags(fd, 0));
}

/// `fd_prestat_get`
pub(crate) fn prestat(fd: u32) {
    let mut prestat = [0_u32; 2];
    let errno = abi::fd_prestat_get(fd, prestat.as_mut_ptr() as usize);
    say!("fd_prestat_get({fd}) = {errno} -> {prestat:?}");
}

/// `fd_prestat_dir_name`
pub(crate) fn prestat_name(fd: u32) {
    let mut name = [0_u8; 8];
    let errno = abi::fd_prestat_dir_name(fd, name.as_mut_ptr() as usize, name.len());
    say!("fd_prestat_dir_name({fd}) = {errno} -> {}", words::bytes(trimmed(&name)));
}

/// `path_open`
pub(crate) fn open(path: &str) {
    let mut fd = Number::new();
    let errno = abi::path_open(3, 0, path.as_ptr() as usize, path.len(), 0, 1, 1, 0, fd.at());
    say!("path_open({path:?}) = {errno}{}", fd.told(errno));
}

/// `poll_oneoff` of one subscription to a clock.
pub(crate) fn poll() {
    let (subscription, mut event) = ([0_u64; 6], [0_u64; 4]);
    let mut count = Number::new();
    let errno = abi::poll_oneoff(subscription.as_ptr() as usize, event.as_mut_ptr() as usize, 1, count.at());
    say!("poll_oneoff() = {errno}{}", count.told(errno));
}

/// `sched_yield`
pub(crate) fn yield_now() {
    say!("sched_yield() = {}", abi::sched_yield());
}

/// `proc_exit`. Whether it returns is logged, too.
pub(crate) fn exit(code: u32) {
    say!("proc_exit({code}) …");
    abi::proc_exit(code);
    say!("proc_exit({code}) has returned");
}
