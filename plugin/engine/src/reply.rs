//! Every reply that a client can get, with its cause (postscreen's words, so that log readers and senders know them).

use std::net::IpAddr;

/// The client talked before its turn and `greet_action` is `drop`.
pub const PROTOCOL_ERROR: &str = "521 5.5.1 Protocol error\r\n";

/// The access list rejects the client and `denylist_action` is `drop`.
pub const DENYLISTED: &str = "521 5.3.2 Service currently unavailable\r\n";

/// The client's DNSBL score reaches the threshold and `dnsbl_action` is `drop`. `list` is the public name of the list.
pub fn blocked_using(client: IpAddr, list: &str) -> String {
    format!("521 5.7.1 Service unavailable; client [{client}] blocked using {list}\r\n")
}

/// `220-…`, sent when the greet wait begins: a polite client waits for the line without a dash.
pub fn teaser(banner: &str) -> String {
    format!("220-{banner}\r\n")
}
