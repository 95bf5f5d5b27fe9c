//! What the HTTP server does with gRPC calls and streams.

use envoy_sim::{CallId, GrpcEffect, GrpcEvent, GrpcRequest, HeaderMap, Profile};

use super::world::REFUSED;
use crate::upstream::{FRAME_BYTES, ServerAnswer, ServerDeed, deed};

/// `grpc-status` codes that Envoy makes up itself.
const UNKNOWN: u32 = 2;
const UNAVAILABLE: u32 = 14;
/// What Envoy makes of HTTP 404.
const UNIMPLEMENTED: u32 = 12;
/// What Envoy says of an answer that came from the server, alone or behind the server's own words.
const VIA_UPSTREAM: &str = "via_upstream";
const REFUSED_DETAILS: &str = "remote_connection_failure|delayed_connect_error:_Connection_refused";

/// What comes back at once. The server answers as soon as it has the headers, so what is sent later changes nothing.
pub(super) fn events(effect: &GrpcEffect, profile: Profile) -> Vec<(CallId, GrpcEvent)> {
    let GrpcEffect::Start(request) = effect else { return Vec::new() };
    let call = request.call;
    answered(request, profile).into_iter().map(|event| (call, event)).collect()
}

fn answered(GrpcRequest { cluster, service, method, .. }: &GrpcRequest, profile: Profile) -> Vec<GrpcEvent> {
    let closed = |status, message: &str| GrpcEvent::Closed { status, message: message.into() };
    let broken = |reason: &str, details: &str| {
        let reset = "upstream connect error or disconnect/reset before headers. reset reason: ";
        format!("{reset}{reason}{{upstream_reset_before_response_started{{{details}}}}}")
    };
    if cluster == REFUSED {
        // Until 1.37 Envoy also told what the socket's error was.
        let error = ", transport failure reason: delayed connect error: Connection refused";
        let error = if profile < Profile::Envoy1_38 { error } else { "" };
        let refused = broken(&format!("remote connection failure{error}"), REFUSED_DETAILS);
        return vec![closed(UNAVAILABLE, &refused)];
    }
    match deed(&format!("/{service}/{method}"), b"") {
        ServerDeed::Answer(answer) if answer.status == 200 => messages(&answer),
        ServerDeed::Answer(_) => vec![closed(UNIMPLEMENTED, VIA_UPSTREAM)],
        ServerDeed::BreakOff(_) | ServerDeed::Reset => {
            let message =
                "upstream connect error or disconnect/reset before headers. reset reason: remote reset";
            let pair = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
            // Envoy makes an answer that has trailers only.
            let trailers = vec![
                pair(":status", "200"),
                pair("content-type", "application/grpc"),
                pair("grpc-status", "14"),
                pair("grpc-message", message),
            ];
            vec![
                GrpcEvent::InitialMetadata(HeaderMap::new()),
                GrpcEvent::TrailingMetadata(trailers),
                closed(UNAVAILABLE, &broken("remote reset", "remote_reset")),
            ]
        }
        ServerDeed::Silence => Vec::new(),
    }
}

fn messages(answer: &ServerAnswer) -> Vec<GrpcEvent> {
    let pair = |(name, value): &(&str, &str)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let status = (b":status".to_vec(), answer.status.to_string().into_bytes());
    let headers: HeaderMap = [status].into_iter().chain(answer.headers.iter().map(pair)).collect();
    let mut events = vec![GrpcEvent::InitialMetadata(headers)];
    let mut body = &answer.body[..];
    while let Some((frame, rest)) = body.split_at_checked(FRAME_BYTES) {
        let len = usize::from(frame[FRAME_BYTES - 1]);
        let (message, rest) = rest.split_at(len.min(rest.len()));
        events.push(GrpcEvent::Message(message.to_vec()));
        body = rest;
    }
    let trailer = |name| answer.trailers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    events.push(GrpcEvent::TrailingMetadata(answer.trailers.iter().map(pair).collect()));
    let status = trailer("grpc-status").and_then(|status| status.parse().ok()).unwrap_or(UNKNOWN);
    let message = trailer("grpc-message").map(|words| format!("{words}{{{VIA_UPSTREAM}}}"));
    events.push(GrpcEvent::Closed { status, message: message.unwrap_or_else(|| VIA_UPSTREAM.into()) });
    events
}
