use super::*;

#[test]
fn anchors_are_found_wherever_they_stand() {
    let deltas =
        Deltas::of("# Title\n\n<a id=\"one\"></a>\n**One.** Text, <a id=\"two-b\"></a> more.\n<a id=\"open");
    assert!(deltas.contain("one") && deltas.contain("two-b"));
    assert!(!deltas.contain("two") && !deltas.contain("Title") && !deltas.contain(""));
}
