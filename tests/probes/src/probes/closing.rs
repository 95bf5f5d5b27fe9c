//! Closing: what is lost, and in which order it is told.

use crate::call::{
    ALL, DOWNSTREAM, UPSTREAM, close_stream, continue_stream, set_buffer, set_effective_context,
    set_tick_period,
};
use crate::probe::{Action, Probe};

/// Closes a connection that has just come.
pub(crate) struct InNewConnection;

impl Probe for InNewConnection {
    fn new_connection(&mut self, _: u32) -> Action {
        close_stream(DOWNSTREAM);
        Action::Continue
    }
}

/// Closes when the client talks.
pub(crate) struct InDownstream;

impl Probe for InDownstream {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        close_stream(DOWNSTREAM);
        Action::Continue
    }
}

/// Rewrites what the server says, and closes in the same callback: the close wins.
pub(crate) struct InUpstream;

impl Probe for InUpstream {
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        set_buffer(UPSTREAM, 0, ALL, b"last words\r\n");
        close_stream(UPSTREAM);
        Action::Continue
    }
}

/// Rewrites what the server says, and closes one tick later: the client gets it all.
pub(crate) struct Later;

impl Probe for Later {
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        set_effective_context(2);
        close_stream(DOWNSTREAM);
        set_effective_context(2);
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        set_buffer(UPSTREAM, 0, ALL, b"last words\r\n");
        set_tick_period(20);
        Action::Continue
    }
}

/// Resumes and closes, both more than once.
pub(crate) struct Twice;

impl Probe for Twice {
    fn new_connection(&mut self, _: u32) -> Action {
        Action::Pause
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        continue_stream(DOWNSTREAM);
        continue_stream(DOWNSTREAM);
        close_stream(DOWNSTREAM);
        close_stream(UPSTREAM);
        continue_stream(DOWNSTREAM);
        Action::Pause
    }
    fn downstream_close(&mut self, _: u32, _: u32) {
        close_stream(DOWNSTREAM);
        continue_stream(DOWNSTREAM);
    }
    fn log(&mut self, _: u32) {
        close_stream(DOWNSTREAM);
    }
}
