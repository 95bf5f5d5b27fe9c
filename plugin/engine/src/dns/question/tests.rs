use super::*;
use domain::base::iana::Rtype;
use domain::base::{MessageBuilder, Name as WireName};
use proptest::prelude::*;

const KINDS: [(Kind, Rtype); 5] = [
    (Kind::A, Rtype::A),
    (Kind::Aaaa, Rtype::AAAA),
    (Kind::Txt, Rtype::TXT),
    (Kind::Mx, Rtype::MX),
    (Kind::Ptr, Rtype::PTR),
];

#[test]
fn kinds_have_the_names_that_dns_gives_them() {
    for (kind, number) in KINDS {
        assert_eq!(kind.to_string(), number.to_string());
    }
    let question = Question { name: "Example.org".parse().unwrap(), kind: Kind::Txt };
    assert_eq!(question.to_string(), "example.org TXT");
}

proptest! {
    #[test]
    fn a_question_is_the_one_that_a_library_builds(
        name in "([A-Za-z0-9_]{1,40}\\.){0,4}[a-z]{1,63}",
        kind in proptest::sample::select(KINDS.as_slice()),
    ) {
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_rd(true);
        let mut builder = builder.question();
        let lower = name.to_ascii_lowercase();
        builder.push((WireName::vec_from_str(&lower).unwrap(), kind.1)).unwrap();
        let question = Question { name: name.parse().unwrap(), kind: kind.0 };
        prop_assert_eq!(question.encode(), builder.finish());
    }
}
