use super::Manual;

#[test]
fn the_manual_has_a_header_for_envoy_and_a_script_for_sed() {
    let manual = Manual::read().unwrap();
    let line = "2026-11-22T21:00:00.123Z localhost postfix/postscreen[7]: x: y\n";
    let log = manual.as_envoy_writes(&line.repeat(2)).unwrap();
    for prefix in ["postscreen postscreen postscreen", "postscreen postscreen"] {
        let line = line.replace("x: y", &format!("wasm log {prefix}: x: y"));
        assert!(log.contains(&line), "{log}");
    }
}
