use std::sync::Arc;

use super::*;
use crate::files::ConfigFile;

#[test]
fn tls_takes_a_level_and_a_certificate() {
    let certificate = "smtpd_tls_cert_file = /etc/ssl/mx.pem\n";
    for (text, expected) in [
        ("", None),
        ("smtpd_tls_security_level = may\n", None),
        (certificate, None),
        (&format!("{certificate}smtpd_tls_security_level = may\n"), Some("smtpd_tls_security_level = may")),
        (&format!("{certificate}smtpd_tls_security_level = none\nsmtpd_use_tls = yes\n"), None),
        (&format!("{certificate}smtpd_use_tls = yes\n"), Some("smtpd_use_tls = yes")),
        (&format!("{certificate}smtpd_use_tls = no\n"), None),
        (
            "smtpd_tls_chain_files = /a.pem\nsmtpd_tls_security_level = $level\nlevel = encrypt\n",
            Some("smtpd_tls_security_level = encrypt"),
        ),
        ("smtpd_tls_cert_file = none\nsmtpd_tls_security_level = may\n", None),
    ] {
        let file = ConfigFile { name: "main.cf".into(), text: text.into(), rank: 0 };
        let definitions = Definitions::parse(&Arc::new(file), |mistake| panic!("{mistake:?}"));
        assert_eq!(offered(&definitions).as_deref(), expected, "{text}");
    }
}
