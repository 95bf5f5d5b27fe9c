;; Calls a host function that is not allowed while the module initialises itself.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_set_tick_period_milliseconds" (func $tick_period (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "before after")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
  (func (export "_initialize")
    (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 6)))
    (drop (call $tick_period (i32.const 0)))
    (drop (call $log (i32.const 2) (i32.const 1031) (i32.const 5)))))
