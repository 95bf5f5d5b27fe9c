//! A module that has been checked and compiled, before any machine is made of it.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use wasmtime::{Config, Engine, FuncType, InstancePre, ValType, WasmBacktraceDetails};

use super::callback::Callback;
use super::failure::{BACKTRACE_FRAMES_MAX, printable};
use super::state::State;
use crate::ModuleError;
use crate::abi::{AbiVersion, check_imports, linker, newest_import, signature};
use crate::settings::Settings;

/// What a module can call its allocator; Envoy takes the first that there is.
pub(super) const ALLOCATORS: [&str; 2] = ["malloc", "proxy_on_memory_allocate"];

/// A Proxy-Wasm module, compiled. One is enough for any number of hosts.
#[derive(Clone)]
pub struct Module {
    /// What messages call it.
    pub(super) name: Arc<str>,
    bytes: Arc<[u8]>,
    code: Code,
    /// The same with counting of fuel, once somebody has wanted it.
    metered: Arc<OnceLock<Code>>,
}

/// Code that machines are made of.
#[derive(Clone)]
pub(super) struct Code {
    pub ready: InstancePre<State>,
    /// It counts fuel. That costs up to a third of its speed, so it is only done where a limit is set.
    pub metered: bool,
    pub version: AbiVersion,
    /// The import that came to Envoy last, and N of the 1.N that it came with.
    newest_import: Option<(String, u32)>,
}

impl Module {
    /// Reads and compiles the file at `path`.
    pub fn from_file(path: &Path) -> Result<Self, ModuleError> {
        Self::load(path.display().to_string(), read(path)?, false)
    }

    /// As [`Module::from_file`], for hosts with [`crate::Limits::fuel`]: otherwise the first of them compiles it again.
    pub fn metered_from_file(path: &Path) -> Result<Self, ModuleError> {
        Self::load(path.display().to_string(), read(path)?, true)
    }

    /// Compiles `bytes`, binary or in the text format; `name` is what errors call it.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, ModuleError> {
        Self::load(name.into(), bytes.into(), false)
    }

    fn load(name: String, bytes: Vec<u8>, metered: bool) -> Result<Self, ModuleError> {
        let code = Code::compile(&name, &bytes, metered)?;
        Ok(Self { name: name.into(), bytes: bytes.into(), code, metered: Arc::default() })
    }

    /// The version of the ABI that the module speaks.
    pub fn abi_version(&self) -> AbiVersion {
        self.code.version
    }

    /// Code for these settings, which counts fuel if it must.
    pub(super) fn code(&self, settings: &Settings) -> Result<&Code, ModuleError> {
        let profile = settings.profile;
        match &self.code.newest_import {
            Some((import, since)) if *since > profile.minor() => {
                let (name, import) = (self.name.to_string(), import.clone());
                Err(ModuleError::ImportTooNew { name, import, since: *since, profile })
            }
            _ => self.counting(settings.limits.fuel.is_some()),
        }
    }

    fn counting(&self, metered: bool) -> Result<&Code, ModuleError> {
        if self.code.metered || !metered {
            return Ok(&self.code);
        }
        if let Some(code) = self.metered.get() {
            return Ok(code);
        }
        let code = Code::compile(&self.name, &self.bytes, true)?;
        Ok(self.metered.get_or_init(|| code))
    }
}

impl Code {
    fn compile(name: &str, bytes: &[u8], metered: bool) -> Result<Self, ModuleError> {
        let name = name.to_owned();
        if let Some(reason) = no_module(bytes) {
            return Err(ModuleError::NotWasm { name, reason });
        }
        let not_wasm = |error: wasmtime::Error| {
            let mut reason = format!("{error:#}");
            if reason.contains("unexpected end") {
                reason = format!("{reason}; it has {} bytes: is the file complete?", bytes.len());
            }
            ModuleError::NotWasm { name: name.clone(), reason }
        };
        let mut config = Config::new();
        // Not-a-number has many bit patterns; the same inputs must give the same one.
        config.cranelift_nan_canonicalization(true);
        // Traps name files and lines where the module has debug information.
        config.wasm_backtrace_details(WasmBacktraceDetails::Enable);
        config.wasm_backtrace_max_frames(NonZeroUsize::new(BACKTRACE_FRAMES_MAX));
        config.consume_fuel(metered);
        let engine = Engine::new(&config).map_err(not_wasm)?;
        let module = wasmtime::Module::new(&engine, bytes).map_err(not_wasm)?;
        let Some(version) = AbiVersion::of(&module) else {
            return Err(ModuleError::NoAbiMarker { name, found: unknown_marker(&module) });
        };
        check_imports(&name, &module, version)?;
        check_exports(&name, &module)?;
        let linker = linker(&engine, version).map_err(not_wasm)?;
        let ready = linker.instantiate_pre(&module).map_err(not_wasm)?;
        let newest_import = newest_import(&module, version);
        Ok(Self { ready, metered, version, newest_import })
    }
}

/// The marker of a version to come, or of one that never was.
fn unknown_marker(module: &wasmtime::Module) -> Option<String> {
    module
        .exports()
        .map(|export| export.name())
        .find(|name| name.starts_with("proxy_abi_version_"))
        .map(printable)
}

fn read(path: &Path) -> Result<Vec<u8>, ModuleError> {
    std::fs::read(path).map_err(|reason| ModuleError::Read { path: path.to_owned(), reason })
}

/// A callback with the wrong type would only be found when it is first called.
///
/// Envoy loads a module that has no memory for it, and that is no matter as long as the module asks for nothing.
fn check_exports(name: &str, module: &wasmtime::Module) -> Result<(), ModuleError> {
    let has_memory = module.exports().any(|export| export.ty().memory().is_some());
    if !has_memory && module.imports().len() > 0 {
        return Err(ModuleError::NoMemory { name: name.into() });
    }
    let callbacks = Callback::ALL.map(Callback::signature);
    let allocators = ALLOCATORS.map(|allocator| (allocator, 1, true));
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
    if ALLOCATORS.iter().all(|allocator| module.get_export(allocator).is_none()) {
        return Err(ModuleError::NoAllocator { name: name.into() });
    }
    Ok(())
}

/// The beginning of every WebAssembly file; the next four bytes are version and kind.
const MAGIC: &[u8] = b"\0asm";
const CORE_MODULE: &[u8] = &[1, 0, 0, 0];
const COMPONENT_KIND: &[u8] = &[1, 0];

/// First bytes of files that people take for a module, and what to do.
const OTHERS: [(&[u8], &str); 5] = [
    (&[0x1f, 0x8b], "it is compressed with gzip: unpack it"),
    (b"PK\x03\x04", "it is a ZIP archive: unpack it"),
    (b"\x7fELF", "it is a program for a processor: build it for the target wasm32-wasip1"),
    (b"<", "it is HTML or XML: was a web page saved in its place?"),
    (b"!<arch>", "it is a library for a linker: build a cdylib, or link it"),
];

/// Why `bytes` cannot be a module, unless only a compiler can tell. The text format begins with a parenthesis or a
/// comment.
fn no_module(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some("the file is empty".into());
    }
    if let Some(rest) = bytes.strip_prefix(MAGIC) {
        return match rest.get(..4) {
            Some(CORE_MODULE) => None,
            Some(head) if head.get(2..) == Some(COMPONENT_KIND) => Some(
                "it is a component, and Proxy-Wasm hosts load core modules: build a cdylib for wasm32-wasip1, without \
                 the step that makes it a component"
                    .into(),
            ),
            Some(head) => Some(format!(
                "its version is \"{}\", expected \"{}\"",
                head.escape_ascii(),
                CORE_MODULE.escape_ascii()
            )),
            None => Some(format!("it ends after {} bytes: is the file complete?", bytes.len())),
        };
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some((*what).into());
    }
    let text = bytes.trim_ascii_start();
    (!text.starts_with(b"(") && !text.starts_with(b";;")).then(|| {
        let head = bytes[..bytes.len().min(MAGIC.len())].escape_ascii();
        format!("it begins with \"{head}\", and every module with \"{}\"", MAGIC.escape_ascii())
    })
}
