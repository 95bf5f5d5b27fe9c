use serde_json::json;

use super::*;

fn answered(kind: &str, result: &Value) -> Result<Vec<Series>> {
    Series::read(&json!({"status": "success", "data": {"resultType": kind, "result": result}}))
}

#[test]
fn a_moment_has_one_value_and_a_time_has_many() {
    let moment = json!([{"metric": {"zone": "bl.test"}, "value": [7.5, "42"]}]);
    let moment = answered("vector", &moment).unwrap();
    assert_eq!(moment[0].labels["zone"], "bl.test");
    assert_eq!(moment[0].points, [Point { at: 7.5, value: 42.0 }]);
    let time = json!([{"metric": {}, "values": [[1, "0.5"], [2, "1"]]}]);
    assert_eq!(answered("matrix", &time).unwrap()[0].last(), Some(1.0));
}

#[test]
fn what_is_not_a_number_is_kept() {
    let values = json!([{"metric": {}, "values": [[1, "NaN"], [2, "+Inf"]]}]);
    let points = answered("matrix", &values).unwrap().remove(0).points;
    assert!(points[0].value.is_nan() && points[1].value.is_infinite());
}

#[test]
fn a_scalar_is_none_of_them() {
    let error = answered("scalar", &json!([1, "2"])).unwrap_err();
    assert_eq!(error.to_string(), "a \"scalar\" has no series");
}

#[test]
fn an_alert_is_firing_or_pending() {
    let labels = json!({"alertname": "A", "instance": "mx1"});
    let alert = |state: &str| json!({"labels": labels, "state": state, "value": "1e+00"});
    let answer = json!({"data": {"alerts": [alert("firing"), alert("pending")]}});
    let alerts = Alert::read(&answer).unwrap();
    assert_eq!(alerts.iter().map(|alert| alert.firing).collect::<Vec<_>>(), [true, false]);
    assert_eq!((alerts[0].name.as_str(), alerts[0].labels["instance"].as_str()), ("A", "mx1"));
}
