//! Why a component cannot be loaded, or does not screen.

use std::path::PathBuf;

use super::screen::Fault;

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

/// Why there is nobody to screen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScreenError {
    /// The configuration has a mistake: the field, the value, and what was expected.
    #[error("{0}")]
    Refused(String),
    /// The component did not get as far as that.
    #[error("the component failed while it started: {0}")]
    Failed(Fault),
}
