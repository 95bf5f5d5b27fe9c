;; Warns of every client in words that could break a log. Lets everything through.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "CONNECT from [203.0.113.9]:4242: \"\n\1b[2J")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (drop (call $log (i32.const 3) (i32.const 0) (i32.const 39)))
    (i32.const 0)))
