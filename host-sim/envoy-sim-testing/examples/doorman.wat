;; A network filter in thirty lines: it holds every client for two seconds, hangs up on those who talk before, and lets
;; the others through. (One client at a time: it only knows context 2.)
(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_set_tick_period_milliseconds" (func $tick_period (param i32) (result i32)))
  (import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))
  (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
  (import "env" "proxy_close_stream" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "held")
  (data (i32.const 8) "too early")
  (global $waiting (mut i32) (i32.const 0))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_new_connection") (param $context i32) (result i32)
    (global.set $waiting (i32.const 1))
    (drop (call $log (i32.const 2) (i32.const 0) (i32.const 4)))
    (drop (call $tick_period (i32.const 2000)))
    (i32.const 1)) ;; Pause
  (func (export "proxy_on_downstream_data") (param $context i32) (param $len i32) (param $end i32) (result i32)
    (if (i32.eqz (global.get $waiting)) (then (return (i32.const 0)))) ;; Continue
    (drop (call $log (i32.const 2) (i32.const 8) (i32.const 9)))
    (drop (call $close (i32.const 2)))
    (i32.const 1))
  (func (export "proxy_on_tick") (param $root i32)
    (if (global.get $waiting) (then
      (global.set $waiting (i32.const 0))
      (drop (call $effective (i32.const 2)))
      (drop (call $continue (i32.const 2)))))))
