//! The host functions of ABI 0.2.1.
//!
//! [`PROXY`] and [`crate::wasi::WASI`] are data: name, parameters, result, handler. The linker, the check of a module's
//! imports and the tests all read them. A function with [`Handler::Unimplemented`] can be imported by any module and
//! answers `Unimplemented` (12) to every call.

mod buffer;
mod foreign;
mod guest;
mod header_map;
mod http;
mod link;
mod metric;
pub(crate) mod pairs;
mod property;
mod shared_data;
mod status;
mod stream;
mod system;
mod table;

pub(crate) use guest::{Args, Guest};
pub(crate) use link::{check_imports, linker, signature};
pub(crate) use status::{Fault, Status};
pub(crate) use table::PROXY;

/// One host function.
pub(crate) struct HostFunction {
    /// The name it is imported by.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// What answers it.
    pub handler: Handler,
}

/// One parameter: its type and its name.
#[derive(Clone, Copy)]
pub(crate) enum Param {
    I32(&'static str),
    I64(&'static str),
}

/// What answers a host function. All but [`Handler::Exit`] give one `i32`.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// A function of the Proxy-Wasm ABI; `Ok` is status 0.
    Proxy(fn(&mut Guest<'_>, &Args<'_>) -> Result<(), Fault>),
    /// A function of WASI; the number is its `errno`.
    Wasi(fn(&mut Guest<'_>, &Args<'_>) -> Result<u32, Fault>),
    /// `proc_exit`: no result; as in Envoy it only logs, and the module traps by itself right after.
    Exit(fn(&mut Guest<'_>, &Args<'_>)),
    /// Part of the ABI, but this host cannot do it: status 12.
    Unimplemented,
}
