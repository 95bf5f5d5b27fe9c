//! Holding a connection, holding bytes, and letting go.

use crate::call::{
    ALL, DOWNSTREAM, UPSTREAM, continue_stream, get_buffer, get_buffer_status, set_buffer,
    set_effective_context, set_tick_period,
};
use crate::probe::{Action, Probe};

/// Holds a new connection, and lets it go on the third tick after the client has said `go`.
#[derive(Default)]
pub(crate) struct PauseNew {
    ticks: u32,
}

impl Probe for PauseNew {
    fn new_connection(&mut self, _: u32) -> Action {
        Action::Pause
    }
    fn tick(&mut self, _: u32) {
        self.ticks += 1;
        if self.ticks == 1 {
            // Without an effective context nothing is resumed, and nobody says so.
            continue_stream(DOWNSTREAM);
        } else if self.ticks == 3 {
            set_tick_period(0);
            set_effective_context(2);
            get_buffer(DOWNSTREAM, 0, ALL);
            continue_stream(DOWNSTREAM);
        }
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        if get_buffer(DOWNSTREAM, 0, ALL).ends_with(b"go") {
            set_tick_period(20);
        }
        if self.ticks < 3 { Action::Pause } else { Action::Continue }
    }
}

/// Holds a new connection, and lets it go on the first tick: the only way where nothing is read before.
pub(crate) struct PauseUnread;

impl Probe for PauseUnread {
    fn new_connection(&mut self, _: u32) -> Action {
        set_tick_period(600);
        Action::Pause
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        set_effective_context(2);
        get_buffer(DOWNSTREAM, 0, ALL);
        continue_stream(DOWNSTREAM);
    }
}

/// Lets a held connection go by an answer to its data.
pub(crate) struct Release;

impl Probe for Release {
    fn new_connection(&mut self, _: u32) -> Action {
        Action::Pause
    }
}

/// Lets data collect until there are ten bytes.
#[derive(Default)]
pub(crate) struct PauseData;

impl Probe for PauseData {
    fn downstream_data(&mut self, _: u32, len: u32, end: bool) -> Action {
        get_buffer(DOWNSTREAM, 0, ALL);
        if len < 10 && !end { Action::Pause } else { Action::Continue }
    }
}

/// Resumes in the callback that answers Pause, and later again.
#[derive(Default)]
pub(crate) struct ContinueLater {
    chunks: u32,
}

impl Probe for ContinueLater {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        self.chunks += 1;
        if self.chunks == 1 {
            continue_stream(DOWNSTREAM);
        } else {
            set_tick_period(20);
        }
        Action::Pause
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        set_effective_context(2);
        get_buffer_status(DOWNSTREAM);
        continue_stream(DOWNSTREAM);
        continue_stream(DOWNSTREAM);
    }
}

/// Writes to paused bytes from a tick, before and after it resumes.
#[derive(Default)]
pub(crate) struct WriteWhilePaused {
    ticks: u32,
}

impl Probe for WriteWhilePaused {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        set_tick_period(20);
        Action::Pause
    }
    fn tick(&mut self, _: u32) {
        self.ticks += 1;
        set_effective_context(2);
        get_buffer(DOWNSTREAM, 0, ALL);
        set_buffer(DOWNSTREAM, 0, 1, b"tick:");
        get_buffer(DOWNSTREAM, 0, ALL);
        if self.ticks == 2 {
            continue_stream(DOWNSTREAM);
        }
        if self.ticks >= 3 {
            set_tick_period(0);
        }
    }
}

/// Holds the server's first bytes, of which nothing can let go but more bytes.
#[derive(Default)]
pub(crate) struct PauseUpstream {
    chunks: u32,
}

impl Probe for PauseUpstream {
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        self.chunks += 1;
        get_buffer(UPSTREAM, 0, ALL);
        if self.chunks == 1 {
            set_tick_period(20);
            return Action::Pause;
        }
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        set_effective_context(2);
        continue_stream(UPSTREAM);
        get_buffer(UPSTREAM, 0, ALL);
    }
}
