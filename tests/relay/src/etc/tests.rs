use super::{MailServer, master};

const PACKAGE: &str = "\
# service type
smtp      inet  n       -       y       -       -       smtpd
#smtp      inet  n       -       y       -       1       postscreen
smtp      unix  -       -       y       -       -       smtp
";

#[test]
fn the_readmes_lines_stand_in_place_of_port_25() {
    let text = master(PACKAGE, MailServer::AsTheReadmeSays).unwrap();
    assert!(!text.contains("\nsmtp      inet"), "{text}");
    assert!(
        text.contains("\n127.0.0.1:2525 inet n - y - - smtpd\n  -o smtpd_upstream_proxy_protocol=haproxy\n")
    );
    assert!(text.contains("\n127.0.0.1:2526 inet n - y - - smtpd\n#smtp"), "{text}");
    assert!(text.ends_with("\nsmtp      unix  -       -       y       -       -       smtp\n"), "{text}");
}

#[test]
fn a_plain_postfix_reads_no_header() {
    let text = master(PACKAGE, MailServer::Plain).unwrap();
    assert!(text.contains("\n127.0.0.1:2525 inet n - y - - smtpd\n"), "{text}");
    assert!(!text.contains("haproxy"), "{text}");
}
