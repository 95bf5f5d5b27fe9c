;; Leaves the same record of every client. Lets everything through.
(module
  (import "env" "proxy_set_property" (func $set (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "postscreen.record")
  (data (i32.const 32) "{\"postscreen_record\":1,\"reference\":\"7Q4K2M9XZ1\"}")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (drop (call $set (i32.const 0) (i32.const 17) (i32.const 32) (i32.const 48)))
    (i32.const 0)))
