;; Answers that are neither Continue nor Pause.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "new downstream upstream")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 3))) (i32.const 7))
  (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 1028) (i32.const 10))) (i32.const -1)))
