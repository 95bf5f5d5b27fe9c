use super::*;
use crate::run::record::{Event, What};

fn axis(milliseconds: &[u64]) -> Axis {
    let event = |at: &u64| Event {
        at: Duration::from_millis(*at),
        lane: None,
        what: What::Connection { stands: true },
    };
    Axis::new(&PlayRecord { events: milliseconds.iter().map(event).collect(), ..PlayRecord::default() })
}

fn place(axis: &Axis, milliseconds: u64) -> f64 {
    axis.place(Duration::from_millis(milliseconds))
}

#[test]
fn moments_go_from_left_to_right_and_each_has_room() {
    let axis = axis(&[0, 0, 1, 5, 2_000, 120_000]);
    let places: Vec<_> = [0, 1, 5, 2_000, 120_000].map(|time| place(&axis, time)).into();
    assert!(places[0].abs() < f64::EPSILON && (places[4] - 1.0).abs() < 1e-9, "{places:?}");
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 0.05), "{places:?}");
    assert!(places[4] - places[3] > places[1] - places[0], "a long wait is wider than a short one");
}

#[test]
fn a_time_between_two_moments_is_where_the_first_one_is() {
    let axis = axis(&[10, 20]);
    assert!((place(&axis, 15) - place(&axis, 10)).abs() < f64::EPSILON);
    assert!(place(&axis, 5).abs() < f64::EPSILON && (place(&axis, 99) - 1.0).abs() < 1e-9);
}

#[test]
fn a_record_of_one_moment_or_none_has_an_axis() {
    assert!(place(&axis(&[7]), 7).abs() < f64::EPSILON);
    assert_eq!(axis(&[7]).ticks().len(), 1);
    assert!(axis(&[]).ticks().is_empty());
}

#[test]
fn labels_keep_their_distance_and_the_last_moment_has_one() {
    let times: Vec<_> = (0..200).collect();
    let ticks = axis(&times).ticks();
    let apart = |pair: &[(Duration, f64)]| pair[1].1 - pair[0].1 >= TICK_GAP_MIN;
    assert!(ticks.windows(2).all(apart), "{ticks:?}");
    assert_eq!(ticks.last().map(|(time, _)| *time), Some(Duration::from_millis(199)));
    assert!(ticks.len() > 8, "{ticks:?}");
}
