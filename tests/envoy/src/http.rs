//! The two HTTP requests that the suite sends itself: to Envoy's admin interface and to the resolver.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// How long one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(10);

/// The task that carries a connection's bytes; it ends with the request.
struct Carrier(AbortHandle);

impl Drop for Carrier {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The body of `http://ADDRESS/PATH`, which must answer 200.
pub async fn get(address: SocketAddr, path: &str) -> Result<String> {
    let body = timeout(REQUEST_MAX, get_untimed(address, path))
        .await
        .with_context(|| format!("http://{address}{path} did not answer within {REQUEST_MAX:?}"))?
        .with_context(|| format!("http://{address}{path}"))?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

async fn get_untimed(address: SocketAddr, path: &str) -> Result<Bytes> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let _carrier = Carrier(tokio::spawn(connection).abort_handle());
    let request = Request::get(path).header("host", address.to_string()).body(Full::<Bytes>::default())?;
    body_of(sender.send_request(request).await?).await
}

/// Sends one DNS message to `http://ADDRESS/dns-query` as Envoy does: HTTP/2 without TLS, RFC 8484 POST.
pub async fn ask(address: SocketAddr, message: Vec<u8>) -> Result<Vec<u8>> {
    let answer = timeout(REQUEST_MAX, ask_untimed(address, message))
        .await
        .with_context(|| format!("the resolver at {address} did not answer within {REQUEST_MAX:?}"))?
        .with_context(|| format!("the resolver at {address}"))?;
    Ok(answer.to_vec())
}

async fn ask_untimed(address: SocketAddr, message: Vec<u8>) -> Result<Bytes> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    let _carrier = Carrier(tokio::spawn(connection).abort_handle());
    let request = Request::post(format!("http://{address}/dns-query"))
        .header("content-type", "application/dns-message")
        .header("accept", "application/dns-message")
        .body(Full::new(Bytes::from(message)))?;
    body_of(sender.send_request(request).await?).await
}

async fn body_of(response: hyper::Response<Incoming>) -> Result<Bytes> {
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    ensure!(status == hyper::StatusCode::OK, "answered {status}: {}", String::from_utf8_lossy(&body));
    Ok(body)
}
