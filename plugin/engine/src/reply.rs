//! Every reply that a client can get besides the dialogue of the dummy SMTP server, with its cause (postscreen's words,
//! so that log readers and senders know them), and what is done to all of them before they are sent:
//! `soft_bounce`, and `reject_footer`, a template that becomes the end of every refusal.

use crate::client_record::Reference;
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

/// The longest reply with a footer, in bytes. A footer that does not fit is left out.
pub const REPLY_MAX: usize = 4_096;

/// The longest reply line, in bytes, CR LF included (RFC 5321, section 4.5.3.1.5).
pub const REPLY_LINE_MAX: usize = 512;

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

/// The client's DNSBL score reaches the threshold and `dnsbl_action` is `drop`. `list` is the public name of the list,
/// `reason` what it says about the client (Postfix's `$rbl_reason`), printable ASCII of any length.
pub fn blocked_using(client: IpAddr, list: &str, reason: Option<&str>) -> String {
    with_reason(format!("521 5.7.1 Service unavailable; client [{client}] blocked using {list}"), reason)
}

/// What a recipient gets when the DNSBL score reaches the threshold and `dnsbl_action` is `enforce`.
pub fn blocked_using_rcpt(client: IpAddr, list: &str, reason: Option<&str>) -> String {
    with_reason(format!("550 5.7.1 Service unavailable; client [{client}] blocked using {list}"), reason)
}

/// As much of a reason as fits into the line.
fn with_reason(mut line: String, reason: Option<&str>) -> String {
    if let Some(reason) = reason {
        let room = REPLY_LINE_MAX.saturating_sub(line.len() + "; \r\n".len());
        line.push_str("; ");
        line.extend(reason.chars().take(room));
    }
    line.push_str("\r\n");
    line
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
#[derive(Clone, Copy, Debug, Default)]
pub struct ReplyStyle<'a> {
    /// `soft_bounce`
    pub soft_bounce: bool,
    /// The template of `reject_footer`; empty: none.
    pub footer: &'a str,
    /// `myhostname`, for the footer.
    pub server_name: &'a str,
    /// The name of the client's record, for refusals.
    pub reference: Option<Reference>,
}

impl ReplyStyle<'_> {
    /// The bytes that go to the client: `text`, softened if it is to be, with the footer if it is a refusal.
    ///
    /// `text` is complete, with CR LF at its end; a refusal has one line. Whether it is one is seen before softening.
    pub fn finish(&self, client: SocketAddr, text: &str, unix: u64) -> Vec<u8> {
        let softened = self.soften(text);
        if !text.starts_with(['4', '5']) {
            return softened.into_owned().into_bytes();
        }
        let softened =
            self.reference.map_or(softened.clone(), |reference| refer(&softened, reference).into());
        if self.footer.is_empty() {
            return softened.into_owned().into_bytes();
        }
        let value = |name: &str| value(name, self.server_name, client, unix);
        let longer = append(&softened, self.footer, value).filter(|reply| reply.len() <= REPLY_MAX);
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

/// A reply of one line with the name of the client's record at its end: `… (ref 7Q4K2M9XZ1)`. A line that has no room
/// for it is cut.
fn refer(reply: &str, reference: Reference) -> String {
    let end = format!(" (ref {reference})\r\n");
    let room = REPLY_LINE_MAX.saturating_sub(end.len());
    let line = reply.strip_suffix("\r\n").unwrap_or(reply);
    line.chars().take(room).chain(end.chars()).collect()
}

/// What may be named in a template.
const MACROS: [&str; 4] = ["client_address", "client_port", "localtime", "server_name"];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Checks a template: Postfix warns at each reply and leaves the footer or the unknown macro out.
pub(crate) fn check_footer(template: &str) -> Result<(), String> {
    let value = |name: &str| MACROS.contains(&name).then(String::new);
    for line in template.split(r"\n") {
        if expand(line, value).is_none() {
            let macros = MACROS.map(|name| format!("${name}")).join(", ");
            return Err(format!("expected {macros}, or $$ for a dollar sign"));
        }
    }
    Ok(())
}

/// The value of a macro for this client at this time. `None`: there is no such macro.
fn value(name: &str, server_name: &str, client: SocketAddr, unix: u64) -> Option<String> {
    match name {
        "client_address" => Some(client.ip().to_string()),
        "client_port" => Some(client.port().to_string()),
        "localtime" => Some(date(unix)),
        "server_name" => Some(server_name.to_owned()),
        _ => None,
    }
}

/// A reply of one line, followed by the footer (Postfix's `smtp_reply_footer`). `None`: the template makes no sense.
fn append(reply: &str, template: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (code, text) = reply.strip_suffix("\r\n")?.split_at_checked(3)?;
    let mut first = text.strip_prefix(' ')?.to_owned();
    let enhanced_code = first.split(' ').next().filter(|word| is_enhanced_code(word)).map(str::to_owned);
    let mut new_lines = Vec::new();
    for (index, line) in template.split(r"\n").enumerate() {
        match line.strip_prefix(r"\c") {
            Some(more) if index == 0 => first.push_str(&expand(more, &value)?),
            _ => new_lines.push(expand(line, &value)?),
        }
    }

    let dash = |is_last| if is_last { ' ' } else { '-' };
    let mut longer = format!("{code}{}{first}\r\n", dash(new_lines.is_empty()));
    let last = new_lines.len().saturating_sub(1);
    for (index, line) in new_lines.into_iter().enumerate() {
        longer.push_str(code);
        longer.push(dash(index == last));
        if let Some(enhanced_code) = &enhanced_code {
            longer.push_str(enhanced_code);
            longer.push(' ');
        }
        longer.push_str(&line);
        longer.push_str("\r\n");
    }
    Some(longer)
}

/// Whether a word is an enhanced status code (RFC 3463): class 2, 4 or 5, subject and detail of one to three digits.
fn is_enhanced_code(word: &str) -> bool {
    let mut parts = word.split('.');
    let class = parts.next().is_some_and(|part| ["2", "4", "5"].contains(&part));
    let mut number = || {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        parts.next().is_some_and(|part| (1..=3).contains(&part.len()) && digits(part))
    };
    class && number() && number() && parts.next().is_none()
}

/// Replaces `$name`, `${name}`, `$(name)` and `$$`. `None`: no name after a `$`, no end of a name, or no such name.
fn expand(template: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            text.push('$');
            rest = after;
            continue;
        }
        let (name, after) = if let Some(inside) = after.strip_prefix('{') {
            inside.split_once('}')?
        } else if let Some(inside) = after.strip_prefix('(') {
            inside.split_once(')')?
        } else {
            let in_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            after.split_at_checked(after.find(|letter| !in_name(letter)).unwrap_or(after.len()))?
        };
        text.push_str(&value(name)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// A moment in UTC as Postfix writes it: `Nov 24 23:54:13`. (Postfix takes its local time; in a proxy there is none.)
fn date(unix: u64) -> String {
    let (month, day) = month_and_day(unix / 86_400);
    let month = MONTHS.get(month).unwrap_or(&"");
    let (hour, minute, second) = (unix / 3_600 % 24, unix / 60 % 60, unix % 60);
    format!("{month} {day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The month (0 is January) and the day of the month of a day in the Gregorian calendar, counted from 1970-01-01.
fn month_and_day(days: u64) -> (usize, u64) {
    // Years begin in March here: then the leap day is the last one, and months follow a pattern of five (153 days).
    const DAYS_IN_400_YEARS: u64 = 146_097;
    const DAYS_FROM_MARCH_0000_TO_1970: u64 = 719_468;
    let day = (days % DAYS_IN_400_YEARS + DAYS_FROM_MARCH_0000_TO_1970) % DAYS_IN_400_YEARS;
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    (usize::try_from((month + 2) % 12).unwrap_or(0), day_of_month)
}

#[cfg(test)]
mod tests;
