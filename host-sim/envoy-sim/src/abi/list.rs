//! The ABI for people and tools (documentation, traces, coverage): its versions, its host functions and its callbacks.

use std::fmt;

use super::{HostFunction, Param, all};
use crate::vm::Callback;
use crate::wasi::WASI_MODULES;

/// A version of the Proxy-Wasm ABI. A module speaks one: it exports a function named [`AbiVersion::marker`], which is
/// never called. Some host functions exist in some versions only: [`crate::AbiFunction::versions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum AbiVersion {
    V0_1_0,
    V0_2_0,
    V0_2_1,
}

impl AbiVersion {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::V0_1_0, Self::V0_2_0, Self::V0_2_1];

    /// The name of the export that says "this module speaks this version".
    pub fn marker(self) -> &'static str {
        match self {
            Self::V0_1_0 => "proxy_abi_version_0_1_0",
            Self::V0_2_0 => "proxy_abi_version_0_2_0",
            Self::V0_2_1 => "proxy_abi_version_0_2_1",
        }
    }

    /// What `module` speaks. Of several markers Envoy takes the first, in the order of the exports.
    pub(crate) fn of(module: &wasmtime::Module) -> Option<Self> {
        module
            .exports()
            .filter(|export| export.ty().func().is_some())
            .find_map(|export| Self::ALL.into_iter().find(|version| version.marker() == export.name()))
    }
}

impl fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V0_1_0 => "0.1.0",
            Self::V0_2_0 => "0.2.0",
            Self::V0_2_1 => "0.2.1",
        })
    }
}

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
