use super::Manual;

#[test]
fn the_manual_has_a_header_for_envoy_and_a_script_for_sed() {
    let manual = Manual::read().unwrap();
    let log =
        manual.as_envoy_writes("2026-11-22T21:00:00.123Z localhost postfix/postscreen[7]: x: y\n").unwrap();
    let line =
        "2026-11-22T21:00:00.123Z localhost postfix/postscreen[7]: wasm log postscreen postscreen: x: y\n";
    assert!(log.ends_with(line), "{log}");
}
