//! The HTTP and gRPC server behind the cluster `http`: what it does depends on the path alone, in both hosts.

use std::time::Duration;

/// What the server does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerDeed {
    /// Answers.
    Answer(ServerAnswer),
    /// Answers in part, and breaks off.
    BreakOff(ServerAnswer),
    /// Resets the request without an answer.
    Reset,
    /// Never answers.
    Silence,
}

/// An answer. Names and values are in the order in which they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerAnswer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(&'static str, &'static str)>,
    /// How long the server takes.
    pub(crate) after: Duration,
}

/// How long the slow answer takes.
const SLOW: Duration = Duration::from_millis(1500);
/// The size of the big answer: more than one HTTP/2 frame, less than Envoy's limits.
const BIG_BYTES: usize = 100_000;

const GRPC: &[(&str, &str)] = &[("content-type", "application/grpc"), ("x-initial", "yes")];

/// What the server does with a request for `path`.
pub(crate) fn deed(path: &str, body: &[u8]) -> ServerDeed {
    let plain = |status, body: &[u8]| ServerAnswer { status, body: body.into(), ..ServerAnswer::default() };
    let grpc = |messages: &[&[u8]], trailers: &[(&'static str, &'static str)]| ServerAnswer {
        status: 200,
        headers: GRPC.into(),
        body: messages.iter().flat_map(|message| framed(message)).collect(),
        trailers: trailers.into(),
        after: Duration::ZERO,
    };
    ServerDeed::Answer(match path {
        "/200" => plain(200, b"welcome"),
        "/204" => plain(204, b""),
        "/404" => plain(404, b"nobody here"),
        "/big" => plain(200, &vec![b'x'; BIG_BYTES]),
        "/echo" => plain(200, body),
        "/slow" => ServerAnswer { after: SLOW, ..plain(200, b"at last") },
        "/trailers" => ServerAnswer {
            headers: vec![("x-case", "Value"), ("x-twice", "one"), ("x-twice", "two"), ("x-empty", "")],
            trailers: vec![("x-trailer", "after")],
            ..plain(200, b"body")
        },
        "/break" => return ServerDeed::BreakOff(plain(200, b"half of the")),
        "/reset" | "/probe.Service/reset" => return ServerDeed::Reset,
        "/silence" | "/probe.Service/silence" => return ServerDeed::Silence,
        "/probe.Service/ok" => grpc(&[b"answer"], &[("grpc-status", "0"), ("x-trailing", "yes")]),
        "/probe.Service/two" => grpc(&[b"first", b"second"], &[("grpc-status", "0")]),
        "/probe.Service/empty" => grpc(&[b""], &[("grpc-status", "0")]),
        "/probe.Service/error" => grpc(&[], &[("grpc-status", "5"), ("grpc-message", "no such thing")]),
        "/probe.Service/both" => grpc(&[b"answer"], &[("grpc-status", "9"), ("grpc-message", "but")]),
        _ => plain(404, b"no such path"),
    })
}

/// What stands before a gRPC message: one byte for its compression, four for its length.
pub(crate) const FRAME_BYTES: usize = 5;

/// A gRPC message with its five bytes in front: not compressed, and its length.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let len = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[0][..], &len, message].concat()
}
