//! WASI: what of a system a module gets to see.

use crate::call::{
    args, clock, close, environment, exit, open, poll, prestat, prestat_name, random, read, say, seek,
    set_flags, stat, write, yield_now,
};
use crate::probe::{Action, Probe};

/// Every function that all Envoys have.
pub(crate) struct Wasi;

impl Probe for Wasi {
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        environment();
        args();
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        environment();
        args();
        for number in [0, 1, 2, 3, 4, u32::MAX] {
            let first = clock(number);
            let second = clock(number);
            say!("the clock runs {}", if second >= first { "forwards" } else { "backwards" });
        }
        for len in [0, 1, 16, 65_536, 65_537] {
            random(len);
        }
        for fd in [0, 1, 2, 3, 99] {
            write(fd, &["written to ", "a file\n"]);
            read(fd);
            seek(fd);
            stat(fd);
            set_flags(fd);
            prestat(fd);
            prestat_name(fd);
        }
        write(1, &[]);
        write(1, &["", ""]);
        write(1, &["two\nlines\n\n"]);
        write(2, &["no line end"]);
        open("/etc/passwd");
        open("");
        poll();
        yield_now();
        close(3);
        close(1);
        write(1, &["after the close\n"]);
        Action::Continue
    }
}

/// A module that wants to end.
pub(crate) struct Exit;

impl Probe for Exit {
    fn new_connection(&mut self, _: u32) -> Action {
        exit(0);
        exit(3);
        Action::Continue
    }
}
