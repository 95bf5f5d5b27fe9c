//! A resolver's answers on the wire (RFC 1035), out of a story's zones.

use std::net::Ipv4Addr;
use std::time::Duration;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::PushError;
use domain::base::{Message, MessageBuilder, Name, Rtype, Serial, ToName, Ttl};
use domain::rdata::{A, Soa};

use super::{Answered, Content, Fault, Zones, fault};

/// The longest question that is read: a name of 255 bytes and an OPT record of any reasonable size.
pub const QUESTION_BYTES_MAX: usize = 1_024;

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
        let answer = self.answer(&name);
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

    /// What goes over the wire.
    pub(super) fn reply(&self, content: &Content<'_>) -> Reply {
        let built = match content {
            Content::Fault(fault) => return self.trouble(*fault),
            Content::NoSuchName { soa } => self.build(Rcode::NXDOMAIN, &[], Duration::ZERO, *soa),
            // The name exists, but it has no records of any other type.
            Content::Addresses { .. } if self.rtype != Rtype::A => self.error(Rcode::NOERROR),
            Content::Addresses { records, ttl } => self.build(Rcode::NOERROR, records, *ttl, None),
        };
        self.said(built)
    }

    fn trouble(&self, fault: Fault) -> Reply {
        match fault {
            Fault::Servfail => self.said(self.error(Rcode::SERVFAIL)),
            Fault::Refused => self.said(self.error(Rcode::REFUSED)),
            Fault::Timeout => Reply::Silence,
            Fault::Reset => Reply::Reset,
            Fault::Down => Reply::Down,
            Fault::Status(status) => Reply::Status(status),
            _ => {
                let truth = self.build(Rcode::NOERROR, &[fault::LISTED], super::DEFAULT_TTL, None);
                match truth {
                    Ok(truth) => Reply::Message(fault::told(fault, truth)),
                    Err(_) => Reply::Silence,
                }
            }
        }
    }

    /// A story that lists more records than a DNS message holds gets what a broken server would say.
    fn said(&self, built: Result<Vec<u8>, PushError>) -> Reply {
        built.or_else(|_| self.error(Rcode::SERVFAIL)).map_or(Reply::Silence, Reply::Message)
    }

    /// An answer without a record.
    fn error(&self, rcode: Rcode) -> Result<Vec<u8>, PushError> {
        self.build(rcode, &[], Duration::ZERO, None)
    }

    fn build(
        &self,
        rcode: Rcode,
        records: &[Ipv4Addr],
        ttl: Duration,
        soa: Option<(&str, Duration)>,
    ) -> Result<Vec<u8>, PushError> {
        let mut answer = MessageBuilder::new_vec().start_answer(self.message, rcode)?;
        answer.header_mut().set_ra(true);
        for record in records {
            answer.push((&self.name, seconds(ttl), A::new(*record)))?;
        }
        let mut authority = answer.authority();
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
}

fn seconds(ttl: Duration) -> Ttl {
    Ttl::from_secs(u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
