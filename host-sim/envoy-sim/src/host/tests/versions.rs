use crate::abi::AbiVersion;
use crate::{CallId, Driven, Effect, Host, Input, Module, Now, Settings, VmId};

/// A module of ABI 0.1.0: logs its configurations when configured, and for each client what the functions of its own
/// answer; in the callback of a call-out asks for a header that is not there.
const OLD: &str = r#"(module
(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
(import "env" "proxy_get_configuration" (func $configuration (param i32 i32) (result i32)))
(import "env" "proxy_continue_request" (func $request (result i32)))
(import "env" "proxy_continue_response" (func $response (result i32)))
(import "env" "proxy_clear_route_cache" (func $clear (result i32)))
(import "env" "proxy_get_header_map_value" (func $header (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_http_call" (func $http (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
(memory (export "memory") 1)
(func (export "proxy_abi_version_0_1_0"))
(func (export "malloc") (param i32) (result i32) (i32.const 4096))
(data (i32.const 1024) "resolver")
(data (i32.const 1100) "\03\00\00\00\07\00\00\00\03\00\00\00\05\00\00\00\01\00\00\00\0a\00\00\00\01\00\00\00"
  ":method\00GET\00:path\00/\00:authority\00a\00")
(func $configured
  (drop (call $configuration (i32.const 0) (i32.const 4)))
  (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4)))))
(func $say (param i32)
  (i32.store8 (i32.const 64) (i32.add (i32.const 48) (local.get 0)))
  (drop (call $log (i32.const 2) (i32.const 64) (i32.const 1))))
(func (export "proxy_on_vm_start") (param i32 i32) (result i32) (call $configured) (i32.const 1))
(func (export "proxy_on_configure") (param i32 i32) (result i32) (call $configured) (i32.const 1))
(func (export "proxy_on_new_connection") (param i32) (result i32)
  (call $configured)
  (call $say (call $request)) (call $say (call $response)) (call $say (call $clear))
  (call $say (call $http (i32.const 1024) (i32.const 8) (i32.const 1100) (i32.const 61)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8)))
  (i32.const 1))
(func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32)
  (call $say (call $header (i32.const 6) (i32.const 1024) (i32.const 8) (i32.const 0) (i32.const 4)))
  (call $say (i32.load (i32.const 4)))))"#;

fn logged(host: &mut Host) -> Vec<String> {
    let effects = std::iter::from_fn(|| host.poll_effect());
    effects.filter_map(|effect| if let Effect::Log(line) = effect { Some(line.text) } else { None }).collect()
}

#[test]
fn a_module_of_abi_0_1_0_has_functions_of_its_own() {
    let module = Module::from_bytes("old", OLD.as_bytes()).unwrap();
    assert_eq!(module.abi_version(), AbiVersion::V0_1_0);
    let settings = Settings { vm_configuration: b"vm".to_vec(), ..Settings::postscreen("plugin") };
    let mut host = Host::start(&module, settings, Now::default()).unwrap();
    assert_eq!(logged(&mut host), ["vm", "plugin"].repeat(3));
    let (client, server) = ("203.0.113.9:4242".parse().unwrap(), "192.0.2.1:25".parse().unwrap());
    host.accept(client, server, None, Now::default());
    assert_eq!(logged(&mut host), ["vm", "0", "0", "0", "0"]);
    let call = CallId { vm: VmId::Worker(0), token: 4 };
    let headers = vec![(b":status".to_vec(), b"200".to_vec())];
    let answer = Input::HttpResponse { call, headers, body: Vec::new(), trailers: Vec::new() };
    host.handle(answer, Now::default());
    // Later versions say that a header is not found.
    assert_eq!(logged(&mut host), ["0", "0"]);
}

#[test]
fn a_module_of_abi_0_2_0_is_as_one_of_0_2_1_without_a_log_level() {
    let module = |import: &str| {
        let wat = format!(
            r#"(module {import} (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_0"))
              (func (export "malloc") (param i32) (result i32) (i32.const 1024)))"#
        );
        Module::from_bytes("m", wat.as_bytes())
    };
    let import = |name: &str| format!(r#"(import "env" "{name}" (func (param i32) (result i32)))"#);
    assert!(module(&import("proxy_continue_stream")).is_ok());
    assert!(module(&import("proxy_close_stream")).is_ok());
    assert!(module(&import("proxy_get_log_level")).is_err());
}
