//! Contexts: which can be named, and what a root can do in the name of a stream.

use crate::call::{
    ALL, DOWNSTREAM, Show, close_stream, done, get_buffer, get_property, set_effective_context, set_property,
    set_tick_period,
};
use crate::probe::{Action, Probe};

/// Names contexts that are there, were there, and never were.
#[derive(Default)]
pub(crate) struct Contexts {
    ticks: u32,
    closed: bool,
}

impl Contexts {
    fn ask() {
        for context in [0, 1, 2, 3, 4, u32::MAX] {
            set_effective_context(context);
        }
        set_effective_context(2);
        get_property(&["source", "address"], Show::Bytes);
        set_effective_context(1);
        get_property(&["source", "address"], Show::Bytes);
        set_effective_context(99);
        get_property(&["source", "address"], Show::Bytes);
    }
}

impl Probe for Contexts {
    fn context_create(&mut self, _: u32, _: u32) {
        Self::ask();
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        Self::ask();
        set_tick_period(20);
        Action::Pause
    }
    fn tick(&mut self, _: u32) {
        self.ticks += 1;
        // The callback begins without an effective context, whatever the last one left.
        get_property(&["source", "address"], Show::Bytes);
        Self::ask();
        if self.ticks == 2 && !self.closed {
            set_effective_context(2);
            close_stream(DOWNSTREAM);
        }
        if self.ticks == 3 {
            set_tick_period(0);
        }
    }
    fn downstream_close(&mut self, _: u32, _: u32) {
        self.closed = true;
        Self::ask();
    }
    fn delete(&mut self, _: u32) {
        Self::ask();
    }
}

/// Two streams, and each acts in the name of the other.
#[derive(Default)]
pub(crate) struct Foreign {
    newest: u32,
}

impl Probe for Foreign {
    fn new_connection(&mut self, context: u32) -> Action {
        self.newest = context;
        set_property("who", format!("stream {context}").as_bytes());
        Action::Continue
    }
    fn downstream_data(&mut self, context: u32, _: u32, _: bool) -> Action {
        let other = if context == self.newest { context - 1 } else { self.newest };
        set_effective_context(other);
        get_property(&["who"], Show::Bytes);
        get_buffer(DOWNSTREAM, 0, ALL);
        if context == self.newest {
            close_stream(DOWNSTREAM);
        }
        Action::Pause
    }
}

/// Says that nothing is done, and then that it is.
pub(crate) struct NotDone;

impl Probe for NotDone {
    fn new_connection(&mut self, _: u32) -> Action {
        done();
        Action::Continue
    }
    fn done(&mut self, _: u32) -> bool {
        done();
        false
    }
    fn log(&mut self, _: u32) {
        done();
    }
}
