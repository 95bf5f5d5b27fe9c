use std::time::Duration;

use super::{listening, until};

#[test]
fn the_address_is_read_from_a_complete_first_line() {
    assert_eq!(listening("").unwrap(), None);
    assert_eq!(listening("listening on 127.0.0.1:25").unwrap(), None);
    assert_eq!(
        listening("listening on 127.0.0.1:2525\nmore").unwrap(),
        Some("127.0.0.1:2525".parse().unwrap())
    );
    assert!(listening("no such file\n").is_err());
}

#[test]
fn what_comes_in_time_is_found() {
    let mut looks = 0;
    let found = until("third look", Duration::from_secs(10), || {
        looks += 1;
        Ok((looks == 3).then_some(looks))
    });
    assert_eq!(found.unwrap(), 3);
}

#[test]
fn what_does_not_come_is_named() {
    let error = until("rain", Duration::ZERO, || Ok(None::<()>)).unwrap_err();
    assert_eq!(error.to_string(), "rain: not within 0 s");
}
