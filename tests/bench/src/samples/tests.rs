use super::*;

fn samples(figures: &[f64]) -> Samples {
    figures.iter().copied().collect()
}

#[test]
fn the_median_is_the_middle_one_in_any_order() {
    let summary = samples(&[5.0, 1.0, 9.0, 2.0, 3.0]).summary().unwrap();
    assert_eq!(summary, Summary { median: 3.0, min: 1.0, max: 9.0 });
}

#[test]
fn of_an_even_number_it_is_between_the_two_in_the_middle() {
    let summary = samples(&[4.0, 1.0, 2.0, 8.0]).summary().unwrap();
    assert_eq!(summary, Summary { median: 3.0, min: 1.0, max: 8.0 });
    assert_eq!(samples(&[7.0]).summary().unwrap(), Summary { median: 7.0, min: 7.0, max: 7.0 });
}

#[test]
fn nothing_is_no_summary_and_neither_is_a_division_by_nothing() {
    assert_eq!(Samples::default().summary(), None);
    assert_eq!(samples(&[1.0]).over(&samples(&[0.0])).summary(), None);
}

#[test]
fn ratios_are_taken_round_by_round_and_not_of_the_medians() {
    // The second round was disturbed, both figures alike.
    let ratios = samples(&[10.0, 40.0, 12.0]).over(&samples(&[5.0, 20.0, 8.0]));
    assert_eq!(ratios, samples(&[2.0, 2.0, 1.5]));
    assert_eq!(ratios.summary().unwrap(), Summary { median: 2.0, min: 1.5, max: 2.0 });
}

#[test]
fn a_round_that_only_one_side_has_is_left_out() {
    assert_eq!(samples(&[6.0, 7.0]).over(&samples(&[3.0])), samples(&[2.0]));
}
