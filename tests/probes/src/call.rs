//! Each host function once: called, and the answer logged as `name(arguments) = Status -> value`.
//!
//! What a function returns through an address starts as [`UNTOUCHED`]. A value is logged with status Ok, and without it
//! only when the host has written one all the same.

mod buffer;
mod callout;
mod header_map;
mod shared;
mod system;
mod wasi;

use std::fmt;

pub(crate) use buffer::*;
pub(crate) use callout::*;
pub(crate) use header_map::*;
pub(crate) use shared::*;
pub(crate) use system::*;
pub(crate) use wasi::*;

use crate::{abi, words};

/// Status Ok.
pub(crate) const OK: u32 = 0;
/// What the place of a returned number holds before the call.
const UNTOUCHED: u32 = 0xdead_beef;
/// An address behind the end of the memory, wherever that is.
pub(crate) const NOWHERE: usize = 0xffff_fff0;

/// Logs one line at level info.
pub(crate) fn log_line(line: fmt::Arguments<'_>) {
    let line = line.to_string();
    abi::proxy_log(2, line.as_ptr() as usize, line.len());
}

/// Logs one line at level info.
macro_rules! say {
    ($($part:tt)*) => { $crate::call::log_line(format_args!($($part)*)) };
}
pub(crate) use say;

/// The place for one returned number.
#[derive(Debug)]
struct Number(u32);

impl Number {
    fn new() -> Self {
        Self(UNTOUCHED)
    }

    fn at(&mut self) -> usize {
        (&raw mut self.0) as usize
    }

    /// ` -> 4` when there is something to tell.
    fn told(&self, status: u32) -> String {
        told(status, self.0 != UNTOUCHED, || self.0.to_string())
    }
}

/// The place for returned bytes: address and length, both written by the host.
#[derive(Debug)]
struct Bytes {
    address: u32,
    len: u32,
}

impl Bytes {
    fn new() -> Self {
        Self { address: UNTOUCHED, len: UNTOUCHED }
    }

    fn at(&mut self) -> (usize, usize) {
        ((&raw mut self.address) as usize, (&raw mut self.len) as usize)
    }

    /// Takes over what the host has put into memory that it got from our allocator.
    #[expect(unsafe_code, reason = "the allocator in `probe` made it with this capacity")]
    fn take(&self) -> Vec<u8> {
        if self.address == UNTOUCHED || self.address == 0 {
            return Vec::new();
        }
        let len = self.len as usize;
        // SAFETY: the host got `len` bytes at `address` from `proxy_on_memory_allocate`, and filled them.
        unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.address as *mut u8, len)) }.into_vec()
    }

    /// ` -> "text"` when there is something to tell; a host that gives no memory at all gives `nothing`.
    fn told(&self, status: u32, value: &[u8]) -> String {
        self.told_as(status, || words::bytes(value))
    }

    fn told_as(&self, status: u32, value: impl FnOnce() -> String) -> String {
        let touched = self.address != UNTOUCHED || self.len != UNTOUCHED;
        told(status, touched, || match (self.address, self.len) {
            (UNTOUCHED, _) | (_, UNTOUCHED) => "no bytes".to_owned(),
            (0, 0) => "nothing".to_owned(),
            _ => value(),
        })
    }
}

fn told(status: u32, touched: bool, value: impl FnOnce() -> String) -> String {
    match (status, touched) {
        (OK, true) => format!(" -> {}", value()),
        (OK, false) => " -> not written".to_owned(),
        (_, true) => format!(" but -> {}", value()),
        (_, false) => String::new(),
    }
}
