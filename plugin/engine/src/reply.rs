//! Every reply that a client can get besides the dialogue of the dummy SMTP server, with its cause (postscreen's words,
//! so that log readers and senders know them), and what is done to all of them before they are sent.

mod footer;

pub(crate) use footer::check as check_footer;

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

/// The longest reply with a footer, in bytes. A footer that does not fit is left out.
pub const REPLY_MAX: usize = 4_096;

/// The client breaks the protocol (pregreet, pipelining, bare newline) and the action is `drop`.
pub const PROTOCOL_ERROR: &str = "521 5.5.1 Protocol error\r\n";

/// What a recipient gets after that (and after a non-SMTP command) when the action is `enforce`.
pub const PROTOCOL_ERROR_RCPT: &str = "550 5.5.1 Protocol error\r\n";

/// The access list rejects the client and `denylist_action` is `drop`.
pub const DENYLISTED: &str = "521 5.3.2 Service currently unavailable\r\n";

/// What a recipient gets when the access list rejects the client and `denylist_action` is `enforce`.
pub const DENYLISTED_RCPT: &str = "550 5.3.2 Service currently unavailable\r\n";

/// The client sends a non-SMTP command and `non_smtp_command_action` is `drop`.
pub const NO_SMTP: &str = "521 5.7.0 Error: I can break rules, too. Goodbye.\r\n";

/// What a recipient gets while nothing is wrong but the client may not be served yet: a deep test is to be passed, or
/// the client came to an address outside `allowlist_interfaces`.
pub const COME_AGAIN: &str = "450 4.3.2 Service currently unavailable\r\n";

/// The client has more sessions than `client_connection_count_limit`.
pub const TOO_MANY_CONNECTIONS: &str = "421 4.7.0 Error: too many connections\r\n";

/// `post_queue_limit` is reached, or there is no mail server.
pub const SERVERS_BUSY: &str = "421 4.3.2 All server ports are busy\r\n";

/// `pre_queue_limit` is reached.
pub const SCREENING_BUSY: &str = "421 4.3.2 All screening ports are busy\r\n";

/// The client sends more than [`EARLY_MAX`](crate::session::EARLY_MAX) before its turn, and not all lists have
/// answered.
pub const TOO_MUCH_EARLY_TALK: &str = "421 4.7.0 Error: too much before the greeting\r\n";

/// The PROXY protocol header is missing or makes no sense.
pub const NO_RESOURCES: &str = "421 4.3.2 No system resources\r\n";

/// The client's DNSBL score reaches the threshold and `dnsbl_action` is `drop`. `list` is the public name of the list.
pub fn blocked_using(client: IpAddr, list: &str) -> String {
    format!("521 5.7.1 Service unavailable; client [{client}] blocked using {list}\r\n")
}

/// What a recipient gets when the DNSBL score reaches the threshold and `dnsbl_action` is `enforce`.
pub fn blocked_using_rcpt(client: IpAddr, list: &str) -> String {
    format!("550 5.7.1 Service unavailable; client [{client}] blocked using {list}\r\n")
}

/// `220-…`, sent when the greet wait begins: a polite client waits for the line without a dash.
pub fn teaser(banner: &str) -> String {
    format!("220-{banner}\r\n")
}

/// `220 …`, with which the dummy SMTP server begins.
pub fn greeting(banner: &str) -> String {
    format!("220 {banner}\r\n")
}

/// The client sent more commands than `command_count_limit`, or one longer than `line_length_limit`.
pub fn over_limit(myhostname: &str) -> String {
    format!("421 {myhostname} Service unavailable - try again later\r\n")
}

/// The client took longer than `command_time_limit`.
pub fn timed_out(myhostname: &str) -> String {
    format!("421 4.4.2 {myhostname} Error: timeout exceeded\r\n")
}

/// What a policy makes of every reply.
#[derive(Clone, Copy, Debug)]
pub struct ReplyStyle<'a> {
    /// `soft_bounce`
    pub soft_bounce: bool,
    /// The template of `reject_footer`; empty: none.
    pub footer: &'a str,
    /// `myhostname`, for the footer.
    pub server_name: &'a str,
}

impl ReplyStyle<'_> {
    /// The bytes that go to the client: `text`, softened if it is to be, with the footer if it is a refusal.
    ///
    /// `text` is complete, with CR LF at its end; a refusal has one line. Whether it is one is seen before softening.
    pub fn finish(&self, client: SocketAddr, text: &str, unix: u64) -> Vec<u8> {
        let softened = self.soften(text);
        if self.footer.is_empty() || !text.starts_with(['4', '5']) {
            return softened.into_owned().into_bytes();
        }
        let value = |name: &str| footer::value(name, self.server_name, client, unix);
        let longer = footer::append(&softened, self.footer, value).filter(|reply| reply.len() <= REPLY_MAX);
        longer.unwrap_or_else(|| softened.into_owned()).into_bytes()
    }

    /// A reply as `soft_bounce` lets it be: with a 4 for a 5 at the beginning of the reply code and of the enhanced
    /// code (RFC 3463).
    ///
    /// As in Postfix the fifth character is taken for the enhanced code, whatever it is: a host name that begins with a
    /// 5 is greeted with a 4.
    pub(crate) fn soften<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.soft_bounce {
            return Cow::Borrowed(text);
        }
        let soft = |(index, letter)| if letter == '5' && (index == 0 || index == 4) { '4' } else { letter };
        text.chars().enumerate().map(soft).collect()
    }
}

#[cfg(test)]
mod tests;
