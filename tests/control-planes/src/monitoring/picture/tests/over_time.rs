use super::*;

#[test]
fn lines_have_one_axis_and_numbers_in_the_unit_of_each() {
    let panel = json!({
        "type": "timeseries", "title": "Clients",
        "fieldConfig": {
            "defaults": {
                "unit": "short", "min": 0,
                "custom": {"axisLabel": "a minute", "stacking": {"mode": "normal"}},
            },
            "overrides": [{"matcher": {"id": "byName", "options": "memory"},
                           "properties": [{"id": "unit", "value": "bytes"}]}],
        },
        "targets": targets(&["served", "refused: {{test}}", "memory", "nobody"]),
    });
    let answers: [&[Made<'_>]; 4] = [
        &[(&[], &[(20, 0.0), (20, 2.0), (20, 4.5)])],
        &[
            (&[("test", "pregreet")], &[(30, f64::NAN), (30, 9.0)]),
            (&[("test", "a long name of a test")], &[(59, 1.0)]),
        ],
        &[(&[], &[(60, 4.0)])],
        &[],
    ];
    assert_eq!(
        drawn(&panel, &answers),
        r"
Clients | a minute | stacked                                                                      min     last      max
  served                        ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅        0     4.50     4.50
  refused: pregreet                                           ██████████████████████████████        9        9        9
  refused: a long name of a test
                                ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂         1        1        1
  memory                        ████████████████████████████████████████████████████████████      4 B      4 B      4 B
"
    );
}

#[test]
fn an_axis_can_be_logarithmic_and_have_lines() {
    let panel = json!({
        "type": "timeseries", "title": "Held",
        "fieldConfig": {"defaults": {
            "unit": "ms",
            "custom": {
                "scaleDistribution": {"type": "log", "log": 10}, "thresholdsStyle": {"mode": "line"},
            },
            "thresholds": {"steps": [{"color": "transparent", "value": null}, {"color": "red", "value": 5000}]},
        }},
        "targets": targets(&["half"]),
    });
    assert_eq!(
        drawn(&panel, &[&[(&[], &[(15, 1.0), (15, 12.5), (15, 150.0), (15, 6_125.0)])]]),
        r"
Held | logarithmic | red line at 5 s                                                              min     last      max
  half                          ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅███████████████     1 ms   6.12 s   6.12 s
"
    );
}

#[test]
fn without_a_number_there_is_no_data() {
    let panel = json!({"type": "timeseries", "title": "Answers", "targets": targets(&["listed", "not"])});
    assert_eq!(
        drawn(&panel, &[&[(&[], &[(60, f64::NAN)])], &[]]),
        r"
Answers
  no data
"
    );
}
