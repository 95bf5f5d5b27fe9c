use super::Seats;

#[test]
fn seats_are_given_below_and_at_the_limit_and_not_above_it() {
    let seats = Seats::new(2);
    let (first, second) = (seats.take(), seats.take());
    assert!(first.is_some() && second.is_some() && seats.take().is_none());
    assert_eq!(seats.taken(), 2);
    drop(first);
    assert_eq!(seats.taken(), 1);
    assert!(seats.take().is_some());
}
