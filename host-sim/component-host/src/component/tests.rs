//! Files that are no component for this host are told apart.

use super::*;

fn error(bytes: &[u8]) -> String {
    Component::from_bytes("test", bytes).err().unwrap().to_string()
}

#[test]
fn something_else_is_no_component() {
    assert!(error(b"220 mx.test ESMTP\r\n").starts_with("test is not a WebAssembly component: "));
    assert!(error(b"(module)").starts_with("test is not a WebAssembly component: "));
    assert!(
        error(b"\0asm\x01\0\0\0").starts_with("test is not a WebAssembly component: it is a core module")
    );
}

#[test]
fn a_component_with_imports_is_refused_by_their_names() {
    let text = br#"(component (import "clock" (func)) (import "a:b/net" (func)))"#;
    let expected = "test imports clock, a:b/net: expected a component that imports nothing";
    assert_eq!(error(text), expected);
}

#[test]
fn a_component_of_another_world_is_refused() {
    let error = error(b"(component)");
    assert!(
        error.starts_with("test does not export postscreen:screen/screening as wit/screen.wit"),
        "{error}"
    );
}

#[test]
fn a_missing_file_is_named_and_so_is_its_remedy() {
    let error = Component::from_file(Path::new("no/such.wasm")).err().unwrap().to_string();
    assert!(error.starts_with("cannot read the component no/such.wasm: "), "{error}");
    assert!(error.ends_with("(`cargo xtask wasm` builds it)"), "{error}");
}
