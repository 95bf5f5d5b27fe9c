use std::net::Ipv4Addr;

use super::{asked_name, listing, question};

#[test]
fn a_question_carries_its_name() {
    assert_eq!(asked_name(&question("9.113.0.203.bl.test")).as_deref(), Some("9.113.0.203.bl.test"));
}

#[test]
fn a_listing_repeats_the_question_and_ends_with_the_address() {
    let question = question("9.bl.test");
    let answer = listing(&question, Ipv4Addr::new(127, 0, 0, 2));
    assert_eq!(answer[12..question.len()], question[12..]);
    assert_eq!(answer[answer.len() - 4..], [127, 0, 0, 2]);
}

#[test]
fn cut_bytes_are_no_question() {
    let question = question("9.bl.test");
    assert_eq!(asked_name(&question[..question.len() - 5]), None);
    assert_eq!(asked_name(&[]), None);
}
