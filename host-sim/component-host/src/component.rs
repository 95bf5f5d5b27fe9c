//! A component that has been checked and compiled.

use std::path::{Path, PathBuf};

use wasmtime::component::{self, Linker};
use wasmtime::{Config, Engine, StoreLimits};

use super::bindings::ScreenPre;

/// How a WebAssembly file begins that is no component.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// Why a file is no component for this host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// The file cannot be read.
    #[error("cannot read the component {}: {reason} (`cargo xtask wasm` builds it)", path.display())]
    Read {
        /// As it was given.
        path: PathBuf,
        /// The system's reason; no `source`, since the message has it already.
        reason: std::io::Error,
    },
    /// Not a WebAssembly component: something else, a plain module, or an invalid one.
    #[error("{name} is not a WebAssembly component: {reason}")]
    NotComponent {
        /// The component's name, mostly its path.
        name: String,
        /// The validator's reason.
        reason: String,
    },
    /// It wants something from its host, and this contract has no imports.
    #[error("{name} imports {}: expected a component that imports nothing", imports.join(", "))]
    Imports {
        /// The component's name.
        name: String,
        /// What it imports.
        imports: Vec<String>,
    },
    /// Its exports are not those of `wit/screen.wit`.
    #[error("{name} does not export postscreen:screen/screening as wit/screen.wit has it: {reason}")]
    Exports {
        /// The component's name.
        name: String,
        /// What is missing, or has another type.
        reason: String,
    },
}

/// A component of the world `screen`, compiled. One is enough for any number of hosts.
#[derive(Clone)]
pub struct Component {
    pub(super) engine: Engine,
    pub(super) ready: ScreenPre<StoreLimits>,
}

impl Component {
    /// Reads and compiles the file at `path`.
    ///
    /// # Errors
    /// [`ComponentError`] says whether it is the file, its format, its imports or its exports.
    pub fn from_file(path: &Path) -> Result<Self, ComponentError> {
        let bytes =
            std::fs::read(path).map_err(|reason| ComponentError::Read { path: path.to_owned(), reason })?;
        Self::from_bytes(path.display().to_string(), &bytes)
    }

    /// Compiles `bytes`, binary or in the text format; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Component::from_file`].
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, ComponentError> {
        let name = name.into();
        if bytes.starts_with(CORE_MODULE) {
            let reason =
                "it is a core module; expected what `cargo xtask wasm` makes of it for hosts of components";
            return Err(ComponentError::NotComponent { name, reason: reason.into() });
        }
        let not_component = |error: wasmtime::Error| ComponentError::NotComponent {
            name: name.clone(),
            reason: format!("{error:#}"),
        };
        // Not-a-number has many bit patterns; the same inputs must give the same one.
        let mut config = Config::new();
        config.cranelift_nan_canonicalization(true).consume_fuel(true);
        let engine = Engine::new(&config).map_err(not_component)?;
        let component = component::Component::new(&engine, bytes).map_err(not_component)?;
        let types = component.component_type();
        let imports: Vec<_> = types.imports(&engine).map(|(import, _)| import.to_owned()).collect();
        if !imports.is_empty() {
            return Err(ComponentError::Imports { name, imports });
        }
        let exports = |error: wasmtime::Error| ComponentError::Exports {
            name: name.clone(),
            reason: format!("{error:#}"),
        };
        let ready = Linker::new(&engine).instantiate_pre(&component).and_then(ScreenPre::new);
        Ok(Self { engine, ready: ready.map_err(exports)? })
    }
}

#[cfg(test)]
mod tests;
