//! Buffers: which exist when, and how writes at all offsets go.

use crate::call::{
    ALL, DOWNSTREAM, PLUGIN_CONFIGURATION, UPSTREAM, VM_CONFIGURATION, get_buffer, get_buffer_status,
    set_buffer, set_effective_context, set_tick_period,
};
use crate::probe::{Action, Probe};

/// Every buffer in every callback.
#[derive(Default)]
pub(crate) struct Buffers {
    ticks: u32,
}

impl Buffers {
    fn ask() {
        for buffer in 0..10 {
            get_buffer_status(buffer);
            get_buffer(buffer, 0, ALL);
            set_buffer(buffer, 0, 0, b"");
        }
    }
}

impl Probe for Buffers {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        true
    }
    fn tick(&mut self, _: u32) {
        self.ticks += 1;
        match self.ticks {
            1 => Self::ask(),
            2 => {
                set_effective_context(2);
                Self::ask();
            }
            _ => set_tick_period(0),
        }
    }
    fn new_connection(&mut self, _: u32) -> Action {
        Self::ask();
        Action::Continue
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        Self::ask();
        set_tick_period(20);
        Action::Pause
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        Self::ask();
        Action::Continue
    }
    fn downstream_close(&mut self, _: u32, _: u32) {
        Self::ask();
    }
    fn upstream_close(&mut self, _: u32, _: u32) {
        Self::ask();
    }
    fn log(&mut self, _: u32) {
        Self::ask();
    }
}

/// The two configurations at the start and later.
pub(crate) struct Configuration;

impl Configuration {
    fn ask() {
        for buffer in [VM_CONFIGURATION, PLUGIN_CONFIGURATION] {
            get_buffer_status(buffer);
            for (start, len) in [(0, ALL), (0, 4), (2, 3), (2, ALL), (99, 1), (0, 0)] {
                get_buffer(buffer, start, len);
            }
            set_buffer(buffer, 0, 1, b"x");
        }
    }
}

impl Probe for Configuration {
    fn context_create(&mut self, _: u32, _: u32) {
        Self::ask();
    }
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        true
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        Self::ask();
        Action::Continue
    }
}

/// Reads and writes of six bytes at every kind of offset, and puts the six bytes back after each.
fn writes(buffer: u32) {
    for (start, len) in [(0, ALL), (0, 0), (0, 3), (2, 2), (2, ALL), (5, 9), (6, 1), (7, 1), (ALL, ALL)] {
        get_buffer(buffer, start, len);
    }
    let offsets =
        [(0, 0), (0, 1), (0, 6), (0, 9), (0, ALL), (1, 1), (5, 1), (6, 0), (6, 2), (9, 1), (ALL, ALL)];
    for (start, len) in offsets {
        for data in [&b"XY"[..], b""] {
            set_buffer(buffer, start, len, data);
            get_buffer(buffer, 0, ALL);
            set_buffer(buffer, 0, ALL, b"abcdef");
        }
    }
    get_buffer_status(buffer);
}

/// All offsets of what the client sends.
pub(crate) struct DownstreamBuffer;

impl Probe for DownstreamBuffer {
    fn new_connection(&mut self, _: u32) -> Action {
        writes(DOWNSTREAM);
        Action::Continue
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        writes(DOWNSTREAM);
        Action::Continue
    }
}

/// All offsets of what the server sends.
pub(crate) struct UpstreamBuffer;

impl Probe for UpstreamBuffer {
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        writes(UPSTREAM);
        Action::Continue
    }
    fn upstream_close(&mut self, _: u32, _: u32) {
        writes(UPSTREAM);
    }
}
