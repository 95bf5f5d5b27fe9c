//! Bad modules of every source.

/// One bad module.
pub(super) struct Case {
    pub name: &'static str,
    source: ModuleSource,
}

enum ModuleSource {
    /// The file as it is.
    Raw(&'static [u8]),
    /// The inside of `(module …)`, in the text format.
    Text(&'static str),
    /// As [`ModuleSource::Text`], with what every module needs before it.
    Body(&'static str),
}

/// The allocator of most modules; none of them looks at what it is given.
const ALLOCATOR: &str = r#"(func (export "malloc") (param i32) (result i32) (i32.const 1024))"#;

/// What a loadable module has besides an allocator: the marker, a memory, and a few host functions.
const NEEDED: &str = r#"
(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
(import "env" "proxy_set_tick_period_milliseconds" (func $tick_period (param i32) (result i32)))
(import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
(func (export "proxy_abi_version_0_2_1"))
(memory (export "memory") 1)
"#;

impl Case {
    /// The file's content.
    pub fn bytes(&self) -> Vec<u8> {
        match self.source {
            ModuleSource::Raw(bytes) => bytes.into(),
            ModuleSource::Text(text) => format!("(module {text})").into(),
            ModuleSource::Body(text) if text.contains("\"malloc\"") => {
                format!("(module {NEEDED} {text})").into()
            }
            ModuleSource::Body(text) => format!("(module {NEEDED} {text} {ALLOCATOR})").into(),
        }
    }
}

const fn raw(name: &'static str, bytes: &'static [u8]) -> Case {
    Case { name, source: ModuleSource::Raw(bytes) }
}

const fn text(name: &'static str, text: &'static str) -> Case {
    Case { name, source: ModuleSource::Text(text) }
}

const fn body(name: &'static str, text: &'static str) -> Case {
    Case { name, source: ModuleSource::Body(text) }
}

pub(super) static ALL: &[Case] = &[
    raw("an empty file", b""),
    raw("a text file", b"220 mx.example.test ESMTP\r\n"),
    raw("a web page", b"<!DOCTYPE html><title>404 Not Found</title>"),
    raw("a compressed file", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    raw("a program", b"\x7fELF\x02\x01\x01\0"),
    raw("a component", b"\0asm\x0d\0\x01\0"),
    raw("a module of a version to come", b"\0asm\x02\0\0\0"),
    raw("a module that ends in its head", b"\0asm\x01"),
    raw("a module that ends in a section", b"\0asm\x01\0\0\0\x01\x05\x01"),
    raw("text that is no module", b"(module (fun))"),
    text("a function that does not type-check", r"(func $broken (result i32) i64.const 1)"),
    text("no marker", r#"(memory (export "memory") 1)"#),
    text(
        "a marker of a version to come",
        r#"(memory (export "memory") 1) (func (export "proxy_abi_version_0_3_0"))"#,
    ),
    text(
        "no memory",
        r#"(import "env" "proxy_log" (func (param i32 i32 i32) (result i32)))
           (func (export "proxy_abi_version_0_2_1"))"#,
    ),
    text("no allocator", r#"(memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))"#),
    text(
        "an unknown import",
        r#"(import "env" "proxy_fly" (func)) (func (export "proxy_abi_version_0_2_1")) (memory (export "memory") 1)"#,
    ),
    text(
        "an import that is named to steer a terminal",
        r#"(import "env" "\1b[2J" (func)) (func (export "proxy_abi_version_0_2_1")) (memory (export "memory") 1)"#,
    ),
    text(
        "an import with another type",
        r#"(import "env" "proxy_log" (func (param i32 i64) (result i32)))
           (func (export "proxy_abi_version_0_2_1")) (memory (export "memory") 1)"#,
    ),
    body("a callback with another type", r#"(func (export "proxy_on_tick") (param i64))"#),
    text(
        "more memory than the limit from the start",
        r#"(func (export "proxy_abi_version_0_2_1")) (memory (export "memory") 17)
           (func (export "malloc") (param i32) (result i32) (i32.const 1024))"#,
    ),
    body("a start function that traps", "(func $begin unreachable) (start $begin)"),
    body("a start function without an end", "(func $begin (loop $again (br $again))) (start $begin)"),
    body(
        "a trap in _initialize",
        r#"(func (export "_initialize") (drop (i32.div_s (i32.const 1) (i32.const 0))))"#,
    ),
    body(
        "a host function in _initialize",
        r#"(func $early (drop (call $tick_period (i32.const 1)))) (func (export "_initialize") (call $early))"#,
    ),
    body(
        "on_vm_start says no",
        r#"(func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 0))"#,
    ),
    body(
        "on_configure says no, and why",
        r#"(data (i32.const 1024) "greet_wait: expected a unit")
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $log (i32.const 4) (i32.const 1024) (i32.const 27))) (i32.const 0))"#,
    ),
    body(
        "a panic deep in on_configure",
        r#"(func $_ZN10postscreen5parse17h0123456789abcdefE unreachable)
           (func $read (call $_ZN10postscreen5parse17h0123456789abcdefE))
           (func (export "proxy_on_configure") (param i32 i32) (result i32) (call $read) (i32.const 1))"#,
    ),
    body(
        "on_configure without an end",
        r#"(func $wait (loop $again (br $again)))
           (func (export "proxy_on_configure") (param i32 i32) (result i32) (call $wait) (i32.const 1))"#,
    ),
    body(
        "a recursion without an end",
        r#"(func $down (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1)))
           (func (export "proxy_on_context_create") (param i32 i32) (drop (call $down (i32.const 1))))"#,
    ),
    body(
        "an allocator that traps",
        r#"(func (export "malloc") (param i32) (result i32) unreachable)
           (func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $get_buffer (i32.const 7) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4)))
             (i32.const 1))"#,
    ),
    body(
        "a client that it waits for without an end",
        r#"(func $spin (loop $again (br $again)))
           (func (export "proxy_on_new_connection") (param i32) (result i32) (call $spin) (i32.const 0))"#,
    ),
    body(
        "memory without an end",
        r#"(func $grow (loop $more
             (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable)
           (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) (call $grow) (i32.const 0))"#,
    ),
    body(
        "less memory than it wanted",
        r#"(func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32)
             (drop (memory.grow (i32.const 16))) (i32.const 0))"#,
    ),
    body(
        "a pointer outside the memory",
        r#"(func $peek (drop (i32.load (i32.const 65536))))
           (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) (call $peek) (i32.const 0))"#,
    ),
    body(
        "a call to nothing",
        r#"(table 1 funcref)
           (func $jump (call_indirect (i32.const 0)))
           (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) (call $jump) (i32.const 0))"#,
    ),
    body(
        "a log without an end",
        r#"(func (export "proxy_on_new_connection") (param i32) (result i32)
             (loop $again (drop (call $log (i32.const 2) (i32.const 0) (i32.const 65536))) (br $again))
             (i32.const 0))"#,
    ),
    body(
        "a trap on every tick",
        r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
             (drop (call $tick_period (i32.const 10))) (i32.const 1))
           (func (export "proxy_on_tick") (param i32) unreachable)"#,
    ),
    body(
        "a function that is named to steer a terminal",
        r#"(func $"\1b[31m red \0d\0a" unreachable)
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $"\1b[31m red \0d\0a") (i32.const 0))"#,
    ),
];
