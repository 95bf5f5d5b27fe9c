;; Asks for bytes, but has no memory to give for them.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "before the question")
  (data (i32.const 1056) "after the question")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
    (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 19)))
    ;; No bytes need no memory.
    (drop (call $get_buffer (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4)))
    (drop (call $log (i32.const 2) (i32.const 1024) (i32.const 19)))
    (drop (call $get_buffer (i32.const 2) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))
    (drop (call $log (i32.const 2) (i32.const 1056) (i32.const 18)))
    (i32.const 0)))
