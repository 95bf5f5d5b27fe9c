use super::*;
use crate::run::record::tests::{TWO, everything, played};
use crate::run::record::{Event, What};

fn placed(record: &PlayRecord, lane: usize) -> Vec<(f64, usize, bool)> {
    let axis = Axis::new(record);
    let events = record.events.iter().filter(|event| event.lane == Some(lane));
    place(events, &axis, beside_others)
        .iter()
        .map(|placed| (placed.place, placed.row, placed.flipped))
        .collect()
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
fn events_on_their_own_have_the_side_with_more_room() {
    let half = DRAWING_PX_MIN / 2.0;
    for (x, room) in [
        (0.0, (DRAWING_PX_MIN, false)),
        (half - 1.0, (half + 1.0, false)),
        (half, (half, false)),
        (half + 1.0, (half + 1.0, true)),
        (DRAWING_PX_MIN, (DRAWING_PX_MIN, true)),
    ] {
        assert_eq!(on_its_own(x), room);
    }
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
    let lane = nobody(&record, &Axis::new(&record));
    assert!(lane.contains("GET api/") && lane.contains("gRPC stream"), "{lane}");
    assert!(!lane.contains("worker 1 traps"), "{lane}");
    let record = played(TWO);
    assert!(nobody(&record, &Axis::new(&record)).is_empty());
}

#[test]
fn what_is_about_many_clients_has_a_lane_when_there_is_any() {
    let record = everything();
    let lane = many(&record, &Axis::new(&record));
    for words in ["new configuration:", "configuration refused:", "worker 1 traps:", "main thread traps:"] {
        assert!(lane.contains(&format!("<b>{words}</b>")), "{words} is missing: {lane}");
    }
    assert!(!lane.contains("GET api/"), "{lane}");
    let record = played(TWO);
    assert!(many(&record, &Axis::new(&record)).is_empty());
}

#[test]
fn a_line_crosses_the_lanes_that_are_struck() {
    let record = everything();
    let axis = Axis::new(&record);
    for (lane, traps) in [(0, 0), (1, 1)] {
        let lane = section(&record, lane, &axis);
        assert_eq!(lane.matches("class=\"band trap\"").count(), traps, "{lane}");
        assert_eq!(lane.matches("class=\"band config\"").count(), 1, "{lane}");
        assert_eq!(lane.matches("class=\"band refusal\"").count(), 1, "{lane}");
    }
    let line = section(&record, 1, &axis);
    assert!(line.contains("title=\"0.008 s worker 1 traps: Function: &lt;f&gt; failed\""), "{line}");
}

#[test]
fn what_is_cut_can_have_the_focus() {
    let record = everything();
    let lane = section(&record, 0, &Axis::new(&record));
    let items: Vec<_> = lane.lines().filter(|line| line.contains("class=\"e ")).collect();
    let (long, short): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.contains("tabindex"));
    assert!(long.iter().all(|item| item.contains("xxxx")), "{long:?}");
    assert!(!long.is_empty() && !short.is_empty());
}

#[test]
fn log_lines_are_no_events_of_a_lane() {
    let record = everything();
    assert!(!section(&record, 0, &Axis::new(&record)).contains("CONNECT"));
}

fn axis(milliseconds: &[u64]) -> Axis {
    let event = |at: &u64| Event {
        at: Duration::from_millis(*at),
        lane: None,
        what: What::Connection { stands: true },
    };
    Axis::new(&PlayRecord { events: milliseconds.iter().map(event).collect(), ..PlayRecord::default() })
}

fn place_of(axis: &Axis, milliseconds: u64) -> f64 {
    axis.place(Duration::from_millis(milliseconds))
}

#[test]
fn moments_go_from_left_to_right_and_each_has_room() {
    let axis = axis(&[0, 0, 1, 5, 2_000, 120_000]);
    let places: Vec<_> = [0, 1, 5, 2_000, 120_000].map(|time| place_of(&axis, time)).into();
    assert!(places[0].abs() < f64::EPSILON && (places[4] - 1.0).abs() < 1e-9, "{places:?}");
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 0.05), "{places:?}");
    assert!(places[4] - places[3] > places[1] - places[0], "a long wait is wider than a short one");
}

#[test]
fn a_time_between_two_moments_is_where_the_first_one_is() {
    let axis = axis(&[10, 20]);
    assert!((place_of(&axis, 15) - place_of(&axis, 10)).abs() < f64::EPSILON);
    assert!(place_of(&axis, 5).abs() < f64::EPSILON && (place_of(&axis, 99) - 1.0).abs() < 1e-9);
}

#[test]
fn a_record_of_one_moment_or_none_has_an_axis() {
    assert!(place_of(&axis(&[7]), 7).abs() < f64::EPSILON);
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
