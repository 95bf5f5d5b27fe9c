//! The table of host functions for people and tools: documentation, traces, coverage.

use super::{AbiVersion, HostFunction, Param, all};
use crate::vm::Callback;
use crate::wasi::WASI_MODULES;

/// One host function as a module sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbiFunction {
    /// The module names that it can be imported under: `env`, or WASI's two.
    pub modules: &'static [&'static str],
    /// The name it is imported by.
    pub name: &'static str,
    /// Its parameters, in order. One named `return_x` is the address that x is written to.
    pub params: Vec<AbiParam>,
    /// Its result: a status, an `errno`, or nothing.
    pub result: Option<AbiType>,
    /// The versions of the ABI that have it.
    pub versions: &'static [AbiVersion],
    /// The first Envoy that has it, N of 1.N; `None`: every Envoy that this host can be.
    pub since_envoy: Option<u32>,
}

/// A parameter of a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbiParam {
    /// What it is for, in `snake_case`.
    pub name: &'static str,
    /// Its WebAssembly type.
    pub ty: AbiType,
}

/// The types that the ABI uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are WebAssembly's")]
pub enum AbiType {
    I32,
    I64,
}

/// Every function that a module can import, in the order of the table: Proxy-Wasm, the rest of `env`, WASI. The linker
/// is built from the same table.
pub fn abi_functions() -> Vec<AbiFunction> {
    let mut functions: Vec<AbiFunction> = Vec::new();
    for (module, function) in all() {
        if module == WASI_MODULES[1] {
            continue;
        }
        let modules = if module == "env" { &["env"][..] } else { &WASI_MODULES };
        functions.push(describe(modules, function));
    }
    functions
}

/// Every callback that the host calls in a module, by name. All are optional.
pub fn abi_callbacks() -> impl Iterator<Item = &'static str> {
    Callback::ALL.into_iter().map(Callback::name)
}

fn describe(modules: &'static [&'static str], function: &'static HostFunction) -> AbiFunction {
    let params = function.params.iter().map(|param| match *param {
        Param::I32(name) => AbiParam { name, ty: AbiType::I32 },
        Param::I64(name) => AbiParam { name, ty: AbiType::I64 },
    });
    AbiFunction {
        modules,
        name: function.name,
        params: params.collect(),
        result: function.has_result().then_some(AbiType::I32),
        versions: function.versions,
        since_envoy: function.since_envoy,
    }
}

#[cfg(test)]
mod tests;
