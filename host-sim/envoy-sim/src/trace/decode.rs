//! From numbers and addresses to values, by the names in the table of host functions.
//!
//! The names follow three rules, which the tests hold against the table: `x` before `x_len` is the address of bytes;
//! `return_x` before `return_len` is where the address and the length of bytes are written; any other `return_x` is
//! where a number is written.

use wasmtime::Val;

use super::print::VALUE_BYTES_MAX;
use super::{Argument, Value, names};
use crate::abi::{Guest, Handler, HostFunction, Param};

/// Where a function of the table writes eight bytes; everywhere else it is four.
const WIDE: [(&str, &str); 3] = [
    ("proxy_get_current_time_nanoseconds", "return_time"),
    ("proxy_get_metric", "return_value"),
    ("clock_time_get", "return_time"),
];
/// What stands for a parameter that is missing in [`names::parameters`].
const NAMELESS: &str = "argument";

/// The arguments of a callback.
pub(super) fn callback(function: &str, args: &[u32]) -> Vec<Argument> {
    let known = names::parameters(function).iter().copied().chain(std::iter::repeat(NAMELESS));
    let argument =
        |(name, number): (&'static str, &u32)| Argument { name, value: names::value(name, *number) };
    known.zip(args).map(argument).collect()
}

/// What a module gave to a host function: everything but the addresses for its results.
pub(super) fn arguments(guest: &Guest<'_>, function: &HostFunction, args: &[Val]) -> Vec<Argument> {
    parts(function, args)
        .filter_map(|part| match part {
            Part::Bytes { name, ptr, len } => Some(Argument { name, value: bytes(guest, ptr, len) }),
            Part::Number { name, value } => Some(Argument { name, value }),
            Part::ReturnedBytes { .. } | Part::ReturnedNumber { .. } => None,
        })
        .collect()
}

/// What a host function has written for the module.
pub(super) fn outputs(guest: &Guest<'_>, function: &HostFunction, args: &[Val]) -> Vec<Argument> {
    parts(function, args)
        .filter_map(|part| match part {
            Part::ReturnedBytes { name, ptr_at, len_at } => {
                let (ptr, len) = (number(guest, ptr_at, 4), number(guest, len_at, 4));
                let value = match (ptr, len) {
                    (Some(ptr), Some(len)) => bytes(guest, low(ptr), low(len)),
                    _ => Value::Outside,
                };
                Some(Argument { name: unprefixed(name), value })
            }
            Part::ReturnedNumber { name, at } => {
                let width = if WIDE.contains(&(function.name, name)) { 8 } else { 4 };
                let value = number(guest, at, width);
                let value = value.map_or(Value::Outside, |value| match name {
                    "return_level" => names::value("level", low(value)),
                    _ => Value::Number(value.cast_signed()),
                });
                Some(Argument { name: unprefixed(name), value })
            }
            Part::Bytes { .. } | Part::Number { .. } => None,
        })
        .collect()
}

/// One or two parameters that belong together.
enum Part {
    Bytes { name: &'static str, ptr: u32, len: u32 },
    Number { name: &'static str, value: Value },
    ReturnedBytes { name: &'static str, ptr_at: u32, len_at: u32 },
    ReturnedNumber { name: &'static str, at: u32 },
}

fn parts(function: &HostFunction, args: &[Val]) -> impl Iterator<Item = Part> {
    // The vectors of WASI are no bytes, and what it returns may be a structure: its numbers are shown as they are.
    let wasi = matches!(function.handler, Handler::Wasi(_) | Handler::NoResult(_));
    let mut left = function.params.iter().zip(args).map(|(param, value)| (name_of(*param), value)).peekable();
    std::iter::from_fn(move || {
        let (name, value) = left.next()?;
        let mut second = |wanted: &dyn Fn(&str) -> bool| {
            if wasi { None } else { left.next_if(|(next, _)| wanted(next)).map(|(_, value)| unsigned(value)) }
        };
        if let Some(len) = second(&|next| next.strip_suffix("_len") == Some(name)) {
            return Some(Part::Bytes { name, ptr: unsigned(value), len });
        }
        if !name.starts_with("return_") {
            let value = match value {
                Val::I64(number) => Value::Number(*number),
                value => names::value(name, unsigned(value)),
            };
            return Some(Part::Number { name, value });
        }
        Some(match second(&|next| next == "return_len") {
            Some(len_at) => Part::ReturnedBytes { name, ptr_at: unsigned(value), len_at },
            None => Part::ReturnedNumber { name, at: unsigned(value) },
        })
    })
}

/// The first of `len` bytes at `ptr`.
fn bytes(guest: &Guest<'_>, ptr: u32, len: u32) -> Value {
    let shown = len.min(u32::try_from(VALUE_BYTES_MAX).unwrap_or(u32::MAX));
    let inside = len == 0 || guest.bytes(ptr.saturating_add(len - 1), 1).is_ok();
    match guest.bytes(ptr, shown) {
        Ok(begin) if inside => Value::Bytes { begin, len },
        _ => Value::Outside,
    }
}

fn number(guest: &Guest<'_>, at: u32, width: u32) -> Option<u64> {
    let bytes = guest.bytes(at, width).ok()?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// A number that was four bytes wide.
fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn unsigned(value: &Val) -> u32 {
    match value {
        Val::I32(value) => value.cast_unsigned(),
        _ => 0,
    }
}

fn name_of(param: Param) -> &'static str {
    match param {
        Param::I32(name) | Param::I64(name) => name,
    }
}

fn unprefixed(name: &'static str) -> &'static str {
    name.strip_prefix("return_").unwrap_or(name)
}
