use super::{
    PostfixSetup, SystemUser, block_with, master, readme_for_postfix, readme_for_unbound, with_lines,
};

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

#[test]
fn a_user_who_is_there_already_is_not_added() {
    let users = [SystemUser { name: "exim", id: 7 }, SystemUser { name: "queue", id: 8 }];
    let passwd = with_lines("exim:x:100:100::/:/bin/sh\n", users.iter().map(SystemUser::passwd));
    assert_eq!(passwd, "exim:x:100:100::/:/bin/sh\nqueue:x:8:8::/nonexistent:/usr/sbin/nologin\n");
    assert_eq!(with_lines("", users.iter().map(SystemUser::group)), "exim:x:7:\nqueue:x:8:\n");
}
