//! Random answers to whatever is asked: good ones and none, empty ones and too many.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fastrand::Rng;
use postscreen_engine::dns::{Kind, Question};

use crate::records;

/// Few domains, so that records meet each other often.
pub const DOMAINS: [&str; 7] =
    ["d0.test", "d1.test", "d2.test", "mail.d0.test", "d-4.test", "a.b.d5.test", "d6.test"];

/// Who connects: one of a small network, of either kind, now and then mapped.
pub fn client(random: &mut Rng) -> IpAddr {
    let last = random.u8(1..15);
    let v4 = Ipv4Addr::new(203, 0, 113, last);
    match random.u8(..10) {
        0 => v4.to_ipv6_mapped().into(),
        1..4 => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last.into()).into(),
        _ => v4.into(),
    }
}

/// The domain that is asked about.
pub fn domain(random: &mut Rng) -> &'static str {
    DOMAINS[random.usize(..DOMAINS.len())]
}

/// `None` is no answer.
pub fn answer(random: &mut Rng, question: &Question, client: IpAddr) -> Option<Vec<String>> {
    if random.u8(..50) == 0 {
        return None;
    }
    Some(match question.kind {
        Kind::Txt => texts(random, &question.name.to_text()),
        Kind::A | Kind::Aaaa => {
            let count = [0, 1, 1, 1, 2, 3][random.usize(..6)];
            (0..count).map(|_| address(random, question.kind, client)).collect()
        }
        Kind::Mx | Kind::Ptr => {
            let count = [0, 1, 1, 1, 2, 2, 3, 9, 10, 11][random.usize(..10)];
            (0..count).map(|index| format!("h{}.{}", index % 12, domain(random))).collect()
        }
    })
}

fn texts(random: &mut Rng, own: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    if random.u8(..6) == 0 {
        texts.push("site-verification=\u{e4}".to_owned());
    }
    let count = match random.u8(..40) {
        0..3 => 0,
        3 => 2,
        _ => 1,
    };
    texts.extend((0..count).map(|_| records::record(random, own)));
    random.shuffle(&mut texts);
    texts
}

/// The client itself, one near it, or any.
fn address(random: &mut Rng, kind: Kind, client: IpAddr) -> String {
    let near = random.u8(1..15);
    let any = random.u8(..);
    match (kind, client.to_canonical(), random.u8(..4)) {
        (Kind::A, IpAddr::V4(client), 0) => client.to_string(),
        (Kind::A, _, 1) => format!("203.0.113.{near}"),
        (Kind::A, ..) => format!("192.0.2.{any}"),
        (_, IpAddr::V6(client), 0) => client.to_string(),
        (_, _, 1) => format!("2001:db8::{near:x}"),
        _ => format!("2001:db8:1::{any:x}"),
    }
}
