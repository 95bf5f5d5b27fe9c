use super::*;
use crate::spf::record::RecordErrorKind;

fn texts(texts: &[&str]) -> Result<SpfRecord, NoRecord> {
    let records = texts.iter().map(|text| Record::Txt(text.as_bytes().to_vec())).collect();
    let found = Found::answered(Kind::Txt, &Answer { records, exists: true, ttl: 60 });
    match found.data {
        Data::Record(record) => record,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_domain_has_the_one_text_that_is_meant_as_a_record() {
    let record = SpfRecord::parse(b"v=spf1 -all").unwrap();
    assert_eq!(texts(&["v=spf1 -all"]), Ok(record.clone()));
    assert_eq!(texts(&["site-verification=1", "v=spf1 -all", "v=spf10", "\u{e4}"]), Ok(record));
    assert_eq!(texts(&[]), Err(NoRecord::Missing));
    assert_eq!(texts(&["v=spf2 all", "spf1"]), Err(NoRecord::Missing));
}

#[test]
fn two_records_are_none_even_where_they_agree_or_one_is_broken() {
    for second in ["v=spf1 -all", "V=SPF1 all", "v=spf1 foo", "v=spf1"] {
        assert_eq!(texts(&["v=spf1 -all", second]), Err(NoRecord::Several), "{second}");
    }
}

#[test]
fn a_broken_record_is_none_and_says_why() {
    let error = texts(&["v=spf1 foo -all"]).unwrap_err();
    assert_eq!(error.to_string(), "foo: no such mechanism");
    assert!(matches!(error, NoRecord::Broken(RecordError { kind: RecordErrorKind::UnknownMechanism, .. })));
}

#[test]
fn addresses_and_names_are_those_of_the_answer() {
    let found = |kind, records| Found::answered(kind, &Answer { records, exists: true, ttl: 60 }).data;
    let address: std::net::Ipv4Addr = "203.0.113.9".parse().unwrap();
    let addresses = Data::Addresses(vec![address.into()]);
    assert_eq!(found(Kind::A, vec![Record::A(address)]), addresses);
    assert_eq!(found(Kind::Aaaa, vec![]), Data::Addresses(vec![]));
    let name: Name = "mx.test".parse().unwrap();
    let server = Record::Mx { preference: 10, exchange: name.clone() };
    assert_eq!(found(Kind::Mx, vec![server]), Data::Names(vec![name.clone()]));
    assert_eq!(found(Kind::Ptr, vec![Record::Ptr(name.clone())]), Data::Names(vec![name]));
}
