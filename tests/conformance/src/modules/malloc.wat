;; Both allocators: which one is asked?
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "malloc")
  (data (i32.const 1032) "allocate")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 6)))
    (i32.const 2048))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 1032) (i32.const 8)))
    (i32.const 2048))
  (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
    (drop (call $get_buffer (i32.const 2) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))
    ;; What it has given, the host has filled.
    (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4))))
    (i32.const 0)))
