use super::*;
use crate::count::Tally;

fn settled(expected: u64, found: u64) -> u64 {
    let column = Column { name: "a", tally: Tally { fuel: found, ..Tally::default() } };
    instructions(&format!("a line\n{INSTRUCTIONS}    {expected}\n"), &[column])[0]
}

#[test]
fn instructions_stay_as_they_were_while_they_are_near() {
    assert_eq!(settled(1000, 1100), 1000);
    assert_eq!(settled(1000, 900), 1000);
}

#[test]
fn instructions_that_are_far_away_are_others() {
    assert_eq!(settled(1000, 1101), 1200);
    assert_eq!(settled(1000, 899), 900);
    assert_eq!(settled(0, 1), 100);
}

#[test]
fn a_file_that_is_not_there_expects_nothing() {
    let column = Column { name: "a", tally: Tally { fuel: 42, ..Tally::default() } };
    assert_eq!(instructions("", &[column]), [100]);
}
