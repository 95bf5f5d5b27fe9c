;; Without `_initialize`, `_start` is the entry point.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "_start main")
  (func (export "proxy_abi_version_0_2_0"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
  (func (export "_start") (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 6))))
  (func (export "main") (param i32 i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 1031) (i32.const 4))) (i32.const 0)))
