//! Bytes that pass, are changed, or are swallowed.

use crate::call::{ALL, DOWNSTREAM, UPSTREAM, get_buffer, set_buffer};
use crate::probe::{Action, Probe};

/// Changes what passes, both ways.
pub(crate) struct Data;

impl Probe for Data {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        get_buffer(DOWNSTREAM, 0, ALL);
        set_buffer(DOWNSTREAM, 0, 0, b"up:");
        Action::Continue
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        get_buffer(UPSTREAM, 0, ALL);
        set_buffer(UPSTREAM, ALL, 0, b":down");
        Action::Continue
    }
}

/// Lets nothing pass, and answers Continue all the same.
pub(crate) struct Swallow;

impl Probe for Swallow {
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        set_buffer(DOWNSTREAM, 0, ALL, b"");
        Action::Continue
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        set_buffer(UPSTREAM, 0, ALL, b"");
        Action::Continue
    }
}
