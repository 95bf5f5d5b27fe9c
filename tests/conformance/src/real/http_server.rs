//! The HTTP server behind the cluster `http`: HTTP/2 without TLS, for HTTP and gRPC call-outs.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::Loopback;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::{Sleep, sleep};

use crate::upstream::{ServerAnswer, ServerDeed, deed};

/// How long a broken answer lasts: so long that Envoy has seen its begin.
const BREAK_AFTER: Duration = Duration::from_millis(50);

/// The running server; it stops listening when dropped.
#[derive(Debug)]
pub(super) struct HttpServer {
    address: SocketAddr,
    listening: AbortHandle,
}

// === impl HttpServer ===

impl HttpServer {
    pub(super) async fn start() -> Result<Self> {
        let listener =
            TcpListener::bind((Loopback::next().ip(), 0)).await.context("the HTTP server cannot listen")?;
        let address = listener.local_addr()?;
        let listening = tokio::task::spawn_local(accept(listener)).abort_handle();
        Ok(Self { address, listening })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn accept(listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let connection = http2::Builder::new(TokioExecutor::new())
            .auto_date_header(false)
            .serve_connection(TokioIo::new(stream), service_fn(answer));
        // Envoy breaks connections as it likes; what it saw is in the module's log.
        tokio::task::spawn_local(async move { drop(connection.await) });
    }
}

/// An error resets the request's stream.
async fn answer(request: Request<Incoming>) -> Result<Response<Frames>, &'static str> {
    let path = request.uri().path().to_owned();
    // A client that streams has not sent everything yet: only the echo waits for its end.
    let body = if path == "/echo" {
        request.into_body().collect().await.map_err(|_| "no body came")?.to_bytes()
    } else {
        Bytes::new()
    };
    match deed(&path, &body) {
        ServerDeed::Answer(answer) => {
            sleep(answer.after).await;
            respond(answer, false)
        }
        ServerDeed::BreakOff(answer) => respond(answer, true),
        ServerDeed::Reset => Err("the request is reset"),
        ServerDeed::Silence => {
            let never: Infallible = pending().await;
            match never {}
        }
    }
}

fn respond(answer: ServerAnswer, breaks: bool) -> Result<Response<Frames>, &'static str> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, *value);
    }
    if answer.trailers.is_empty() && answer.status != 204 && !breaks {
        response = response.header("content-length", answer.body.len());
    }
    let mut frames = Vec::new();
    if !answer.body.is_empty() {
        frames.push(Ok(Frame::data(Bytes::from(answer.body))));
    }
    if !answer.trailers.is_empty() {
        let trailers: HeaderMap = answer
            .trailers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        frames.push(Ok(Frame::trailers(trailers)));
    }
    if breaks {
        frames.push(Err("the answer breaks off"));
    }
    let rest = Box::pin(sleep(if breaks { BREAK_AFTER } else { Duration::ZERO }));
    response.body(Frames { frames: frames.into_iter(), rest }).map_err(|_| "no response can be built")
}

/// A body whose frames are all there already; before the last one it rests.
struct Frames {
    frames: std::vec::IntoIter<Result<Frame<Bytes>, &'static str>>,
    rest: Pin<Box<Sleep>>,
}

impl Body for Frames {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.frames.len() == 1 {
            ready!(self.rest.as_mut().poll(context));
        }
        Poll::Ready(self.frames.next())
    }
}
