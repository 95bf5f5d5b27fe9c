//! What DNS says to whatever a worker asks.

use crate::io::DnsFailure;
use domain::base::iana::{Rcode, Rtype};
use domain::base::{Message, MessageBuilder, Name, Ttl};
use domain::rdata::{A, Soa, Txt};

/// Some answer: what a list says of a client or of a canary, a reason, a record of a sender; now and then none.
pub fn some(random: &mut fastrand::Rng, question: &[u8]) -> Result<Vec<u8>, DnsFailure> {
    match random.u8(..24) {
        0 => return Err(DnsFailure::Timeout),
        1 => return Err(DnsFailure::HttpStatus(503)),
        2 => return Err(DnsFailure::Unreachable),
        3 => return Ok(b"rubbish".to_vec()),
        _ => {}
    }
    let asked = Message::from_octets(question).unwrap();
    let asked_for = asked.sole_question().unwrap();
    let (name, kind) = (asked_for.qname().to_string(), asked_for.qtype());
    let ttl = Ttl::from_secs(random.choice([0, 1, 5, 30, 300]).unwrap());
    let is_well = random.u8(..12) > 0;
    let has = match name.as_str() {
        name if is_well && is_canary(name, '2') => true,
        name if is_well && is_canary(name, '1') => false,
        _ => random.bool(),
    };
    if !has {
        let mut authority =
            MessageBuilder::new_vec().start_answer(&asked, Rcode::NXDOMAIN).unwrap().authority();
        let root = Name::root_vec();
        let zero = Ttl::from_secs(0);
        authority
            .push((root.clone(), ttl, Soa::new(root.clone(), root, 1.into(), zero, zero, zero, ttl)))
            .unwrap();
        return Ok(authority.finish());
    }
    let mut answer = MessageBuilder::new_vec().start_answer(&asked, Rcode::NOERROR).unwrap();
    let owner = asked_for.into_qname();
    if kind == Rtype::TXT {
        let text: Txt<Vec<u8>> = Txt::build_from_slice(b"v=spf1 ip4:203.0.113.0/31 -all").unwrap();
        answer.push((owner, ttl, text)).unwrap();
    } else {
        answer.push((owner, ttl, A::new([127, 0, 0, random.u8(2..4)].into()))).unwrap();
    }
    Ok(answer.finish())
}

/// Whether the name is 127.0.0.N or `::FFFF:127.0.0.N` below some list.
fn is_canary(name: &str, last: char) -> bool {
    name.starts_with(&format!("{last}.0.0.127.")) || name.starts_with(&format!("{last}.0.0.0.0.0.f.7."))
}
