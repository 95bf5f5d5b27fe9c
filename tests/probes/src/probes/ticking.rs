//! The tick timer.

use crate::call::{set_effective_context, set_tick_period};
use crate::probe::{Action, Probe};

/// Ticks three times on every machine; the second period is longer.
#[derive(Default)]
pub(crate) struct Tick {
    ticks: u32,
}

impl Probe for Tick {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        set_tick_period(20);
        true
    }
    fn tick(&mut self, _: u32) {
        self.ticks += 1;
        match self.ticks {
            1 => set_tick_period(50),
            3 => set_tick_period(0),
            _ => {}
        }
    }
}

/// A stream sets the root's timer, also in the name of another context.
#[derive(Default)]
pub(crate) struct FromStream {
    ticks: u32,
}

impl Probe for FromStream {
    fn new_connection(&mut self, context: u32) -> Action {
        set_tick_period(500);
        set_effective_context(context);
        set_tick_period(20);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        self.ticks += 1;
        if self.ticks == 2 {
            set_tick_period(0);
        }
    }
}
