//! `--metrics ADDR`: an HTTP server for Prometheus and for probes.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::TEXT_FORMAT;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

use crate::serve::server::Server;

/// Connections at one time; further ones are closed.
const CONNECTIONS_MAX: usize = 16;
/// From accept to the last byte. Each connection is for one request.
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// The longest request with its headers.
const REQUEST_BYTES_MAX: usize = 16 * 1024;
/// After a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const PLAIN: &str = "text/plain; charset=utf-8";
const HELP: &str =
    "/metrics  for Prometheus\n/healthz  whether the program runs\n/readyz   whether it takes clients\n";

/// Answers for as long as the program runs.
pub(in crate::serve) async fn serve(server: Rc<Server>, listener: TcpListener) {
    let slots = Rc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        if slots.available_permits() > 0 {
            let (server, slots) = (Rc::clone(&server), Rc::clone(&slots));
            spawn_local(async move {
                // Nobody else takes a permit between the look at them and this.
                let _slot = slots.try_acquire();
                // Whoever breaks off a request need not be told, and nor need they who take too long.
                let _ = timeout(REQUEST_MAX, one_request(server, stream)).await;
            });
        }
    }
}

async fn one_request(server: Rc<Server>, stream: TcpStream) -> hyper::Result<()> {
    let service = service_fn(|request: Request<Incoming>| {
        let response = answer(&server, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_MAX)
        .keep_alive(false)
        .max_buf_size(REQUEST_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .await
}

fn answer(server: &Server, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = response(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "expected GET\n");
        response.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match request.uri().path() {
        "/metrics" => match server.metrics_text() {
            Ok(text) => response(StatusCode::OK, TEXT_FORMAT, text),
            Err(error) => response(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, format!("{error}\n")),
        },
        "/healthz" => response(StatusCode::OK, PLAIN, "ok\n"),
        "/readyz" => match server.unready() {
            None => response(StatusCode::OK, PLAIN, "ready\n"),
            Some(why) => response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{why}\n")),
        },
        _ => response(StatusCode::NOT_FOUND, PLAIN, HELP),
    }
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}
