//! From the tables to wasmtime's linker.

use wasmtime::{Engine, FuncType, Linker, Val, ValType};

use super::guest::{Args, Guest};
use super::status::{Fault, Status};
use super::{Handler, HostFunction, PROXY, Param};
use crate::ModuleError;
use crate::trace::Watch;
use crate::vm::{Phase, State};
use crate::wasi::{WASI, WASI_MODULES};

/// Every function that a module can import, with the module names that it is found under.
fn all() -> impl Iterator<Item = (&'static str, &'static HostFunction)> {
    let proxy = PROXY.iter().map(|function| ("env", function));
    let wasi = WASI_MODULES.iter().flat_map(|module| WASI.iter().map(move |function| (*module, function)));
    proxy.chain(wasi)
}

/// A linker with every host function.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    for (module, function) in all() {
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
    let Some(mut watched) = Watch::host_function(guest, function, args) else {
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
    // Envoy: while the module initialises itself only proxy_log and WASI are allowed; anything else is a trap.
    let proxy = matches!(function.handler, Handler::Proxy(_) | Handler::Unimplemented);
    if proxy && guest.state().phase == Phase::Initialize && function.name != "proxy_log" {
        return Err(wasmtime::Error::msg(format!("{}: restricted_callback", function.name)));
    }
    let answer = match function.handler {
        Handler::Proxy(handler) => handler(guest, &args).map(|()| Status::Ok as u32),
        Handler::Wasi(handler) => handler(guest, &args),
        Handler::Unimplemented => Ok(Status::Unimplemented as u32),
        Handler::Exit(handler) => {
            handler(guest, &args);
            return Ok(());
        }
    };
    let code = match answer {
        Ok(code) => code,
        Err(Fault::Status(status)) => status as u32,
        Err(Fault::Trap(error)) => return Err(error),
    };
    results[0] = Val::I32(code.cast_signed());
    Ok(())
}

/// Compares what `module` imports with the tables, so that the error can say what is wrong with which import.
pub(crate) fn check_imports(name: &str, module: &wasmtime::Module) -> Result<(), ModuleError> {
    for import in module.imports() {
        let label = format!("{}.{}", import.module(), import.name());
        let function = all().find(|(m, f)| *m == import.module() && f.name == import.name());
        let (Some((_, function)), Some(found)) = (function, import.ty().func().cloned()) else {
            return Err(ModuleError::UnknownImport { name: name.into(), import: label });
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

/// `(i32, i64) -> i32`
pub(crate) fn signature(ty: &FuncType) -> String {
    let list = |types: Vec<ValType>| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let results = match list(ty.results().collect()) {
        empty if empty.is_empty() => "nothing".into(),
        results => results,
    };
    format!("({}) -> {results}", list(ty.params().collect()))
}

impl HostFunction {
    /// `(level: i32, text: i32, text_len: i32) -> i32`
    fn signature(&self) -> String {
        let params = self.params.iter().map(|param| match param {
            Param::I32(name) => format!("{name}: i32"),
            Param::I64(name) => format!("{name}: i64"),
        });
        let result = if matches!(self.handler, Handler::Exit(_)) { "nothing" } else { "i32" };
        format!("({}) -> {result}", params.collect::<Vec<_>>().join(", "))
    }

    fn wasm_type(&self, engine: &Engine) -> FuncType {
        let params = self.params.iter().map(|param| match param {
            Param::I32(_) => ValType::I32,
            Param::I64(_) => ValType::I64,
        });
        let result = (!matches!(self.handler, Handler::Exit(_))).then_some(ValType::I32);
        FuncType::new(engine, params, result)
    }
}
