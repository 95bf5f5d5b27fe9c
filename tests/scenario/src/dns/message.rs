//! A resolver's answers on the wire (RFC 1035), out of a story's zones.

use std::time::Duration;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::{AnswerBuilder, PushError};
use domain::base::{Message, MessageBuilder, Name, Rtype, Serial, ToName, Ttl};
use domain::rdata::Soa;

use super::{Answered, Content, Fault, Record, Zones, fault};

/// The longest question that is read: a name of 255 bytes and an OPT record of any reasonable size.
pub const QUESTION_BYTES_MAX: usize = 1_024;

/// The longest message: its length has 16 bits over TCP (RFC 1035 section 4.2.2).
pub(crate) const MESSAGE_BYTES_MAX: usize = 65_535;

/// What a resolver does with a message that it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Sends this message.
    Message(Vec<u8>),
    /// Never answers.
    Silence,
    /// The message is no question.
    NoQuestion,
    /// The resolver's HTTP front says that something is wrong: a status other than 200. Only where one asks by HTTP.
    Status(u16),
    /// The connection breaks before an answer. Only where one asks by HTTP.
    Reset,
    /// Nobody listens where the resolver should be.
    Down,
}

impl Zones {
    /// Answers a DNS message, as if all answers were in time.
    pub fn reply(&self, message: &[u8]) -> Reply {
        self.answer_to(message).reply
    }

    /// Answers a DNS message, and says how long that takes.
    pub fn answer_to(&self, message: &[u8]) -> Answered {
        let Some(query) = Query::parse(message) else {
            return Answered { latency: None, reply: Reply::NoQuestion };
        };
        let name = query.name();
        let answer = self.answer(&name, query.rtype());
        Answered { latency: answer.latency, reply: query.reply(&answer.content) }
    }
}

/// A question that deserves an answer in DNS.
pub(super) struct Query<'a> {
    message: &'a Message<[u8]>,
    name: Name<Vec<u8>>,
    rtype: Rtype,
}

// === impl Query ===

impl<'a> Query<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        if body.len() > QUESTION_BYTES_MAX {
            return None;
        }
        let message = Message::from_slice(body).ok()?;
        let question = message.sole_question().ok()?;
        if message.header().qr() || question.qclass() != Class::IN {
            return None;
        }
        Some(Self { message, name: question.qname().to_vec(), rtype: question.qtype() })
    }

    /// The name that is asked for.
    pub(super) fn name(&self) -> String {
        self.name.to_string()
    }

    /// The type that is asked for.
    pub(super) fn rtype(&self) -> Rtype {
        self.rtype
    }

    /// What goes over the wire.
    pub(super) fn reply(&self, content: &Content<'_>) -> Reply {
        let built = match content {
            Content::Fault(fault) => return self.trouble(*fault),
            Content::NoSuchName { soa } => self.empty(Rcode::NXDOMAIN, *soa),
            Content::NoData { soa } => self.empty(Rcode::NOERROR, Some(*soa)),
            Content::Records { records, ttl } => self.records(records, *ttl),
        };
        self.said(built)
    }

    fn trouble(&self, fault: Fault) -> Reply {
        match fault {
            Fault::Servfail => self.said(self.empty(Rcode::SERVFAIL, None)),
            Fault::Refused => self.said(self.empty(Rcode::REFUSED, None)),
            Fault::Timeout => Reply::Silence,
            Fault::Reset => Reply::Reset,
            Fault::Down => Reply::Down,
            Fault::Status(status) => Reply::Status(status),
            _ => match self.records(&[fault::lie(fault, self.rtype, &self.name())], super::DEFAULT_TTL) {
                Ok(truth) => Reply::Message(fault::told(fault, truth)),
                Err(_) => Reply::Silence,
            },
        }
    }

    /// Records that no message can hold get what a broken server would say.
    fn said(&self, built: Result<Vec<u8>, PushError>) -> Reply {
        built.or_else(|_| self.empty(Rcode::SERVFAIL, None)).map_or(Reply::Silence, Reply::Message)
    }

    fn records(&self, records: &[Record], ttl: Duration) -> Result<Vec<u8>, PushError> {
        let mut answer = self.begin(Rcode::NOERROR)?;
        for record in records {
            let data = record.data().ok_or(PushError::ShortBuf)?;
            answer.push((&self.name, seconds(ttl), data))?;
        }
        Ok(answer.finish())
    }

    /// An answer without a record, but with the SOA record of the zone.
    fn empty(&self, rcode: Rcode, soa: Option<(&str, Duration)>) -> Result<Vec<u8>, PushError> {
        let mut authority = self.begin(rcode)?.authority();
        // A zone's name has been checked, so it is always one of DNS.
        if let Some((zone, ttl)) = soa
            && let Ok(zone) = zone.parse::<Name<Vec<u8>>>()
        {
            let hour = Ttl::HOUR;
            let soa = Soa::new(zone.clone(), zone.clone(), Serial(1), hour, hour, hour, seconds(ttl));
            authority.push((zone, seconds(ttl), soa))?;
        }
        Ok(authority.finish())
    }

    fn begin(&self, rcode: Rcode) -> Result<AnswerBuilder<Vec<u8>>, PushError> {
        let mut message = MessageBuilder::new_vec();
        // The first length that is too much.
        message.set_push_limit(MESSAGE_BYTES_MAX + 1);
        let mut answer = message.start_answer(self.message, rcode)?;
        answer.header_mut().set_ra(true);
        Ok(answer)
    }
}

/// Whether a message can hold these records of a name. One that is none of DNS is asked by nobody.
pub(super) fn fits(name: &str, records: &[Record]) -> bool {
    let Ok(name) = name.parse::<Name<Vec<u8>>>() else { return true };
    let mut question = MessageBuilder::new_vec().question();
    let asked = question.push((name, Rtype::ANY)).is_ok();
    let question = question.finish();
    asked && Query::parse(&question).is_some_and(|query| query.records(records, Duration::ZERO).is_ok())
}

fn seconds(ttl: Duration) -> Ttl {
    Ttl::from_secs(u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
