//! Why a module cannot be loaded or started.

use std::path::{Path, PathBuf};

use crate::abi::AbiVersion;
use crate::event::{LogLine, VmId};
use crate::profile::Profile;

/// Why a file is no module for this host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The file cannot be read.
    #[error("cannot read the module {}: {reason}{}", path.display(), remedy(path, reason))]
    Read {
        /// As it was given.
        path: PathBuf,
        /// The system's reason; no `source`, since the message has it already.
        reason: std::io::Error,
    },
    /// Not a WebAssembly module, or an invalid one.
    #[error("{name} is not a WebAssembly module: {reason}")]
    NotWasm {
        /// The module's name, mostly its path.
        name: String,
        /// The validator's reason.
        reason: String,
    },
    /// A WebAssembly module that does not call itself a Proxy-Wasm module.
    #[error(
        "{name} is not a Proxy-Wasm module: it exports none of the functions proxy_abi_version_0_2_1, \
         proxy_abi_version_0_2_0, proxy_abi_version_0_1_0{}",
        instead_of_marker(found.as_deref())
    )]
    NoAbiMarker {
        /// The module's name.
        name: String,
        /// A marker of a version that nobody knows.
        found: Option<String>,
    },
    /// It wants something from its host that this ABI does not have.
    #[error(
        "{name} imports {import}, which this host does not have for ABI {version}, nor has Envoy: is the module meant \
         for another host?"
    )]
    UnknownImport {
        /// The module's name.
        name: String,
        /// `MODULE.NAME` of the import.
        import: String,
        /// The version that the module says it speaks.
        version: AbiVersion,
    },
    /// It wants something from its host that the Envoy which the host is to be does not have yet.
    #[error(
        "{name} imports {import}, which Envoy has since 1.{since}, and this host is {profile}: choose a newer profile, \
         or a toolchain that does without"
    )]
    ImportTooNew {
        /// The module's name.
        name: String,
        /// `MODULE.NAME` of the import.
        import: String,
        /// N of Envoy 1.N.
        since: u32,
        /// Which Envoy the host is to be.
        profile: Profile,
    },
    /// It wants a host function with other parameters or results than the ABI's.
    #[error("{name} imports {import} as {found}, but the ABI has {expected}")]
    ImportSignature {
        /// The module's name.
        name: String,
        /// `MODULE.NAME` of the import.
        import: String,
        /// The type in the module.
        found: String,
        /// The type in the ABI.
        expected: String,
    },
    /// It exports a callback with other parameters or results than the ABI's.
    #[error("{name} exports {export} as {found}, but the ABI has {expected}")]
    ExportSignature {
        /// The module's name.
        name: String,
        /// The export's name.
        export: String,
        /// The type in the module.
        found: String,
        /// The type in the ABI.
        expected: String,
    },
    /// It calls its host and exports no memory, so that the host cannot read or hand it anything.
    #[error(
        "{name} exports no memory: nothing could be handed to it; linkers export one unless they are told otherwise"
    )]
    NoMemory {
        /// The module's name.
        name: String,
    },
    /// It exports no allocator, so that the host has no place for what the module asks for.
    #[error(
        "{name} exports neither malloc nor proxy_on_memory_allocate: the host would have no place for the bytes that \
         it asks for, and Envoy refuses such a module; every SDK adds one of them"
    )]
    NoAllocator {
        /// The module's name.
        name: String,
    },
}

/// What to say where no marker is known.
fn instead_of_marker(found: Option<&str>) -> String {
    match found {
        Some(found) => format!("; it has {found}, a version that Envoy does not know either"),
        None => "; every SDK adds one, so it may be meant for another host".into(),
    }
}

/// What to do about a module that is not there, where this is known.
fn remedy(path: &Path, error: &std::io::Error) -> &'static str {
    let ours = path.file_name().is_some_and(|name| name == "postscreen.wasm");
    if ours && error.kind() == std::io::ErrorKind::NotFound { "; `cargo xtask wasm` builds it" } else { "" }
}

/// Why a host does not start. Envoy would reject its configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// `proxy_on_vm_start` or `proxy_on_configure` said no.
    #[error("{module} refused its configuration ({callback} on the {vm}{})", silence(log))]
    Refused {
        /// The module's name, mostly its path.
        module: String,
        /// The machine; the canary unless the module decides differently each time.
        vm: VmId,
        /// The callback that returned false.
        callback: &'static str,
        /// Everything that was logged until then: here the module says why.
        log: Vec<LogLine>,
    },
    /// The module trapped.
    #[error("{module} trapped while it started ({vm}): {reason}")]
    Trapped {
        /// The module's name, mostly its path.
        module: String,
        /// The machine.
        vm: VmId,
        /// The trap, with the callback that it came from.
        reason: String,
        /// Everything that was logged until then, the reason and the calls that led to the trap among it.
        log: Vec<LogLine>,
    },
    /// It cannot be compiled for [`crate::Limits::fuel`], or not be loaded by this [`Profile`].
    #[error(transparent)]
    Module(ModuleError),
}

/// What to say of a module that does not say why.
fn silence(log: &[LogLine]) -> &'static str {
    if log.is_empty() { " returned false, and no reason was logged" } else { "" }
}

impl StartError {
    /// What was logged before the start failed.
    pub fn log(&self) -> &[LogLine] {
        match self {
            Self::Refused { log, .. } | Self::Trapped { log, .. } => log,
            Self::Module(_) => &[],
        }
    }

    /// One line: what the module said last where it refuses, and else the error.
    pub fn headline(&self) -> String {
        match self {
            Self::Refused { log, .. } => {
                log.last().map_or_else(|| self.to_string(), |line| line.text.clone())
            }
            Self::Trapped { .. } | Self::Module(_) => self.to_string(),
        }
    }

    /// The error, and below it what was logged and does not stand in it.
    pub fn with_log(&self) -> String {
        let text = self.to_string();
        let said = self.log().iter().map(|line| &line.text).filter(|said| !text.ends_with(*said)).cloned();
        let said: Vec<String> = said.collect();
        std::iter::once(text).chain(said).collect::<Vec<_>>().join("\n")
    }
}
