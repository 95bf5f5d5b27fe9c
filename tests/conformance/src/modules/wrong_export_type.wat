;; Exports a callback with other parameters than the ABI's.
(module
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
  (func (export "proxy_on_new_connection") (param i32 i32) (result i32) (i32.const 0)))
