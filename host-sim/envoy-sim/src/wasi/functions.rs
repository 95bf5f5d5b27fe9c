//! The functions of WASI: those that do something, and those of files and sockets that are not there.

use super::{
    EBADF, EINVAL, ENOSYS, ENOTDIR, ENOTSUP, IO_VECTORS_MAX, RANDOM_BYTES_MAX, SUCCESS, WRITE_BYTES_MAX,
};
use crate::abi::{Args, Guest, HostCallError, nanoseconds};
use crate::event::LogLevel;
use crate::profile::Profile;

pub(super) fn args_sizes_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    guest.write_u32(args.u32(0), 0)?;
    guest.write_u32(args.u32(1), 0)?;
    Ok(SUCCESS)
}

/// Clock 0 is the wall clock, 1 the monotonic one; there are no others.
pub(super) fn clock_time_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    let now = guest.state().now;
    let time = match args.u32(0) {
        0 => now.wall,
        1 => now.monotonic,
        _ => return Ok(ENOTSUP),
    };
    guest.write(args.u32(2), &nanoseconds(time).to_le_bytes())?;
    Ok(SUCCESS)
}

/// Both clocks say that they count single nanoseconds.
pub(super) fn clock_res_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    if args.u32(0) > 1 {
        return Ok(ENOTSUP);
    }
    guest.write(args.u32(1), &1u64.to_le_bytes())?;
    Ok(SUCCESS)
}

/// `NAME=VALUE` and a NUL, for each variable of the virtual machine's configuration.
fn environment(guest: &mut Guest<'_>) -> Vec<Vec<u8>> {
    let variables = guest.state().settings.environment.iter();
    variables.map(|(name, value)| format!("{name}={value}\0").into_bytes()).collect()
}

pub(super) fn environ_sizes_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    let variables = environment(guest);
    let size: usize = variables.iter().map(Vec::len).sum();
    guest.write_u32(args.u32(0), u32::try_from(variables.len()).unwrap_or(u32::MAX))?;
    guest.write_u32(args.u32(1), u32::try_from(size).unwrap_or(u32::MAX))?;
    Ok(SUCCESS)
}

pub(super) fn environ_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    let (mut pointer, mut buffer) = (args.u32(0), args.u32(1));
    for variable in environment(guest) {
        guest.write_u32(pointer, buffer)?;
        guest.write(buffer, &variable)?;
        pointer = pointer.wrapping_add(4);
        buffer = buffer.wrapping_add(u32::try_from(variable.len()).unwrap_or(u32::MAX));
    }
    Ok(SUCCESS)
}

/// Says that 1 and 2 can be written, and nothing else about them. Where the answer would lie outside the memory Envoy
/// does not mind.
#[expect(clippy::unnecessary_wraps, reason = "the table has one type of handler")]
pub(super) fn fd_fdstat_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    const RIGHT_FD_WRITE: u8 = 64;
    if !is_output(args.u32(0)) {
        return Ok(EBADF);
    }
    let mut stat = [0; 24];
    stat[8] = RIGHT_FD_WRITE;
    _ = guest.write(args.u32(1), &stat);
    Ok(SUCCESS)
}

/// Standard output goes to the log at info, standard error at error, one line for each call.
pub(super) fn fd_write(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    fd_write_at(guest, args, 3)
}

/// As [`fd_write`], the address of the count at `return_len` among the arguments.
fn fd_write_at(guest: &mut Guest<'_>, args: &Args<'_>, return_len: usize) -> Result<u32, HostCallError> {
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
        if len as usize > WRITE_BYTES_MAX - text.len() {
            return Ok(EINVAL);
        }
        // Of an empty buffer the address does not matter.
        if len > 0 {
            text.extend(guest.bytes(ptr, len)?);
        }
    }
    if !text.is_empty() {
        let line = text.strip_suffix(b"\n").unwrap_or(&text);
        guest.state().log(level, String::from_utf8_lossy(line).into_owned());
    }
    guest.write_u32(args.u32(return_len), u32::try_from(text.len()).unwrap_or(u32::MAX))?;
    Ok(SUCCESS)
}

/// No event ever comes: nothing here can be waited for.
pub(super) fn poll_oneoff(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    if guest.state().settings.profile < Profile::Envoy1_39 {
        return Ok(ENOSYS);
    }
    guest.write_u32(args.u32(3), 0)?;
    Ok(SUCCESS)
}

pub(super) fn proc_exit(guest: &mut Guest<'_>, args: &Args<'_>) {
    let text = format!("the module called proc_exit({})", args.u32(0));
    guest.state().log_by_host(LogLevel::Error, text);
}

/// Not random: the same seed gives the same bytes.
pub(super) fn random_get(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    if args.u32(1) > RANDOM_BYTES_MAX {
        return Ok(EINVAL);
    }
    // Of no bytes the address does not matter.
    if args.u32(1) > 0 {
        let mut bytes = vec![0; args.u32(1) as usize];
        guest.state().random.fill(&mut bytes);
        guest.write(args.u32(0), &bytes)?;
    }
    Ok(SUCCESS)
}

fn is_output(fd: u32) -> bool {
    matches!(fd, 1 | 2)
}

/// What changes nothing about standard output and standard error.
#[expect(clippy::unnecessary_wraps, reason = "the table has one type of handler")]
pub(super) fn pretend(_: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    Ok(if is_output(args.u32(0)) { SUCCESS } else { EBADF })
}

/// As `fd_write`, wherever it is to be written.
pub(super) fn fd_pwrite(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    fd_write_at(guest, args, 4)
}

pub(super) fn fd_readdir(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    guest.write_u32(args.u32(4), 0)?;
    Ok(ENOTDIR)
}

#[expect(clippy::unnecessary_wraps, reason = "the table has one type of handler")]
pub(super) fn fd_renumber(_: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    Ok(if is_output(args.u32(0)) && is_output(args.u32(1)) { ENOTSUP } else { EBADF })
}

/// The offset, 64 bits of it, is always 0.
pub(super) fn fd_tell(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    if !is_output(args.u32(0)) {
        return Ok(EBADF);
    }
    guest.write(args.u32(1), &[0; 8])?;
    Ok(SUCCESS)
}

pub(super) fn path_readlink(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    guest.write_u32(args.u32(5), 0)?;
    Ok(ENOTSUP)
}

/// Envoy writes 64 bits of file descriptor.
pub(super) fn sock_accept(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    guest.write(args.u32(2), &[0; 8])?;
    Ok(ENOTSUP)
}

pub(super) fn sock_recv(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    guest.write_u32(args.u32(4), 0)?;
    guest.write(args.u32(5), &[0; 2])?;
    Ok(ENOTSUP)
}

pub(super) fn sock_send(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    guest.write_u32(args.u32(4), 0)?;
    Ok(ENOTSUP)
}
