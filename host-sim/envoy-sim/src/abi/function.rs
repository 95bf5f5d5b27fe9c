//! One entry of the tables of host functions.

use wasmtime::{Engine, FuncType, ValType};

use super::version::AbiVersion;
use super::{Args, HostCallError, Guest};

/// One host function.
pub(crate) struct HostFunction {
    /// The name it is imported by.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// What answers it.
    pub handler: Handler,
    /// The versions of the ABI that have it.
    pub versions: &'static [AbiVersion],
    /// The first Envoy that has it, N of 1.N; `None`: every Envoy that this host can be.
    pub since_envoy: Option<u32>,
}

/// One parameter: its type and its name. All addresses and lengths are `i32`.
#[derive(Clone, Copy)]
pub(crate) enum Param {
    I32(&'static str),
    I64(&'static str),
}

/// What answers a host function.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// A function of the Proxy-Wasm ABI; `Ok` is status 0.
    Proxy(fn(&mut Guest<'_>, &Args<'_>) -> Result<(), HostCallError>),
    /// A function of WASI; the number is its `errno`.
    Wasi(fn(&mut Guest<'_>, &Args<'_>) -> Result<u32, HostCallError>),
    /// A function of a C runtime: what it gives is its result.
    Runtime(fn(&Args<'_>) -> u32),
    /// A function without a result; as in Envoy, `proc_exit` only logs, and the module traps by itself right after.
    NoResult(fn(&mut Guest<'_>, &Args<'_>)),
}

impl HostFunction {
    /// `(level: i32, text: i32, text_len: i32) -> i32`
    pub fn signature(&self) -> String {
        let params = self.params.iter().map(|param| match param {
            Param::I32(name) => format!("{name}: i32"),
            Param::I64(name) => format!("{name}: i64"),
        });
        let result = if self.has_result() { "i32" } else { "nothing" };
        format!("({}) -> {result}", params.collect::<Vec<_>>().join(", "))
    }

    /// Whether it gives an `i32`.
    pub fn has_result(&self) -> bool {
        !matches!(self.handler, Handler::NoResult(_))
    }

    /// Its type, as wasmtime compares it with a module's import.
    pub fn wasm_type(&self, engine: &Engine) -> FuncType {
        let params = self.params.iter().map(|param| match param {
            Param::I32(_) => ValType::I32,
            Param::I64(_) => ValType::I64,
        });
        FuncType::new(engine, params, self.has_result().then_some(ValType::I32))
    }
}
