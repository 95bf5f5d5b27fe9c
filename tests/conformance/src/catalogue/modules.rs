//! Modules with other exports than `probes.wasm`.

use crate::probe::Step::{Connect, End, Reset};
use crate::probe::{Module, Probe, send, serve};

pub(super) fn all() -> Vec<Probe> {
    let talk = || vec![Connect, send(0, "a"), serve(0, "b"), End(0)];
    let text = |name, text| Probe::text(name, text, talk());
    let bytes = |name, bytes| Probe { module: Module::Bytes(bytes), ..Probe::new(name, vec![Connect]) };
    vec![
        text("abi-0.2.1-bare", include_str!("../modules/bare_0_2_1.wat")),
        text("abi-0.2.0-bare", include_str!("../modules/bare_0_2_0.wat")),
        text("abi-0.1.0-bare", include_str!("../modules/bare_0_1_0.wat")),
        text("abi-none", include_str!("../modules/no_marker.wat")),
        text("no-allocator", include_str!("../modules/no_allocator.wat")),
        text("no-memory", include_str!("../modules/no_memory.wat")),
        text("no-gift", include_str!("../modules/no_gift.wat")),
        text("malloc", include_str!("../modules/malloc.wat")),
        text("initialize", include_str!("../modules/initialize.wat")),
        text("initialize-calls", include_str!("../modules/initialize_calls.wat")),
        text("start-function", include_str!("../modules/start.wat")),
        text("unknown-import", include_str!("../modules/unknown_import.wat")),
        text("wrong-import-type", include_str!("../modules/wrong_import_type.wat")),
        text("wrong-export-type", include_str!("../modules/wrong_export_type.wat")),
        text("stack-overflow", include_str!("../modules/stack_overflow.wat")),
        text("return-values", include_str!("../modules/return_values.wat")),
        Probe::text(
            "resolve-dns",
            include_str!("../modules/resolve_dns.wat"),
            vec![Connect, send(0, "a"), Reset(0)],
        ),
        bytes("not-wasm", b"This is no module."),
        bytes("cut-wasm", b"\0asm\x01\0\0\0\x01"),
        bytes("empty-file", b""),
    ]
}
