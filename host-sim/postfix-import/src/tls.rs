//! Whether the mail server offers TLS.

use super::definitions::Definitions;
use super::expand::Expansion;

/// The setting by which the mail server offers STARTTLS on port 25, if it does: a level; and a certificate, without
/// which Postfix offers none.
pub fn offered(definitions: &Definitions) -> Option<String> {
    let value = |name: &str| {
        let value = Expansion::new(definitions, &[], "").value(name).unwrap_or_default();
        let value = value.trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let level = value("smtpd_tls_security_level").map(|level| ("smtpd_tls_security_level", level));
    let yes = |name| value(name).filter(|value| value.eq_ignore_ascii_case("yes")).map(|value| (name, value));
    let (name, level) = level.or_else(|| yes("smtpd_enforce_tls")).or_else(|| yes("smtpd_use_tls"))?;
    let certificate = |name: &&str| value(name).is_some_and(|value| value != "none");
    (level != "none" && CERTIFICATES.iter().any(certificate)).then(|| format!("{name} = {level}"))
}

const CERTIFICATES: [&str; 4] =
    ["smtpd_tls_cert_file", "smtpd_tls_chain_files", "smtpd_tls_eccert_file", "smtpd_tls_dcert_file"];

#[cfg(test)]
mod tests;
