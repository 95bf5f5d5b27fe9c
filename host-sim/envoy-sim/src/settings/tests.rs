use super::*;

#[test]
fn a_reload_waits_between_the_interval_and_half_as_much_again() {
    let mut random = fastrand::Rng::with_seed(7);
    let waits: Vec<_> = std::iter::repeat_with(|| FailurePolicy::FAIL_RELOAD.reload_interval(&mut random))
        .take(1000)
        .flatten()
        .collect();
    assert!(waits.iter().all(|wait| (1000..1500).contains(&wait.as_millis())));
    assert!(waits.iter().max() > Some(&Duration::from_millis(1450)));
    assert!(waits.iter().min() < Some(&Duration::from_millis(1050)));
}

#[test]
fn the_shortest_and_the_longest_interval_have_no_jitter() {
    let mut random = fastrand::Rng::with_seed(7);
    for base_interval in [Duration::ZERO, Duration::from_millis(1), Duration::from_millis(u64::MAX)] {
        let wait = FailurePolicy::FailReload { base_interval }.reload_interval(&mut random);
        assert!(wait.is_some_and(|wait| wait >= base_interval), "{base_interval:?}");
    }
}

#[test]
fn the_other_policies_never_reload() {
    let mut random = fastrand::Rng::with_seed(7);
    for policy in [FailurePolicy::FailClosed, FailurePolicy::FailOpen, FailurePolicy::LegacyFailOpen] {
        assert_eq!(policy.reload_interval(&mut random), None);
    }
}
