use super::*;
use crate::policy::Policy;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::Txt;

fn zone(json: &str) -> Zone {
    Policy::parse(json.as_bytes()).unwrap().zones()[0].clone()
}

fn client() -> IpAddr {
    [203, 0, 113, 9].into()
}

/// What `zone` is understood to say with these texts.
fn said(zone: &Zone, texts: &[&[u8]]) -> Said {
    let asked = Message::from_octets(question(zone, client()).unwrap().encode()).unwrap();
    let owner = asked.sole_question().unwrap().into_qname();
    let mut answer = MessageBuilder::new_vec().start_answer(&asked, Rcode::NOERROR).unwrap();
    for text in texts {
        let text: Txt<Vec<u8>> = Txt::build_from_slice(text).unwrap();
        answer.push((&owner, Ttl::from_secs(60), text)).unwrap();
    }
    read(zone, client(), Ok(&answer.finish()))
}

#[test]
fn the_question_is_that_of_the_listing_for_another_kind_of_record() {
    let zone = zone(r#"{"dnsbl_sites": ["bl.test"]}"#);
    for (client, name) in [
        ("203.0.113.9", "9.113.0.203.bl.test".to_owned()),
        ("2001:db8::9", format!("9.{}8.b.d.0.1.0.0.2.bl.test", "0.".repeat(23))),
    ] {
        assert_eq!(question(&zone, client.parse().unwrap()).unwrap().to_string(), format!("{name} TXT"));
    }
}

#[test]
fn the_first_text_is_the_reason() {
    let zone = zone(r#"{"dnsbl_sites": ["bl.test"]}"#);
    assert_eq!(said(&zone, &[b"see https://bl.test/9", b"more"]).as_deref(), Some("see https://bl.test/9"));
    assert_eq!(said(&zone, &[b"", b"more"]).as_deref(), Some("more"));
    assert_eq!(said(&zone, &[]), None);
    assert_eq!(said(&zone, &[b""]), None);
}

#[test]
fn what_is_not_printable_is_not_printed() {
    let zone = zone(r#"{"dnsbl_sites": ["bl.test"]}"#);
    assert_eq!(said(&zone, &[b"a\r\n250 ok\0\x1b[1m\xff"]).as_deref(), Some("a??250 ok??[1m?"));
}

#[test]
fn a_text_is_cut_to_what_a_reply_can_hold() {
    let zone = zone(r#"{"dnsbl_sites": ["bl.test"]}"#);
    for (length, kept) in [
        (REPLY_LINE_MAX - 1, REPLY_LINE_MAX - 1),
        (REPLY_LINE_MAX, REPLY_LINE_MAX),
        (REPLY_LINE_MAX + 1, REPLY_LINE_MAX),
    ] {
        assert_eq!(said(&zone, &[&vec![b'x'; length]]).map(|text| text.len()), Some(kept));
    }
    assert_eq!(said(&zone, &[&vec![b'x'; 60_000]]), None, "longer than any answer that is read");
}

#[test]
fn a_secret_key_is_not_told() {
    let keyed = zone(
        r#"{"dnsbl_sites": ["abcdefgh1234.zen.test"], "dnsbl_reply_map": {"abcdefgh1234.zen.test": "zen.test"}}"#,
    );
    assert_eq!(said(&keyed, &[b"see http://zen.test/?key=ABCDEFGH1234"]), None);
    assert_eq!(said(&keyed, &[b"see http://zen.test/"]).as_deref(), Some("see http://zen.test/"));
    let open = zone(r#"{"dnsbl_sites": ["abcdefgh1234.zen.test"]}"#);
    assert!(said(&open, &[b"abcdefgh1234"]).is_some(), "its name is no secret");
}

#[test]
fn no_answer_is_no_reason() {
    let zone = zone(r#"{"dnsbl_sites": ["bl.test"]}"#);
    for failure in [DnsFailure::Timeout, DnsFailure::Unreachable, DnsFailure::HttpStatus(500)] {
        assert_eq!(read(&zone, client(), Err(failure)), None);
    }
    assert_eq!(read(&zone, client(), Ok(b"rubbish")), None);
}
