//! A file that whoever writes to it does not wait for, or not for long.

use std::fs::File;
use std::io::{self, ErrorKind, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::PIPE_BUF;

/// How long a reader may keep a writer waiting. A busy one needs milliseconds; one that takes longer hangs, and is not
/// waited for again until it has read.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
const NONE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// Writes when there is room.
pub(super) struct Patient {
    file: File,
    hangs: bool,
}

impl Patient {
    pub(super) fn new(file: File) -> Self {
        Self { file, hangs: false }
    }
}

impl Write for Patient {
    /// # Errors
    /// [`ErrorKind::TimedOut`]: there was no room in time.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let patience = if self.hangs { NONE } else { PATIENCE };
        let ready = match poll(&mut [PollFd::new(&self.file, PollFlags::OUT)], Some(&patience)) {
            Err(Errno::INTR) => return Err(ErrorKind::Interrupted.into()),
            ready => ready?,
        };
        self.hangs = ready == 0;
        if self.hangs {
            return Err(io::Error::new(ErrorKind::TimedOut, "its reader hangs"));
        }
        // A pipe that is ready has room for so much; more could wait.
        self.file.write(&bytes[..bytes.len().min(PIPE_BUF)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests;
