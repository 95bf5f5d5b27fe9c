use super::*;
use crate::run::record::tests::{TWO, everything, played};

fn placed(record: &Record, lane: usize) -> Vec<(f64, usize, bool)> {
    let axis = Axis::new(record);
    let events = record.events.iter().filter(|event| event.lane == Some(lane));
    place(events, &axis).iter().map(|placed| (placed.place, placed.row, placed.flipped)).collect()
}

#[test]
fn events_of_one_moment_stand_below_each_other_in_order() {
    for lane in [0, 1] {
        let placed = placed(&everything(), lane);
        for pair in placed.windows(2) {
            let same_moment = (pair[0].0 - pair[1].0).abs() < f64::EPSILON;
            assert!(!same_moment || pair[1].1 > pair[0].1, "{placed:?}");
        }
    }
}

#[test]
fn events_near_the_right_end_hang_to_the_left() {
    let placed = placed(&everything(), 0);
    assert!(!placed.first().unwrap().2 && placed.last().unwrap().2, "{placed:?}");
    let limit = 1.0 - EVENT_PX_MAX / DRAWING_PX_MIN;
    assert!(placed.iter().all(|(place, _, flipped)| *flipped == (*place > limit)), "{placed:?}");
}

#[test]
fn the_line_is_held_and_then_served() {
    let record = everything();
    let axis = Axis::new(&record);
    let (served, held) = (section(&record, 0, &axis), section(&record, 1, &axis));
    assert!(served.contains("line held") && served.contains("line served"), "{served}");
    assert!(held.contains("line held") && !held.contains("line served"), "{held}");
    assert!(section(&record, 2, &axis).is_empty());
}

#[test]
fn what_is_about_no_client_has_a_lane_when_there_is_any() {
    let record = everything();
    assert!(host(&record, &Axis::new(&record)).contains("GET api/"));
    let record = played(TWO);
    assert!(host(&record, &Axis::new(&record)).is_empty());
}

#[test]
fn log_lines_are_no_events_of_a_lane() {
    let record = everything();
    assert!(!section(&record, 0, &Axis::new(&record)).contains("CONNECT"));
}
