//! Log, clock, timer, status, contexts.

use super::{Bytes, Number, say};
use crate::{abi, words};

/// `proxy_log`
pub(crate) fn log(level: u32, text: &str) {
    let status = abi::proxy_log(level, text.as_ptr() as usize, text.len());
    say!("proxy_log({level}, {text:?}) = {}", words::status(status));
}

/// `proxy_log` of any bytes anywhere.
pub(crate) fn log_at(level: u32, what: &str, text: usize, len: usize) {
    let status = abi::proxy_log(level, text, len);
    say!("proxy_log({level}, {what}) = {}", words::status(status));
}

/// `proxy_get_log_level`
pub(crate) fn get_log_level() {
    let mut level = Number::new();
    let status = abi::proxy_get_log_level(level.at());
    say!("proxy_get_log_level() = {}{}", words::status(status), level.told(status));
}

/// `proxy_get_current_time_nanoseconds`, not logged: for probes that look at it closer.
pub(crate) fn now() -> (u32, u64) {
    let mut time = 0_u64;
    (abi::proxy_get_current_time_nanoseconds((&raw mut time) as usize), time)
}

/// `proxy_set_tick_period_milliseconds`
pub(crate) fn set_tick_period(milliseconds: u32) {
    let status = abi::proxy_set_tick_period_milliseconds(milliseconds);
    say!("proxy_set_tick_period_milliseconds({milliseconds}) = {}", words::status(status));
}

/// `proxy_get_status`
pub(crate) fn get_status() {
    let (mut code, mut text) = (Number::new(), Bytes::new());
    let (text_at, len_at) = text.at();
    let status = abi::proxy_get_status(code.at(), text_at, len_at);
    let value = text.take();
    say!("proxy_get_status() = {}{}{}", words::status(status), code.told(status), text.told(status, &value));
}

/// `proxy_set_effective_context`
pub(crate) fn set_effective_context(context: u32) {
    let status = abi::proxy_set_effective_context(context);
    say!("proxy_set_effective_context({context}) = {}", words::status(status));
}

/// `proxy_done`
pub(crate) fn done() {
    say!("proxy_done() = {}", words::status(abi::proxy_done()));
}
