;; Refuses its configuration as postscreen.wasm does.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "configuration: greet_wait: \"6x\": expected a unit (line 2, column 20)")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (drop (call $log (i32.const 4) (i32.const 0) (i32.const 68)))
    (i32.const 0)))
