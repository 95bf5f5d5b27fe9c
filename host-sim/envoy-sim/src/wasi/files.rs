//! Files and sockets that are not there.

use super::functions::fd_write_at;
use super::{EBADF, ENOTDIR, ENOTSUP, SUCCESS};
use crate::abi::{Args, Guest, HostCallError};

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
