use serde_json::json;

use super::*;

fn shown(unit: &str, decimals: Option<usize>, values: &[f64]) -> Vec<String> {
    let field: Field = serde_json::from_value(json!({"unit": unit, "decimals": decimals})).unwrap();
    values.iter().map(|&value| text(value, &field)).collect()
}

#[test]
fn three_digits_or_as_many_decimals_as_one_wants() {
    let values = [0.0, -0.0, 7.0, 0.4, 12.345, 123.45, 0.012_34, 1_234.0, 10_000.0, -2_500_000.0];
    let three = shown("short", None, &values);
    assert_eq!(three, ["0", "0", "7", "0.400", "12.3", "123", "0.0123", "1.23 K", "10 K", "-2.50 Mil"]);
    assert_eq!(shown("short", Some(0), &[0.4, 0.6]), ["0", "1"]);
}

#[test]
fn thousands_may_have_commas() {
    let values = [0.0, 999.0, 73_812.0, -123_456.0, 1_234_567.8];
    let shown = shown("locale", Some(0), &values);
    assert_eq!(shown, ["0", "999", "73,812", "-123,456", "1,234,568"]);
}

#[test]
fn each_unit_has_its_steps() {
    assert_eq!(shown("percentunit", Some(1), &[0.996, 1.0]), ["99.6%", "100.0%"]);
    assert_eq!(shown("ms", None, &[0.5, 6_128.0, 90_000.0]), ["0.500 ms", "6.13 s", "1.50 min"]);
    assert_eq!(shown("bytes", None, &[512.0, 73.1 * 1_048_576.0]), ["512 B", "73.1 MiB"]);
}

#[test]
fn no_number_is_told() {
    assert_eq!(shown("percentunit", Some(1), &[f64::NAN, f64::INFINITY]), ["NaN", "inf"]);
}
