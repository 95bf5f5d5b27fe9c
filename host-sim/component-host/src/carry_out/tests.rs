//! What a session hears of a response.

use super::*;

fn status(status: &str) -> HeaderMap {
    vec![(b"content-type".to_vec(), b"text/plain".to_vec()), (b":status".to_vec(), status.into())]
}

#[test]
fn a_message_is_passed_on_as_it_is_up_to_one_byte_too_many() {
    for (len, expected) in [
        (0, 0),
        (MESSAGE_MAX, MESSAGE_MAX),
        (MESSAGE_MAX + 1, MESSAGE_MAX + 1),
        (MESSAGE_MAX + 2, MESSAGE_MAX + 1),
    ] {
        assert_eq!(response(&status("200"), vec![7; len]).map(|body| body.len()), Ok(expected));
    }
}

#[test]
fn every_other_response_is_a_failure_with_its_status() {
    assert_eq!(response(&status("404"), b"no".to_vec()), Err(DnsFailure::HttpStatus(404)));
    assert_eq!(response(&status("504"), Vec::new()), Err(DnsFailure::Timeout), "nobody answered in time");
    assert_eq!(response(&status("ok"), Vec::new()), Err(DnsFailure::HttpStatus(0)));
    assert_eq!(response(&Vec::new(), Vec::new()), Err(DnsFailure::HttpStatus(0)));
}
