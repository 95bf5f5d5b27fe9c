use super::*;

fn stat(no_value: Option<&str>) -> Value {
    json!({
        "type": "stat", "title": "Refused",
        "fieldConfig": {"defaults": {
            "unit": "percentunit", "decimals": 1, "noValue": no_value,
            "thresholds": {"steps": [{"color": "green", "value": null}, {"color": "orange", "value": 0.95}]},
        }},
        "targets": targets(&["{{instance}}"]),
    })
}

#[test]
fn a_number_has_its_colour() {
    let one: Made<'_> = (&[("instance", "mx1")], &[(1, 0.996)]);
    let other: Made<'_> = (&[("instance", "mx2")], &[(1, 0.5)]);
    assert_eq!(
        drawn(&stat(None), &[&[one]]),
        r"
Refused                                         99.6%  orange
"
    );
    assert_eq!(
        drawn(&stat(None), &[&[one, other]]),
        r"
Refused
  mx1                                           99.6%  orange
  mx2                                           50.0%  green
"
    );
}

#[test]
fn no_number_may_have_a_word_of_its_own() {
    assert_eq!(
        drawn(&stat(None), &[&[]]),
        r"
Refused                                       no data
"
    );
    assert_eq!(
        drawn(&stat(Some("nobody came")), &[&[]]),
        r"
Refused                                   nobody came
"
    );
}

#[test]
fn a_table_joins_what_has_the_same_labels() {
    let panel = json!({
        "type": "table", "title": "Lists",
        "fieldConfig": {
            "defaults": {"unit": "short", "decimals": 0},
            "overrides": [
                {"matcher": {"id": "byName", "options": "No answer"}, "properties": [
                    {"id": "unit", "value": "percentunit"}, {"id": "decimals", "value": 1},
                    {"id": "custom.cellOptions", "value": {"type": "color-text"}},
                    {"id": "thresholds", "value": {"steps": [
                        {"color": "green", "value": null}, {"color": "red", "value": 0.5},
                    ]}},
                ]},
                {"matcher": {"id": "byName", "options": "Half within"},
                 "properties": [{"id": "unit", "value": "ms"}]},
            ],
        },
        "options": {"sortBy": [{"displayName": "Listed", "desc": true}]},
        "targets": targets(&["", "", ""]),
        "transformations": [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"renameByName": {
                "zone": "List", "Value #A": "Listed", "Value #B": "No answer", "Value #C": "Half within"}}},
        ],
    });
    let [bl, wl, xl] = [&[("zone", "bl.test")], &[("zone", "wl.test")], &[("zone", "xl.test")]];
    let answers: [&[Made<'_>]; 3] = [
        &[(bl, &[(1, 12.0)]), (wl, &[(1, 3.0)]), (xl, &[(1, 700.0)])],
        &[(bl, &[(1, 0.004)]), (wl, &[(1, f64::NAN)]), (xl, &[(1, 0.75)])],
        &[(bl, &[(1, 6.0)]), (xl, &[(1, 9_000.0)])],
    ];
    assert_eq!(
        drawn(&panel, &answers),
        r"
Lists
 List     Listed   No answer  Half within
 xl.test     700   75.0% red          9 s
 bl.test      12  0.4% green         6 ms
 wl.test       3   NaN green
"
    );
    assert_eq!(
        drawn(&panel, &[&[], &[], &[]]),
        r"
Lists
  no data
"
    );
}

#[test]
fn bars_are_as_long_as_their_values() {
    let mut panel = json!({"type": "bargauge", "title": "Tests", "targets": targets(&["{{test}}"])});
    let answers: &[Made<'_>] = &[
        (&[("test", "dnsbl")], &[(1, 30.0)]),
        (&[("test", "pregreet")], &[(1, 9.75)]),
        (&[("test", "bare_newline")], &[(1, 0.0)]),
    ];
    assert_eq!(
        drawn(&panel, &[answers]),
        r"
Tests
  dnsbl                         ████████████████████████████████████████████████████████████ 30
  pregreet                      ███████████████████▌                                         9.75
  bare_newline                                                                               0
"
    );
    panel["type"] = json!("piechart");
    assert_eq!(
        drawn(&panel, &[answers]),
        r"
Tests
  dnsbl                         ████████████████████████████████████████████████████████████ 30 75%
  pregreet                      ███████████████████▌                                         9.75 25%
  bare_newline                                                                               0 0%
"
    );
    assert_eq!(
        drawn(&panel, &[&[]]),
        r"
Tests
  no data
"
    );
}

#[test]
fn a_row_is_a_heading() {
    let text = drawn(&json!({"type": "row", "title": "Lists", "panels": [stat(None)]}), &[]);
    assert!(text.contains("\n== Lists ==="), "{text}");
}
