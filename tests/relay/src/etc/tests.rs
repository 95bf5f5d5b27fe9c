use super::{PostfixSetup, block_with, master, readme_for_postfix, readme_for_unbound};

const PACKAGE: &str = "\
# service type
smtp      inet  n       -       y       -       -       smtpd
#smtp      inet  n       -       y       -       1       postscreen
smtp      unix  -       -       y       -       -       smtp
";

#[test]
fn the_readmes_lines_stand_in_place_of_port_25() {
    let text = master(PACKAGE, PostfixSetup::AsTheReadmeSays).unwrap();
    assert!(!text.contains("\nsmtp      inet"), "{text}");
    assert!(
        text.contains("\n127.0.0.1:2525 inet n - y - - smtpd\n  -o smtpd_upstream_proxy_protocol=haproxy\n")
    );
    assert!(text.contains("\n127.0.0.1:2526 inet n - y - - smtpd\n#smtp"), "{text}");
    assert!(text.ends_with("\nsmtp      unix  -       -       y       -       -       smtp\n"), "{text}");
}

#[test]
fn a_plain_postfix_reads_no_header() {
    let text = master(PACKAGE, PostfixSetup::Plain).unwrap();
    assert!(text.contains("\n127.0.0.1:2525 inet n - y - - smtpd\n"), "{text}");
    assert!(!text.contains("haproxy"), "{text}");
}

#[test]
fn the_readme_has_lines_for_both_and_they_are_whole() {
    let postfix = readme_for_postfix().unwrap();
    assert!(postfix.contains("\n127.0.0.1:2525 inet n - y - - smtpd\n"), "{postfix}");
    assert!(postfix.ends_with("  -o smtpd_upstream_proxy_protocol=haproxy"), "{postfix}");
    let unbound = readme_for_unbound().unwrap();
    assert!(unbound.starts_with("server:\n"), "{unbound}");
    assert_eq!(unbound.lines().count(), 5, "{unbound}");
}

#[test]
fn text_outside_of_blocks_is_not_taken() {
    assert!(block_with("Envoy listener ──>").is_ok());
    assert!(block_with("What the mail server needs").is_err());
}
