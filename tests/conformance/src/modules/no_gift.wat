;; An allocator that has nothing to give.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1040) "status ?")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 0))
  (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
    (i32.store8 (i32.const 1047) (i32.add (i32.const 65)
      (call $get_buffer (i32.const 2) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4))))
    (drop (call $log (i32.const 2) (i32.const 1040) (i32.const 8)))
    (i32.const 0)))
