;; Asks the resolver for 9.0.0.127.bl.test once for each client, logs the answer's status and body, then lets the
;; client through.
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
  (import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes" (func $buffer (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value" (func $header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_http_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 16)
  (data (i32.const 100) "resolver")
  (data (i32.const 200) ":status")
  ;; The request's headers: a count, the lengths, then names and values.
  (data (i32.const 300) "\04\00\00\00\07\00\00\00\04\00\00\00\05\00\00\00\0a\00\00\00\0a\00\00\00\08\00\00\00\0c\00\00\00\17\00\00\00:method\00POST\00:path\00/dns-query\00:authority\00resolver\00content-type\00application/dns-message\00")
  ;; A DNS question of type A with the id 0.
  (data (i32.const 600) "\00\00\01\00\00\01\00\00\00\00\00\00\019\010\010\03127\02bl\04test\00\00\01\00\01")
  ;; From 65536 on: the client's context for each token. From 131072 on: the heap, which is never freed.
  (global $heap (mut i32) (i32.const 131072))
  (func (export "malloc") (param $size i32) (result i32)
    (global.set $heap (i32.add (global.get $heap) (local.get $size)))
    (i32.sub (global.get $heap) (local.get $size)))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_new_connection") (param $context i32) (result i32)
    (drop (call $call (i32.const 100) (i32.const 8) (i32.const 300) (i32.const 123)
      (i32.const 600) (i32.const 35) (i32.const 0) (i32.const 0) (i32.const 3000) (i32.const 8)))
    (i32.store (i32.add (i32.const 65536) (i32.load (i32.const 8))) (local.get $context))
    (i32.const 1))
  (func (export "proxy_on_http_call_response") (param $root i32) (param $token i32) (param i32 i32 i32)
    (drop (call $header (i32.const 6) (i32.const 200) (i32.const 7) (i32.const 0) (i32.const 4)))
    (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4))))
    (drop (call $buffer (i32.const 4) (i32.const 0) (i32.const 65536) (i32.const 0) (i32.const 4)))
    (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4))))
    (drop (call $effective (i32.load (i32.add (i32.const 65536) (local.get $token)))))
    (drop (call $continue (i32.const 2)))))
