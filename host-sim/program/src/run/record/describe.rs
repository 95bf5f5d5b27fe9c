//! Call-outs in words: DNS over HTTPS by question and answer, other ones by their first lines.

use domain::base::{Message, Rtype};
use domain::rdata::A;
use envoy_sim::{DnsAddress, GrpcEvent, GrpcRequest, HeaderMap, HttpCall, HttpFailure};

/// The most addresses of one answer that are named.
const ADDRESSES_MAX: usize = 4;
/// The media type of RFC 8484.
const DNS_MESSAGE: &[u8] = b"application/dns-message";

/// What is asked, and the name in question where it is one of DNS.
pub(super) fn request(call: &HttpCall) -> (String, Option<String>) {
    if header(&call.headers, b"content-type") == Some(DNS_MESSAGE)
        && let Ok(message) = Message::from_slice(&call.body)
        && let Ok(question) = message.sole_question()
    {
        let name = question.qname().to_string();
        return (format!("{} {name}", question.qtype()), Some(name));
    }
    let text =
        |name: &[u8]| String::from_utf8_lossy(header(&call.headers, name).unwrap_or(b"?")).into_owned();
    (format!("{} {}{}", text(b":method"), call.cluster, text(b":path")), None)
}

/// What was answered.
pub(super) fn response(headers: &HeaderMap, body: &[u8]) -> String {
    let status = String::from_utf8_lossy(header(headers, b":status").unwrap_or(b"?")).into_owned();
    if header(headers, b"content-type") != Some(DNS_MESSAGE) {
        return format!("{status}, {} bytes", body.len());
    }
    dns(body).unwrap_or_else(|| format!("{status}, no DNS message"))
}

/// The addresses, or what there is in their place.
fn dns(body: &[u8]) -> Option<String> {
    let message = Message::from_slice(body).ok()?;
    let mut addresses: Vec<String> = Vec::new();
    for record in message.answer().ok()?.limit_to::<A>() {
        addresses.push(record.ok()?.data().addr().to_string());
    }
    let asked_for_another = || message.sole_question().is_ok_and(|question| question.qtype() != Rtype::A);
    Some(match addresses.as_slice() {
        [] if asked_for_another() => "nothing".to_owned(),
        [] => message.header().rcode().to_string(),
        addresses => list(addresses),
    })
}

/// The first of them, and how many there are more.
fn list(addresses: &[String]) -> String {
    let shown = addresses.len().min(ADDRESSES_MAX);
    let more = addresses.len() - shown;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", addresses[..shown].join(", "))
}

/// The answer to a look-up by the host's own resolver.
pub(super) fn addresses(answer: Option<&[DnsAddress]>) -> String {
    match answer {
        None => "no answer".to_owned(),
        Some([]) => "no addresses".to_owned(),
        Some(found) => list(&found.iter().map(|address| address.ip.to_string()).collect::<Vec<_>>()),
    }
}

/// A call or stream of gRPC that begins.
pub(super) fn grpc_request(request: &GrpcRequest) -> String {
    let GrpcRequest { cluster, service, method, message, .. } = request;
    let to = format!("{cluster}/{service}/{method}");
    match message {
        Some(message) => format!("gRPC {to}, {} bytes", message.len()),
        None => format!("gRPC stream {to}"),
    }
}

/// What came for a gRPC call or stream.
pub(super) fn grpc_event(event: &GrpcEvent) -> String {
    match event {
        GrpcEvent::InitialMetadata(map) => format!("{} headers", map.len()),
        GrpcEvent::Message(message) => format!("a message of {} bytes", message.len()),
        GrpcEvent::TrailingMetadata(map) => format!("{} trailers", map.len()),
        GrpcEvent::Closed { status, message } if message.is_empty() => format!("status {status}"),
        GrpcEvent::Closed { status, message } => format!("status {status}: {message}"),
    }
}

/// No answer, and why.
pub(super) fn failure(failure: HttpFailure) -> String {
    match failure {
        HttpFailure::Unreachable => "no connection".to_owned(),
        HttpFailure::ResetEarly => "reset before the answer".to_owned(),
        HttpFailure::Reset => "the answer broke off".to_owned(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &[u8]) -> Option<&'a [u8]> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
}

#[cfg(test)]
mod tests;
