//! What a file is that is no module, as far as its first bytes say.

/// The beginning of every WebAssembly file; the next four bytes are version and kind.
const MAGIC: &[u8] = b"\0asm";
const MODULE: &[u8] = &[1, 0, 0, 0];
const COMPONENT_KIND: &[u8] = &[1, 0];

/// First bytes of files that people take for a module, and what to do.
const OTHERS: [(&[u8], &str); 5] = [
    (&[0x1f, 0x8b], "it is compressed with gzip: unpack it"),
    (b"PK\x03\x04", "it is a ZIP archive: unpack it"),
    (b"\x7fELF", "it is a program for a processor: build it for the target wasm32-wasip1"),
    (b"<", "it is HTML or XML: was a web page saved in its place?"),
    (b"!<arch>", "it is a library for a linker: build a cdylib, or link it"),
];

/// Why `bytes` cannot be a module, unless only a compiler can tell. The text format begins with a parenthesis or a
/// comment.
pub(super) fn no_module(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some("the file is empty".into());
    }
    if let Some(rest) = bytes.strip_prefix(MAGIC) {
        return match rest.get(..4) {
            Some(MODULE) => None,
            Some(head) if head.get(2..) == Some(COMPONENT_KIND) => Some(
                "it is a component, and Proxy-Wasm hosts load core modules: build a cdylib for wasm32-wasip1, without \
                 the step that makes it a component"
                    .into(),
            ),
            Some(head) => Some(format!(
                "its version is \"{}\", expected \"{}\"",
                head.escape_ascii(),
                MODULE.escape_ascii()
            )),
            None => Some(format!("it ends after {} bytes: is the file complete?", bytes.len())),
        };
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some((*what).into());
    }
    let text = bytes.trim_ascii_start();
    (!text.starts_with(b"(") && !text.starts_with(b";;")).then(|| {
        let head = bytes[..bytes.len().min(MAGIC.len())].escape_ascii();
        format!("it begins with \"{head}\", and every module with \"{}\"", MAGIC.escape_ascii())
    })
}
