use super::{block_with, postfix, unbound};

#[test]
fn the_readme_has_lines_for_both_and_they_are_whole() {
    let postfix = postfix().unwrap();
    assert!(postfix.contains("\n127.0.0.1:2525 inet n - y - - smtpd\n"), "{postfix}");
    assert!(postfix.ends_with("  -o smtpd_upstream_proxy_protocol=haproxy"), "{postfix}");
    let unbound = unbound().unwrap();
    assert!(unbound.starts_with("server:\n"), "{unbound}");
    assert_eq!(unbound.lines().count(), 5, "{unbound}");
}

#[test]
fn text_outside_of_blocks_is_not_taken() {
    assert!(block_with("Envoy listener ──>").is_ok());
    assert!(block_with("What the mail server needs").is_err());
}
