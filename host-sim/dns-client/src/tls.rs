//! TLS towards the resolver: rustls with ring.

use std::path::Path;
use std::sync::Arc;

use miette::{IntoDiagnostic, Result, WrapErr, ensure};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The only protocol that every server of DNS over HTTPS speaks (RFC 8484 section 5.2).
pub(super) const HTTP2: &[u8] = b"h2";

/// Trusts the certificates in the file, or else the authorities that Mozilla trusts.
pub(super) fn connector(ca: Option<&Path>) -> Result<TlsConnector> {
    let roots = match ca {
        Some(file) => read(file).wrap_err_with(|| {
            format!("--resolver-ca {}: expected certificates in PEM form", file.display())
        })?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .into_diagnostic()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![HTTP2.to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn read(file: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).into_diagnostic()? {
        roots.add(certificate.into_diagnostic()?).into_diagnostic()?;
    }
    ensure!(!roots.is_empty(), "there is none");
    Ok(roots)
}
