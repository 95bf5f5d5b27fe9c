//! The subset of WASI preview 1 that Envoy has had from the start. It reaches nothing outside the host.

use crate::abi::Handler::{Exit, Wasi};
use crate::abi::Param::{I32, I64};
use crate::abi::{Args, Fault, Guest, Handler, HostFunction, Param};
use crate::event::LogLevel;

/// The names that modules import WASI under.
pub(crate) const WASI_MODULES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// `random_get` gives no more at once.
pub(crate) const RANDOM_BYTES_MAX: u32 = 64 * 1024;
/// `fd_write` reads no more buffers at once.
pub(crate) const IO_VECTORS_MAX: u32 = 1024;

const SUCCESS: u32 = 0;
const EBADF: u32 = 8;
const EINVAL: u32 = 28;
const ENOSYS: u32 = 52;
const ENOTCAPABLE: u32 = 76;
const ENOENT: u32 = 44;
/// The clock that Envoy answers with for any but the first two.
const ENOTSUP: u32 = 58;

const fn f(name: &'static str, params: &'static [Param], handler: Handler) -> HostFunction {
    HostFunction { name, params, handler }
}

/// The 18 functions of Envoy up to 1.38.
#[rustfmt::skip]
pub(crate) static WASI: &[HostFunction] = &[
    f("args_get", &[I32("argv"), I32("buffer")], Wasi(|_, _| Ok(SUCCESS))),
    f("args_sizes_get", &[I32("return_count"), I32("return_size")], Wasi(args_sizes_get)),
    f("clock_time_get", &[I32("clock"), I64("precision"), I32("return_time")], Wasi(clock_time_get)),
    f("environ_get", &[I32("environ"), I32("buffer")], Wasi(environ_get)),
    f("environ_sizes_get", &[I32("return_count"), I32("return_size")], Wasi(environ_sizes_get)),
    f("fd_close", &[I32("fd")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_fdstat_get", &[I32("fd"), I32("return_stat")], Wasi(fd_fdstat_get)),
    f("fd_fdstat_set_flags", &[I32("fd"), I32("flags")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_prestat_dir_name", &[I32("fd"), I32("path"), I32("path_len")], Wasi(|_, _| Ok(ENOTCAPABLE))),
    f("fd_prestat_get", &[I32("fd"), I32("return_prestat")], Wasi(|_, _| Ok(EBADF))),
    f("fd_read", &[I32("fd"), I32("iovs"), I32("iovs_len"), I32("return_len")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_seek", &[I32("fd"), I64("offset"), I32("whence"), I32("return_offset")], Wasi(|_, _| Ok(ENOSYS))),
    f("fd_write", &[I32("fd"), I32("iovs"), I32("iovs_len"), I32("return_len")], Wasi(fd_write)),
    f("path_open", &[I32("fd"), I32("dirflags"), I32("path"), I32("path_len"), I32("oflags"), I64("rights"),
        I64("inheriting"), I32("fdflags"), I32("return_fd")], Wasi(|_, _| Ok(ENOENT))),
    f("poll_oneoff", &[I32("in"), I32("out"), I32("subscriptions"), I32("return_events")], Wasi(poll_oneoff)),
    f("proc_exit", &[I32("code")], Exit(proc_exit)),
    f("random_get", &[I32("buffer"), I32("len")], Wasi(random_get)),
    f("sched_yield", &[], Wasi(|_, _| Ok(SUCCESS))),
];

fn args_sizes_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    guest.write_u32(args.u32(0), 0)?;
    guest.write_u32(args.u32(1), 0)?;
    Ok(SUCCESS)
}

/// Clock 0 is the wall clock, 1 the monotonic one; there are no others.
fn clock_time_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    let now = guest.state().now;
    let time = match args.u32(0) {
        0 => now.wall,
        1 => now.monotonic,
        _ => return Ok(ENOTSUP),
    };
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    guest.write(args.u32(2), &nanoseconds.to_le_bytes())?;
    Ok(SUCCESS)
}

/// `NAME=VALUE` and a NUL, for each variable of the virtual machine's configuration.
fn environment(guest: &mut Guest<'_>) -> Vec<Vec<u8>> {
    let variables = guest.state().settings.environment.iter();
    variables.map(|(name, value)| format!("{name}={value}\0").into_bytes()).collect()
}

fn environ_sizes_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    let variables = environment(guest);
    let size: usize = variables.iter().map(Vec::len).sum();
    guest.write_u32(args.u32(0), u32::try_from(variables.len()).unwrap_or(u32::MAX))?;
    guest.write_u32(args.u32(1), u32::try_from(size).unwrap_or(u32::MAX))?;
    Ok(SUCCESS)
}

fn environ_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    let (mut pointer, mut buffer) = (args.u32(0), args.u32(1));
    for variable in environment(guest) {
        guest.write_u32(pointer, buffer)?;
        guest.write(buffer, &variable)?;
        pointer = pointer.wrapping_add(4);
        buffer = buffer.wrapping_add(u32::try_from(variable.len()).unwrap_or(u32::MAX));
    }
    Ok(SUCCESS)
}

/// Says that 1 and 2 are character devices that can be written.
fn fd_fdstat_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    const CHARACTER_DEVICE: u8 = 2;
    const RIGHT_FD_WRITE: u8 = 64;
    if !matches!(args.u32(0), 1 | 2) {
        return Ok(EBADF);
    }
    let mut stat = [0; 24];
    stat[0] = CHARACTER_DEVICE;
    stat[8] = RIGHT_FD_WRITE;
    guest.write(args.u32(1), &stat)?;
    Ok(SUCCESS)
}

/// Standard output goes to the log at info, standard error at error, one line for each call.
fn fd_write(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    let level = match args.u32(0) {
        1 => LogLevel::Info,
        2 => LogLevel::Error,
        _ => return Ok(EBADF),
    };
    if args.u32(2) > IO_VECTORS_MAX {
        return Ok(EINVAL);
    }
    let vectors = guest.bytes(args.u32(1), args.u32(2) * 8)?;
    let mut text = Vec::new();
    for vector in vectors.as_chunks::<4>().0.chunks(2) {
        let [ptr, len] = [vector[0], vector[1]].map(u32::from_le_bytes);
        text.extend(guest.bytes(ptr, len)?);
    }
    guest.write_u32(args.u32(3), u32::try_from(text.len()).unwrap_or(u32::MAX))?;
    let line = text.strip_suffix(b"\n").unwrap_or(&text);
    if !line.is_empty() {
        guest.state().log(level, String::from_utf8_lossy(line).into_owned());
    }
    Ok(SUCCESS)
}

/// No event ever comes: nothing here can be waited for.
fn poll_oneoff(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    guest.write_u32(args.u32(3), 0)?;
    Ok(SUCCESS)
}

fn proc_exit(guest: &mut Guest<'_>, args: &Args<'_>) {
    let text = format!("the module called proc_exit({})", args.u32(0));
    guest.state().log_by_host(LogLevel::Error, text);
}

/// Not random: the same seed gives the same bytes.
fn random_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, Fault> {
    if args.u32(1) > RANDOM_BYTES_MAX {
        return Ok(EINVAL);
    }
    let mut bytes = vec![0; args.u32(1) as usize];
    guest.state().random.fill(&mut bytes);
    guest.write(args.u32(0), &bytes)?;
    Ok(SUCCESS)
}
