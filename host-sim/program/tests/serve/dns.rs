//! DNS servers that do what a test wants: over UDP and TCP, and over HTTP/2 with TLS or without.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a server over UDP does with a question. Over TCP, on the same port, it always answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Answer,
    /// An answer to another question first.
    LieFirst,
    /// No answer to the first question that comes.
    LoseFirst,
    /// Says that the answer does not fit.
    Truncate,
    Silence,
}

/// A server that lives as long as the test's process.
pub struct Server {
    pub address: SocketAddr,
    /// Questions over UDP, or connections over TCP.
    pub asked: Arc<AtomicUsize>,
}

impl Server {
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// `listed` is 127.0.0.2, an answer of one A record; the header's flags are these.
fn answer(question: &[u8], flags: u16, listed: bool) -> Vec<u8> {
    let mut answer = question.to_vec();
    answer[2..4].copy_from_slice(&flags.to_be_bytes());
    if listed {
        answer[6..8].copy_from_slice(&1_u16.to_be_bytes());
        // The name of the question, type A, class IN, 60 s, four bytes.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 2]);
    }
    answer
}

const ANSWERED: u16 = 0x8180;
const TRUNCATED: u16 = 0x8380;

pub fn serve(manner: Manner) -> Server {
    let (udp, tcp) = std::iter::repeat_with(|| UdpSocket::bind("127.0.0.1:0").unwrap())
        // Another test may have the same port over TCP.
        .find_map(|udp| Some((TcpListener::bind(udp.local_addr().unwrap()).ok()?, udp)))
        .map(|(tcp, udp)| (udp, tcp))
        .unwrap();
    let address = udp.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((len, from)) = udp.recv_from(&mut bytes) {
            let question = &bytes[..len];
            let first = count.fetch_add(1, Ordering::Relaxed) == 0;
            let send = |answer: &[u8]| udp.send_to(answer, from).unwrap();
            match manner {
                Manner::Silence => {}
                Manner::LoseFirst if first => {}
                Manner::Truncate => {
                    send(&answer(question, TRUNCATED, false));
                }
                Manner::LieFirst => {
                    let mut lie = answer(question, ANSWERED, false);
                    lie[0] ^= 1;
                    send(&lie);
                    send(&answer(question, ANSWERED, true));
                }
                Manner::Answer | Manner::LoseFirst => {
                    send(&answer(question, ANSWERED, true));
                }
            }
        }
    });
    thread::spawn(move || {
        for stream in tcp.incoming() {
            let mut stream = stream.unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut question = vec![0; u16::from_be_bytes(length).into()];
            stream.read_exact(&mut question).unwrap();
            let answer = answer(&question, ANSWERED, true);
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length[..], &answer].concat()).unwrap();
        }
    });
    Server { address, asked }
}

/// What a server over HTTP does with a question.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HttpManner {
    Answer,
    /// 500.
    Fail,
    /// More bytes than a DNS message can have.
    Flood,
    /// An answer, and then the connection is closed.
    Close,
}

/// A server of DNS over HTTP/2. With TLS its certificate is for `localhost`, and comes back in PEM form.
pub fn serve_http(manner: HttpManner, with_tls: bool) -> (Server, String) {
    let (tls, certificate) = if with_tls { tls() } else { (None, String::new()) };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => speak(stream, manner).await,
                        // A client that does not trust it goes away.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                speak(stream, manner).await;
                            }
                        }
                    }
                });
            }
        });
    });
    (Server { address, asked }, certificate)
}

fn tls() -> (Option<TlsAcceptor>, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (Some(TlsAcceptor::from(Arc::new(config))), made.cert.pem())
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, manner: HttpManner) {
    let service = service_fn(move |request| reply(request, manner));
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    if manner == HttpManner::Close {
        // Long enough for one question.
        let _ = tokio::time::timeout(Duration::from_millis(300), connection).await;
    } else {
        let _ = connection.await;
    }
}

async fn reply(request: Request<Incoming>, manner: HttpManner) -> hyper::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let question = body.collect().await?.to_bytes();
    let is_question = parts.method == "POST"
        && parts.uri.path() == "/dns-query"
        && parts.headers.get("content-type").is_some_and(|kind| kind == "application/dns-message");
    let (status, body) = match manner {
        _ if !is_question => (400, Vec::new()),
        HttpManner::Fail => (500, Vec::new()),
        HttpManner::Flood => (200, vec![0; 65_536]),
        HttpManner::Answer | HttpManner::Close => (200, answer(&question, ANSWERED, true)),
    };
    let response = Response::builder().status(status).header("content-type", "application/dns-message");
    Ok(response.body(Full::new(body.into())).unwrap())
}
