//! What happens to a stream, in order; and what resuming and closing say in every callback.

use crate::call::{close_stream, continue_stream, send_local_response, set_tick_period};
use crate::probe::{Action, Probe};

/// Only the callbacks.
pub(crate) struct Events;

impl Probe for Events {}

/// Directions that are there, and some that are not.
pub(crate) struct Streams;

impl Streams {
    fn ask() {
        for stream in [0, 1, 2, 3, 4, u32::MAX] {
            continue_stream(stream);
        }
    }
}

impl Probe for Streams {
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        true
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        for stream in [0, 1, 2, 3, 4, u32::MAX] {
            close_stream(stream);
        }
        send_local_response(200, "details", "body", b"", u32::MAX);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        Self::ask();
        send_local_response(200, "details", "body", b"", u32::MAX);
        send_local_response(9999, "", "", b"\x01\0\0", 99);
        Action::Continue
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        send_local_response(403, "no", "no", b"", 7);
        for stream in [0, 1, 4, u32::MAX] {
            close_stream(stream);
        }
        set_tick_period(20);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        Self::ask();
        close_stream(2);
        close_stream(3);
        send_local_response(403, "no", "no", b"", 7);
    }
    fn log(&mut self, _: u32) {
        Self::ask();
    }
}
