//! DNS over HTTPS (RFC 8484): POST over one HTTP/2 connection, which is made when it is needed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use miette::{IntoDiagnostic, WrapErr, ensure};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Mutex;
use tokio::task::spawn_local;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::answer::{DnsAnswer, DnsError, DnsErrorKind};

/// Name lookup, TCP, TLS and HTTP/2 together.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long after a failed connect nobody tries again, and every question fails for the same reason.
const CONNECT_PAUSE: Duration = Duration::from_secs(1);
/// After so long without a word from the server it is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(10);
/// How long that may take.
const PING_MAX: Duration = Duration::from_secs(5);
/// The longest answer: any DNS message.
const ANSWER_BYTES_MAX: usize = 65_535;
/// One question more than a connection that broke under it.
const TRIES_MAX: usize = 2;

const DNS_MESSAGE: &str = "application/dns-message";

/// The only protocol that every server of DNS over HTTPS speaks (RFC 8484 section 5.2).
const HTTP2: &[u8] = b"h2";

/// A server of DNS over HTTPS.
pub struct Doh {
    url: Uri,
    host: String,
    port: u16,
    /// `None`: without TLS.
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// Questions that come while it is being made wait for it.
    connection: Mutex<Connection>,
}

#[derive(Default)]
struct Connection {
    sender: Option<SendRequest<Full<Bytes>>>,
    /// The last attempt, when it failed: when, and why.
    failed: Option<(Instant, String)>,
}

// === impl Doh ===

impl Doh {
    /// Does not connect yet.
    pub fn new(url: &Uri, ca: Option<&Path>) -> miette::Result<Self> {
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let with_tls = url.scheme_str() == Some("https");
        let tls = if with_tls {
            let name = ServerName::try_from(host.clone()).into_diagnostic()?;
            Some((tls_connector(ca)?, name))
        } else {
            None
        };
        let port = url.port_u16().unwrap_or(if with_tls { 443 } else { 80 });
        Ok(Self { url: url.clone(), host, port, tls, connection: Mutex::default() })
    }

    /// The server's answer, whatever its status.
    pub async fn ask(&self, question: &[u8]) -> Result<DnsAnswer, DnsError> {
        let question = Bytes::copy_from_slice(question);
        let mut tries = 0;
        loop {
            tries += 1;
            let mut sender = self.sender().await.map_err(DnsError::unreachable)?;
            let request =
                self.request(question.clone()).map_err(|error| DnsError::unreachable(error.to_string()))?;
            match sender.send_request(request).await {
                Ok(response) => return answer(response).await,
                // The server closes connections that are old or idle; a question may just miss that.
                Err(_) if sender.is_closed() && tries < TRIES_MAX => {}
                Err(error) => return Err(DnsError::unreachable(chain(&error))),
            }
        }
    }

    fn request(&self, question: Bytes) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        Request::post(self.url.clone())
            .header(CONTENT_TYPE, DNS_MESSAGE)
            .header(ACCEPT, DNS_MESSAGE)
            .body(Full::new(question))
    }

    /// The connection, made if there is none.
    async fn sender(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let mut connection = self.connection.lock().await;
        if let Some(sender) = connection.sender.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok(sender.clone());
        }
        if let Some((at, why)) = &connection.failed
            && at.elapsed() < CONNECT_PAUSE
        {
            return Err(why.clone());
        }
        let connected = timeout(CONNECT_MAX, self.connect())
            .await
            .unwrap_or_else(|_| Err(format!("no connection within {} s", CONNECT_MAX.as_secs())));
        match connected {
            Ok(sender) => {
                *connection = Connection { sender: Some(sender.clone()), failed: None };
                Ok(sender)
            }
            Err(why) => {
                *connection = Connection { sender: None, failed: Some((Instant::now(), why.clone())) };
                Err(why)
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let addresses = lookup_host((self.host.as_str(), self.port))
            .await
            .map_err(|error| format!("{} cannot be looked up: {error}", self.host))?;
        let mut failures = Vec::new();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return self.speak(stream).await.map_err(|error| format!("{address}: {error}")),
                Err(error) => failures.push(format!("{address}: {error}")),
            }
        }
        Err(failures.join("; "))
    }

    async fn speak(&self, stream: TcpStream) -> Result<SendRequest<Full<Bytes>>, String> {
        // A question is one small write that should not wait for another.
        let _ = stream.set_nodelay(true);
        let Some((connector, name)) = &self.tls else { return handshake(stream).await };
        let stream =
            connector.connect(name.clone(), stream).await.map_err(|error| format!("TLS: {error}"))?;
        if stream.get_ref().1.alpn_protocol() != Some(HTTP2) {
            return Err("TLS: the server does not speak HTTP/2".to_owned());
        }
        handshake(stream).await
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_AFTER)
        .keep_alive_timeout(PING_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| chain(&error))?;
    // How it ends is told to every question on it.
    spawn_local(connection);
    Ok(sender)
}

async fn answer(response: Response<Incoming>) -> Result<DnsAnswer, DnsError> {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_str().to_owned();
    let header =
        |(name, value): (&HeaderName, &HeaderValue)| (name.as_str().into(), value.as_bytes().to_vec());
    let headers = parts.headers.iter().map(header).collect();
    match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
        Ok(body) => Ok(DnsAnswer::Http { status, headers, body: body.to_bytes().to_vec() }),
        Err(error) => Err(DnsError {
            kind: DnsErrorKind::BrokeOff,
            text: format!("the answer broke off: {}", chain(&*error)),
        }),
    }
}

/// An error with what caused it: hyper's own text is only the last word.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Trusts the certificates in the file, or else the authorities that Mozilla trusts.
fn tls_connector(ca: Option<&Path>) -> miette::Result<TlsConnector> {
    let roots = match ca {
        Some(file) => certificates(file).wrap_err_with(|| {
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

fn certificates(file: &Path) -> miette::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).into_diagnostic()? {
        roots.add(certificate.into_diagnostic()?).into_diagnostic()?;
    }
    ensure!(!roots.is_empty(), "there is none");
    Ok(roots)
}
