use super::*;
use crate::context::sample;

fn written(kind: ValueKind, value: &str, stressed: &str) -> Option<Value> {
    let (setting, mut context) = sample("postscreen_greet_wait", value);
    read(kind, &setting, stressed, &mut context).ok().map(|written| written.value)
}

#[test]
fn times_have_the_parameter_s_unit() {
    for (unit, value, expected) in [
        ('s', "6", Some("6s")),
        ('d', "2", Some("172800s")),
        ('d', "2s", Some("2s")),
        ('h', "5mh", Some("300s")),
        ('h', "1H", Some("3600s")),
        ('s', "1w and more", Some("604800s")),
        ('s', "6x", None),
        ('s', "", None),
        ('s', "-1s", None),
        ('s', "1 s", None),
    ] {
        assert_eq!(written(ValueKind::Time(unit), value, ""), expected.map(|text| json!(text)), "{value}");
    }
}

#[test]
fn a_time_that_is_shorter_under_stress_keeps_both_values() {
    assert_eq!(written(ValueKind::StressTime('s'), "4s", "1s"), Some(json!("${stress?{1}:{4}}s")));
    assert_eq!(written(ValueKind::StressTime('s'), "4s", "4"), Some(json!("4s")));
    assert_eq!(written(ValueKind::StressTime('s'), "4s", "x"), None);
}

#[test]
fn flags_and_numbers() {
    assert_eq!(written(ValueKind::Flag, "Yes", ""), Some(json!(true)));
    assert_eq!(written(ValueKind::Flag, "no", ""), Some(json!(false)));
    assert_eq!(written(ValueKind::Flag, "true", ""), None);
    assert_eq!(written(ValueKind::Number, "-3", ""), Some(json!(-3)));
    assert_eq!(written(ValueKind::Number, "3x", ""), None);
}
