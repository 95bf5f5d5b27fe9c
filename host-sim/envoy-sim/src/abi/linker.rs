//! From the tables to wasmtime's linker, and when a module may call what: while it starts, while it allocates for the
//! host, and under restricted capabilities.

use wasmtime::{Engine, FuncType, Linker, Val, ValType};

use super::{AbiVersion, Args, Guest, Handler, HostCallError, HostFunction, PROXY, Status};
use crate::ModuleError;
use crate::event::LogLevel;
use crate::profile::Profile;
use crate::settings::Settings;
use crate::trace::Tap;
use crate::vm::{Phase, State, printable};
use crate::wasi::{EFAULT, ENOTCAPABLE, WASI, WASI_MODULES};

/// Every function that a module can import, with the module names that it is found under.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static HostFunction)> {
    let proxy = PROXY.iter().map(|function| ("env", function));
    let wasi = WASI_MODULES.iter().flat_map(|module| WASI.iter().map(move |function| (*module, function)));
    proxy.chain(wasi)
}

/// Those that a module of this version can import.
fn of_version(version: AbiVersion) -> impl Iterator<Item = (&'static str, &'static HostFunction)> {
    all().filter(move |(_, function)| function.versions.contains(&version))
}

/// A linker with every host function of the version.
pub(crate) fn linker(engine: &Engine, version: AbiVersion) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    for (module, function) in of_version(version) {
        let answer = |caller: wasmtime::Caller<'_, State>, args: &[Val], results: &mut [Val]| {
            watched(function, &mut Guest { caller }, args, results)
        };
        linker.func_new(module, function.name, function.wasm_type(engine), answer)?;
    }
    Ok(linker)
}

/// One call, told to whoever watches this host.
fn watched(
    function: &HostFunction,
    guest: &mut Guest<'_>,
    args: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let Some(mut watched) = Tap::host_function(guest, function, args) else {
        return call(function, guest, args, results);
    };
    let answer = watched.trap().map_or_else(|| call(function, guest, args, results), Err);
    watched.host_function_ended(guest, function, args, results, &answer);
    answer
}

/// One call, from the module's arguments to its result.
fn call(
    function: &HostFunction,
    guest: &mut Guest<'_>,
    args: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let args = Args(args);
    if !is_callable(function, guest.state()) {
        return Err(wasmtime::Error::msg(format!("{}: restricted_callback", function.name)));
    }
    let answered = if is_allowed(&guest.state().settings, function.name) {
        answer(function, guest, &args)
    } else {
        Ok(refuse(function, guest.state()))
    };
    let code = match answered {
        Ok(code) => code,
        Err(HostCallError::Status(_)) if matches!(function.handler, Handler::Wasi(_)) => EFAULT,
        Err(HostCallError::Status(status)) => status as u32,
        Err(HostCallError::Trap(error)) => return Err(error),
    };
    if let [result] = results {
        *result = Val::I32(code.cast_signed());
    }
    Ok(())
}

fn answer(function: &HostFunction, guest: &mut Guest<'_>, args: &Args<'_>) -> Result<u32, HostCallError> {
    match function.handler {
        Handler::Proxy(handler) => handler(guest, args).map(|()| Status::Ok as u32),
        Handler::Wasi(handler) => handler(guest, args),
        Handler::Runtime(handler) => Ok(handler(args)),
        Handler::NoResult(handler) => {
            handler(guest, args);
            Ok(0)
        }
    }
}

/// What Envoy puts in the place of a function that `allowed_capabilities` leaves out.
fn refuse(function: &HostFunction, state: &mut State) -> u32 {
    let (kind, code) = match function.handler {
        Handler::Proxy(_) => ("proxy-wasm", Status::InternalFailure as u32),
        _ => ("WASI", ENOTCAPABLE),
    };
    let text = format!("Attempted call to restricted {kind} capability: {}", function.name);
    state.log_by_host(LogLevel::Error, text);
    code
}

/// Compares what `module` imports with the tables, so that the error can say what is wrong with which import.
pub(crate) fn check_imports(
    name: &str,
    module: &wasmtime::Module,
    version: AbiVersion,
) -> Result<(), ModuleError> {
    for import in module.imports() {
        let label = printable(&format!("{}.{}", import.module(), import.name()));
        let function = of_version(version).find(|(m, f)| *m == import.module() && f.name == import.name());
        let (Some((_, function)), Some(found)) = (function, import.ty().func().cloned()) else {
            return Err(ModuleError::UnknownImport { name: name.into(), import: label, version });
        };
        if !FuncType::eq(&function.wasm_type(module.engine()), &found) {
            return Err(ModuleError::ImportSignature {
                name: name.into(),
                import: label,
                found: signature(&found),
                expected: function.signature(),
            });
        }
    }
    Ok(())
}

/// The import that came to Envoy last, and N of the 1.N that it came with; `None` when every Envoy has them all.
pub(crate) fn newest_import(module: &wasmtime::Module, version: AbiVersion) -> Option<(String, u32)> {
    let since = |import: wasmtime::ImportType<'_>| {
        let found = of_version(version).find(|(m, f)| *m == import.module() && f.name == import.name());
        Some((format!("{}.{}", import.module(), import.name()), found?.1.since_envoy?))
    };
    module.imports().filter_map(since).max_by_key(|(_, since)| *since)
}

/// `(i32, i64) -> i32`
pub(crate) fn signature(ty: &FuncType) -> String {
    let list = |types: Vec<ValType>| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let results = match list(ty.results().collect()) {
        empty if empty.is_empty() => "nothing".into(),
        results => results,
    };
    format!("({}) -> {results}", list(ty.params().collect()))
}

/// Allowed in `_initialize`, `main` and `_start`, besides WASI: no context of the module's exists yet.
const AT_START: [&str; 2] = ["emscripten_notify_memory_growth", "proxy_log"];
/// The functions of WASI that are nevertheless out of bounds there, as `poll_oneoff` was until 1.38.
const NOT_AT_START: [&str; 6] = ["fd_close", "fd_read", "fd_seek", "path_open", "proc_exit", "sched_yield"];
/// All that the module's allocator may call while the host waits for memory.
const IN_ALLOCATOR: [&str; 4] = ["clock_time_get", "fd_write", "poll_oneoff", "proxy_log"];

/// Whether a machine in this state may call `function` at all: if not, the call is a trap.
fn is_callable(function: &HostFunction, state: &State) -> bool {
    if state.allocating {
        return IN_ALLOCATOR.contains(&function.name);
    }
    state.phase != Phase::Initialize
        || match function.handler {
            Handler::Wasi(_) if function.name == "poll_oneoff" => {
                state.settings.profile >= Profile::Envoy1_39
            }
            Handler::Wasi(_) => !NOT_AT_START.contains(&function.name),
            _ => AT_START.contains(&function.name),
        }
}

/// Whether `allowed_capabilities` lets the module import, or the host call, the function of this name. Functions that
/// are neither Proxy-Wasm's nor WASI's are no capabilities.
pub(crate) fn is_allowed(settings: &Settings, name: &str) -> bool {
    let allowed = &settings.allowed_capabilities;
    let capability =
        !(name.starts_with("envoy_") || name.starts_with("emscripten_") || name == "pthread_equal");
    allowed.is_empty() || !capability || allowed.contains(name)
}
