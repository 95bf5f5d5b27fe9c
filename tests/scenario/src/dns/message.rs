//! A resolver's answers on the wire (RFC 1035), out of a story's zones.

use std::net::Ipv4Addr;
use std::time::Duration;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::PushError;
use domain::base::{Message, MessageBuilder, Name, Rtype, Serial, ToName, Ttl};
use domain::rdata::{A, Soa};

use super::{Answer, Zones};

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
}

impl Zones {
    /// Answers a DNS message.
    pub fn reply(&self, message: &[u8]) -> Reply {
        match Query::parse(message) {
            None => Reply::NoQuestion,
            Some(query) => query.answer(self).map_or(Reply::Silence, Reply::Message),
        }
    }
}

/// A question that deserves an answer in DNS.
struct Query<'a> {
    message: &'a Message<[u8]>,
    name: Name<Vec<u8>>,
    rtype: Rtype,
}

// === impl Query ===

impl<'a> Query<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
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

    /// `None`: never.
    fn answer(&self, zones: &Zones) -> Option<Vec<u8>> {
        let built = match zones.answer(&self.name.to_string()) {
            Answer::Timeout => return None,
            Answer::Servfail => self.build(Rcode::SERVFAIL, &[], Duration::ZERO, None),
            Answer::NoSuchName { soa } => self.build(Rcode::NXDOMAIN, &[], Duration::ZERO, soa),
            // The name exists, but it has no records of any other type.
            Answer::Addresses { .. } if self.rtype != Rtype::A => {
                self.build(Rcode::NOERROR, &[], Duration::ZERO, None)
            }
            Answer::Addresses { records, ttl } => self.build(Rcode::NOERROR, records, ttl, None),
        };
        // A story that lists more records than a DNS message holds gets what a broken server would say.
        built.or_else(|_| self.build(Rcode::SERVFAIL, &[], Duration::ZERO, None)).ok()
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
