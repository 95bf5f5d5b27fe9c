use std::collections::BTreeMap;

use super::*;

fn tally(calls: &[(&str, &str, u64)]) -> CallCounts {
    let mut tally = CallCounts { allocations: 3, ..CallCounts::default() };
    for (callback, function, count) in calls {
        tally.calls.insert(((*callback).to_owned(), (*function).to_owned()), *count);
        tally.callbacks.insert((*callback).to_owned(), 1);
    }
    tally
}

/// The lines of a part, cells apart by one blank.
fn part(text: &str, name: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines()
        .skip_while(|line| !line.starts_with(name))
        .skip(1)
        .map(words)
        .take_while(|l| !l.is_empty())
        .collect()
}

#[test]
fn calls_are_counted_by_function_and_by_callback() {
    let first = tally(&[("on_data", "log", 2), ("on_tick", "log", 1), ("on_tick", "clock", 4)]);
    let columns =
        [Column { name: "a", tally: first }, Column { name: "b", tally: tally(&[("on_data", "clock", 1)]) }];
    let text = render(&columns, &[700, 0]);
    assert_eq!(part(&text, "host functions  "), ["clock 4 1", "log 3 -", "all 7 1"], "{text}");
    assert_eq!(part(&text, "callbacks"), ["on_data 1 1", "on_tick 1 -", "all 2 1"], "{text}");
    let by_callback = ["on_data 2 1", "clock - 1", "log 2 -", "on_tick 5 -", "clock 4 -", "log 1 -"];
    assert_eq!(part(&text, "host functions by callback"), by_callback, "{text}");
    assert_eq!(part(&text, "in the module")[1], format!("{INSTRUCTIONS} 700 -"), "{text}");
}

#[test]
fn nobody_counted_nothing() {
    assert_eq!(CallCounts::default().by_function(), BTreeMap::new());
    assert_eq!(CallCounts::default().total(), 0);
}

fn settled(expected: u64, found: u64) -> u64 {
    let column = Column { name: "a", tally: CallCounts { fuel: found, ..CallCounts::default() } };
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
    let column = Column { name: "a", tally: CallCounts { fuel: 42, ..CallCounts::default() } };
    assert_eq!(instructions("", &[column]), [100]);
}
