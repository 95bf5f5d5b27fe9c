//! A module that has been checked and compiled, before any machine is made of it.

use std::path::Path;

use wasmtime::{Config, Engine, FuncType, InstancePre, ValType};

use super::callback::Callback;
use super::state::State;
use crate::ModuleError;
use crate::abi::{AbiVersion, check_imports, linker, signature};

/// A Proxy-Wasm module, compiled. One is enough for any number of hosts.
#[derive(Clone)]
pub struct Module {
    pub(super) ready: InstancePre<State>,
    pub(super) version: AbiVersion,
}

impl Module {
    /// Reads and compiles the file at `path`.
    pub fn from_file(path: &Path) -> Result<Self, ModuleError> {
        let bytes =
            std::fs::read(path).map_err(|reason| ModuleError::Read { path: path.to_owned(), reason })?;
        Self::from_bytes(path.display().to_string(), &bytes)
    }

    /// Compiles `bytes`, binary or in the text format; `name` is what errors call it.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, ModuleError> {
        let name = name.into();
        let not_wasm = |error: wasmtime::Error| ModuleError::NotWasm {
            name: name.clone(),
            reason: format!("{error:#}"),
        };
        // Not-a-number has many bit patterns; the same inputs must give the same one.
        let engine = Engine::new(Config::new().cranelift_nan_canonicalization(true)).map_err(not_wasm)?;
        let module = wasmtime::Module::new(&engine, bytes).map_err(not_wasm)?;
        let Some(version) = AbiVersion::of(&module) else {
            return Err(ModuleError::NoAbiMarker { name });
        };
        check_imports(&name, &module, version)?;
        check_exports(&name, &module)?;
        let linker = linker(&engine, version).map_err(not_wasm)?;
        let ready = linker.instantiate_pre(&module).map_err(not_wasm)?;
        Ok(Self { ready, version })
    }

    /// The version of the ABI that the module speaks.
    pub fn abi_version(&self) -> AbiVersion {
        self.version
    }
}

/// A callback with the wrong type would only be found when it is first called.
fn check_exports(name: &str, module: &wasmtime::Module) -> Result<(), ModuleError> {
    if module.get_export("memory").is_none_or(|export| export.memory().is_none()) {
        return Err(ModuleError::NoMemory { name: name.into() });
    }
    let callbacks = Callback::ALL.map(Callback::signature);
    let allocators = [("malloc", 1, true), ("proxy_on_memory_allocate", 1, true)];
    let starters =
        [("_initialize", 0, false), ("main", 2, true), ("__main_void", 0, true), ("_start", 0, false)];
    for (export, params, result) in callbacks.into_iter().chain(allocators).chain(starters) {
        let Some(ty) = module.get_export(export) else { continue };
        let results = result.then_some(ValType::I32);
        let expected = FuncType::new(module.engine(), vec![ValType::I32; params], results);
        let found = ty.func().map_or_else(|| "no function".into(), signature);
        if found != signature(&expected) {
            return Err(ModuleError::ExportSignature {
                name: name.into(),
                export: export.into(),
                found,
                expected: signature(&expected),
            });
        }
    }
    Ok(())
}
