;; Loops for ever when a client sends something. Lets everything through until then.
(module
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
    (loop $again (br $again))
    (i32.const 0)))
