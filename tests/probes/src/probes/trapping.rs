//! Machines that die, and what the others notice.

use crate::call::{say, set_tick_period};
use crate::probe::{Action, Probe};

/// Traps when the named callback comes.
pub(crate) struct Trap(&'static str);

impl Trap {
    pub(crate) fn in_callback(name: &'static str) -> Self {
        Self(name)
    }

    fn at(&self, name: &str) {
        if self.0 == name {
            say!("trap");
            std::process::abort();
        }
    }
}

impl Probe for Trap {
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        self.at("start");
        true
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        self.at("configure");
        true
    }
    fn tick(&mut self, _: u32) {
        self.at("tick");
    }
    fn new_connection(&mut self, _: u32) -> Action {
        self.at("new");
        if self.0 == "tick" {
            set_tick_period(20);
        }
        Action::Continue
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        self.at("data");
        Action::Continue
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        self.at("upstream");
        Action::Continue
    }
}

/// Traps for the client that says `trap`; the others are held.
#[derive(Default)]
pub(crate) struct Other {
    _private: (),
}

impl Probe for Other {
    fn new_connection(&mut self, _: u32) -> Action {
        Action::Pause
    }
    fn downstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        if crate::call::get_buffer(crate::call::DOWNSTREAM, 0, crate::call::ALL).starts_with(b"trap") {
            std::process::abort();
        }
        Action::Pause
    }
}

/// What is asked for at once: little enough that the end is found, much enough that it is found soon.
const PIECE_BYTES: usize = 16 * 1024 * 1024;

/// Asks for memory without end.
pub(crate) struct Memory;

impl Probe for Memory {
    fn new_connection(&mut self, _: u32) -> Action {
        let mut pieces = Vec::new();
        loop {
            let mut piece: Vec<u8> = Vec::new();
            if piece.try_reserve_exact(PIECE_BYTES).is_err() {
                break;
            }
            pieces.push(piece);
        }
        say!("memory ends after {} pieces", pieces.len());
        Action::Continue
    }
}
