use super::*;

fn drawn(axis: Axis, values: &[f64]) -> String {
    axis.draw(&values.iter().map(|&value| Some(value)).collect::<Vec<_>>())
}

#[test]
fn a_little_is_more_than_nothing() {
    let axis = Axis::new(0.0, 7.0, false);
    assert_eq!(drawn(axis, &[0.0, 0.01, 1.0, 2.0, 3.5, 6.9, 7.0, 9.0]), "▁▂▂▃▅███");
}

#[test]
fn where_there_is_no_value_there_is_no_block() {
    assert_eq!(Axis::new(0.0, 1.0, false).draw(&[Some(1.0), None, Some(0.0)]), "█ ▁");
}

#[test]
fn ten_times_as_much_may_be_one_step_more() {
    assert_eq!(drawn(Axis::new(0.0, 9_999.0, true), &[0.0, 9.0, 99.0, 999.0, 9_999.0]), "▁▃▅▇█");
}

#[test]
fn what_never_changes_is_low() {
    assert_eq!(drawn(Axis::new(5.0, 5.0, false), &[5.0, 5.0]), "▁▁");
}
