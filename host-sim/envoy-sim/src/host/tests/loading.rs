use crate::abi::{AbiVersion, HostFunction, PROXY, Param, all};
use crate::wasi::WASI;
use crate::{Host, Module, ModuleError, Now, Profile, Settings};

const MARKER: &str = r#"(func (export "proxy_abi_version_0_2_1"))"#;
const MEMORY: &str = r#"(memory (export "memory") 1)"#;
const ALLOCATOR: &str = r#"(func (export "malloc") (param i32) (result i32) (i32.const 1024))"#;

fn error(wat: &str) -> ModuleError {
    Module::from_bytes("bad.wasm", wat.as_bytes()).err().unwrap()
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Module::from_file("no/such.wasm".as_ref()).err().unwrap();
    assert!(error.to_string().starts_with("cannot read the module no/such.wasm: "), "{error}");
    let error = Module::from_file("no/postscreen.wasm".as_ref()).err().unwrap();
    assert!(error.to_string().ends_with("; `cargo xtask wasm` builds it"), "{error}");
}

#[test]
fn what_is_not_webassembly_is_said_to_be_none() {
    let error = error("220 mx ESMTP\r\n");
    assert!(error.to_string().starts_with("bad.wasm is not a WebAssembly module: "), "{error}");
}

#[test]
fn a_module_without_the_abi_marker_is_no_proxy_wasm_module() {
    assert_eq!(
        error(&format!("(module {MEMORY})")).to_string(),
        "bad.wasm is not a Proxy-Wasm module: it exports none of the functions proxy_abi_version_0_2_1, \
         proxy_abi_version_0_2_0, proxy_abi_version_0_1_0; every SDK adds one, so it may be meant for another host"
    );
}

#[test]
fn an_unknown_import_is_named() {
    for (import, label) in [
        (r#"(import "env" "proxy_fly" (func))"#, "env.proxy_fly"),
        (r#"(import "wasi_snapshot_preview1" "sock_open" (func))"#, "wasi_snapshot_preview1.sock_open"),
        (r#"(import "env" "proxy_log" (global i32))"#, "env.proxy_log"),
    ] {
        let error = error(&format!("(module {import} {MARKER} {MEMORY})"));
        let expected = format!("bad.wasm imports {label}, which this host does not have for ABI 0.2.1");
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}

#[test]
fn an_import_with_another_type_is_shown_beside_the_abis() {
    let import = r#"(import "env" "proxy_log" (func (param i32 i64) (result i32)))"#;
    assert_eq!(
        error(&format!("(module {import} {MARKER} {MEMORY})")).to_string(),
        "bad.wasm imports env.proxy_log as (i32, i64) -> i32, but the ABI has \
         (level: i32, text: i32, text_len: i32) -> i32"
    );
}

#[test]
fn a_callback_with_another_type_is_shown_beside_the_abis() {
    let export = r#"(func (export "proxy_on_tick") (param i64))"#;
    assert_eq!(
        error(&format!("(module {export} {MARKER} {MEMORY})")).to_string(),
        "bad.wasm exports proxy_on_tick as (i64) -> nothing, but the ABI has (i32) -> nothing"
    );
}

#[test]
fn a_module_needs_a_memory() {
    let import = r#"(import "env" "proxy_log" (func (param i32 i32 i32) (result i32)))"#;
    let error = error(&format!("(module {import} {MARKER} {ALLOCATOR})"));
    assert!(error.to_string().starts_with("bad.wasm exports no memory:"), "{error}");
    // Nobody misses it in a module that asks for nothing.
    assert!(Module::from_bytes("m", format!("(module {MARKER} {ALLOCATOR})").as_bytes()).is_ok());
}

#[test]
fn the_memory_can_have_any_name() {
    let memory = r#"(memory (export "other") 1)"#;
    let import = r#"(import "env" "proxy_log" (func (param i32 i32 i32) (result i32)))"#;
    let module = format!("(module {import} {MARKER} {memory} {ALLOCATOR})");
    assert!(Module::from_bytes("m", module.as_bytes()).is_ok());
}

#[test]
fn a_module_needs_an_allocator() {
    let error = error(&format!("(module {MARKER} {MEMORY})"));
    let expected = "bad.wasm exports neither malloc nor proxy_on_memory_allocate:";
    assert!(error.to_string().starts_with(expected), "{error}");
    for name in ["malloc", "proxy_on_memory_allocate"] {
        let allocator = ALLOCATOR.replace("malloc", name);
        let module = format!("(module {MARKER} {MEMORY} {allocator})");
        assert!(Module::from_bytes("m", module.as_bytes()).is_ok());
    }
}

fn import(module: &str, function: &HostFunction) -> String {
    let types = function.params.iter().map(|param| match param {
        Param::I32(_) => "i32",
        Param::I64(_) => "i64",
    });
    let result = if function.has_result() { "(result i32)" } else { "" };
    let params = types.collect::<Vec<_>>().join(" ");
    format!(r#"(import "{module}" "{}" (func (param {params}) {result}))"#, function.name)
}

#[test]
fn every_function_of_the_tables_can_be_imported_in_its_versions_of_the_abi_only() {
    for version in AbiVersion::ALL {
        let marker = format!(r#"(func (export "{}"))"#, version.marker());
        let of_version = all().filter(|(_, function)| function.versions.contains(&version));
        let imports: String = of_version.map(|(module, function)| import(module, function)).collect();
        let wat = format!("(module {imports} {marker} {MEMORY} {ALLOCATOR})");
        let module = Module::from_bytes("all.wasm", wat.as_bytes()).unwrap();
        assert_eq!(module.abi_version(), version);
        for (name, function) in all().filter(|(_, function)| !function.versions.contains(&version)) {
            let wat = format!("(module {} {marker} {MEMORY})", import(name, function));
            let error = Module::from_bytes("bad.wasm", wat.as_bytes()).err().unwrap().to_string();
            let expected = format!(
                "bad.wasm imports env.{}, which this host does not have for ABI {version}",
                function.name
            );
            assert!(error.starts_with(&expected), "{error}");
        }
    }
}

#[test]
fn of_several_markers_the_first_counts_and_only_functions_are_markers() {
    let module = |exports: &str| {
        Module::from_bytes("m", format!("(module {exports} {MEMORY} {ALLOCATOR})").as_bytes())
    };
    let marker = |version: AbiVersion| format!(r#"(func (export "{}"))"#, version.marker());
    let two = marker(AbiVersion::V0_2_0) + &marker(AbiVersion::V0_2_1);
    assert_eq!(module(&two).unwrap().abi_version(), AbiVersion::V0_2_0);
    let global = r#"(global (export "proxy_abi_version_0_2_1") i32 (i32.const 0))"#;
    assert!(matches!(module(global), Err(ModuleError::NoAbiMarker { .. })));
}

#[test]
fn no_function_stands_twice_in_a_table() {
    for table in [PROXY, WASI] {
        let mut names: Vec<_> = table.iter().map(|function| function.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.len());
    }
}

#[test]
fn an_import_that_came_later_is_refused_by_an_older_envoy() {
    let import = r#"(import "wasi_snapshot_preview1" "clock_res_get" (func (param i32 i32) (result i32)))"#;
    let module =
        Module::from_bytes("new.wasm", format!("(module {import} {MARKER} {MEMORY} {ALLOCATOR})").as_bytes())
            .unwrap();
    for profile in Profile::ALL {
        let settings = Settings { profile, ..Settings::postscreen("{}") };
        let error = Host::start(&module, settings, Now::default()).err().map(|error| error.to_string());
        let expected = (profile < Profile::Envoy1_39).then(|| {
            format!(
                "new.wasm imports wasi_snapshot_preview1.clock_res_get, which Envoy has since 1.39, and this host is \
                 {profile}: choose a newer profile, or a toolchain that does without"
            )
        });
        assert_eq!(error, expected, "{profile}");
    }
}
