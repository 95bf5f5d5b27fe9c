//! Ten lists that are as RFC 5782 wants them, but for one while it is mad.

use super::clients::{is_on, number};
use crate::io::DnsFailure;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// How a list is mad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    ListsAll,
    ListsNone,
    Servfail,
    Silent,
    /// 127.255.255.254: asked through a public resolver.
    ErrorCode,
    /// The address of a web server of whoever has bought the domain.
    ParkedPage,
    /// It tells the truth, 8 s later.
    Slow,
}

pub struct Dns {
    pub list: usize,
    pub way: Way,
    /// When it is mad, in milliseconds.
    pub mad: Range<u64>,
}

/// What comes of a question: when, in milliseconds after it, and what.
pub struct Answer {
    pub after: u64,
    pub says: Result<Vec<u8>, DnsFailure>,
}

const TTL: [u8; 4] = 300_u32.to_be_bytes();
const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const LISTED: [u8; 4] = [127, 0, 0, 2];

impl Dns {
    pub fn is_mad(&self, at: u64) -> bool {
        self.mad.contains(&at)
    }

    /// What is said to a question that is asked at this time, and that is given up after so many milliseconds.
    pub fn answer(&self, question: &[u8], at: u64, timeout: u64) -> Answer {
        let (about, list) = read(question);
        // Answers about clients are faster: nobody may rely on a check being over first.
        let after = if about.to_canonical().is_loopback() { 150 } else { 20 } + 5 * list as u64;
        let truth = || if has(list, about) { (NOERROR, Some(LISTED)) } else { (NXDOMAIN, None) };
        let way = (list == self.list && self.is_mad(at)).then_some(self.way);
        let (rcode, address) = match way {
            None | Some(Way::Slow) => truth(),
            Some(Way::ListsAll) => (NOERROR, Some(LISTED)),
            Some(Way::ListsNone) => (NXDOMAIN, None),
            Some(Way::Servfail) => (SERVFAIL, None),
            Some(Way::ErrorCode) => (NOERROR, Some([127, 255, 255, 254])),
            Some(Way::ParkedPage) => (NOERROR, Some([203, 0, 113, 80])),
            Some(Way::Silent) => return Answer { after: timeout, says: Err(DnsFailure::Timeout) },
        };
        let after = if way == Some(Way::Slow) { 8_000 } else { after };
        Answer { after, says: Ok(message(question, rcode, address)) }
    }
}

/// Whether a list that is well has this address.
fn has(list: usize, about: IpAddr) -> bool {
    match about.to_canonical() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => false,
        IpAddr::V4(address) if address.is_loopback() => address.octets() == LISTED,
        client => is_on(number(client), list),
    }
}

/// What a question is about, and which list is asked: `9.113.0.203.list4.test`, or nibbles in place of the octets.
fn read(question: &[u8]) -> (IpAddr, usize) {
    let mut labels = Vec::with_capacity(34);
    let mut rest = &question[12..];
    while let Some((&length, tail)) = rest.split_first().filter(|&(&length, _)| length > 0) {
        let (label, tail) = tail.split_at(length.into());
        labels.push(std::str::from_utf8(label).unwrap());
        rest = tail;
    }
    let [address @ .., list, "test"] = labels.as_slice() else { panic!("a question to a list") };
    let number = |radix| {
        let digit = move |label: &&str| u128::from_str_radix(label, radix).unwrap();
        address.iter().map(digit).rev()
    };
    let about = if address.len() == 4 {
        let bits = number(10).fold(0, |bits, octet| bits << 8 | octet);
        Ipv4Addr::from_bits(u32::try_from(bits).unwrap()).into()
    } else {
        Ipv6Addr::from_bits(number(16).fold(0, |bits, nibble| bits << 4 | nibble)).into()
    };
    (about, list.strip_prefix("list").unwrap().parse().unwrap())
}

/// The answer to a question in wire format: made by hand, because this is done a million times.
fn message(question: &[u8], rcode: u8, address: Option<[u8; 4]>) -> Vec<u8> {
    let mut answer = question.to_vec();
    // A response, recursion available.
    answer[2] |= 0x80;
    answer[3] |= 0x80 | rcode;
    if let Some(address) = address {
        answer[7] = 1;
        // The name of the question, type A, class IN.
        answer.extend([0xc0, 12, 0, 1, 0, 1]);
        answer.extend(TTL);
        answer.extend([0, 4]);
        answer.extend(address);
    }
    answer
}
