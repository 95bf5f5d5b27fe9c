use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::*;
use crate::monitoring::TimeShown;
use crate::monitoring::prometheus::Series;

fn shipped() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join(FOLDER).join("postscreen-dashboard.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn our_panels() -> Vec<Panel> {
    Dashboard::of(&shipped()).unwrap().panels
}

fn panel(panel: &Value) -> Panel {
    Dashboard::of(&json!({"panels": [panel]})).unwrap().panels.remove(0)
}

#[test]
fn variables_and_panels_are_found_in_closed_rows_too() {
    let dashboard = Dashboard::of(&json!({
        "title": "Doors",
        "templating": {"list": [
            {"name": "zone", "query": {"query": "label_values(a_total{job=~\"$job\"}, zone)"}},
            {"name": "limit", "query": "10"},
        ]},
        "panels": [{"type": "row", "title": "Row", "panels": [
            {"type": "stat", "title": "Inner", "description": "What is normal.",
             "targets": [{"refId": "A", "expr": "sum(b)", "legendFormat": "all"}]},
        ]}],
    }))
    .unwrap();
    let names: Vec<_> = dashboard.queries().map(|query| query.name.as_str()).collect();
    assert_eq!(names, ["$zone", "\"Inner\" A"]);
    assert_eq!(dashboard.variables[0].expr, "a_total{job=~\"$job\"}");
    let kinds: Vec<_> = dashboard.panels.iter().map(|panel| panel.kind).collect();
    assert_eq!(kinds, [PanelKind::Row, PanelKind::Stat]);
    assert_eq!(dashboard.panels[1].description, "What is normal.");
}

#[test]
fn what_a_picture_does_not_know_is_an_error() {
    let unit = json!({"panels": [{"type": "stat", "title": "A", "fieldConfig": {"defaults": {"unit": "furlongs"}},
                                  "targets": [{"refId": "A", "expr": "a"}]}]});
    let error = format!("{:#}", Dashboard::of(&unit).unwrap_err());
    assert!(error.starts_with("the panel \"A\": unknown variant `furlongs`"), "{error}");
    let kind = json!({"panels": [{"type": "heatmap", "title": "B"}]});
    let error = format!("{:#}", Dashboard::of(&kind).unwrap_err());
    assert!(error.starts_with("the panel \"B\": unknown variant `heatmap`"), "{error}");
}

#[test]
fn a_query_gets_the_time_that_is_shown() {
    let query = Query {
        letter: "A".to_owned(),
        name: String::new(),
        expr: "rate(a{job=~\"$job\"}[$__rate_interval]) + increase(b[$__range]) > $pre_queue_limit"
            .to_owned(),
        legend: Some("{{zone}}: {{answer}}".to_owned()),
    };
    let filled_in = |length| {
        let begin = SystemTime::UNIX_EPOCH;
        query.filled_in(&TimeShown::new(begin, begin + Duration::from_secs(length)))
    };
    assert_eq!(filled_in(90), "rate(a{job=~\".*\"}[30s]) + increase(b[90s]) > 10000");
    assert_eq!(filled_in(86_400), "rate(a{job=~\".*\"}[1441s]) + increase(b[86400s]) > 10000");
    let labels = [("zone", "bl.test"), ("answer", "listed")];
    let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned()));
    let series = Series { labels: BTreeMap::from(labels), points: Vec::new() };
    assert_eq!(query.legend_of(&series), "bl.test: listed");
    assert_eq!(Query { legend: None, ..query }.legend_of(&series), r#"{answer="listed", zone="bl.test"}"#);
}

#[test]
fn an_override_is_for_the_series_of_its_name() {
    let panel = panel(&json!({
        "type": "timeseries", "title": "A",
        "fieldConfig": {
            "defaults": {"unit": "percentunit", "max": 1,
                         "custom": {"axisLabel": "shares", "stacking": {"mode": "normal"}},
                         "thresholds": {"steps": [{"color": "green", "value": null}, {"color": "red", "value": 0.5}]}},
            "overrides": [{"matcher": {"id": "byName", "options": "b"},
                           "properties": [{"id": "unit", "value": "short"},
                                          {"id": "custom.scaleDistribution", "value": {"type": "symlog", "log": 10}}]}],
        },
        "targets": [{"refId": "A", "expr": "a"}],
    }));
    let (other, field) = (panel.fields.of("a"), panel.fields.of("b"));
    assert_eq!((other.unit, field.unit), (Unit::PercentUnit, Unit::Short));
    assert_eq!((other.is_logarithmic(), field.is_logarithmic()), (false, true));
    assert_eq!((field.axis(), field.is_stacked()), (Some("shares"), true));
    assert_eq!([0.49, 0.5].map(|value| field.colour(value)), [Some("green"), Some("red")]);
}

#[test]
fn every_override_of_ours_is_about_something_that_there_is() {
    for panel in our_panels() {
        let columns = panel.columns.names.values().cloned();
        let names: BTreeSet<_> =
            panel.queries.iter().filter_map(|query| query.legend.clone()).chain(columns).collect();
        for name in panel.fields.names() {
            assert!(names.contains(name), "{:?} has nothing called {name:?}", panel.title);
        }
    }
}

#[test]
fn every_panel_of_ours_says_what_is_normal() {
    for panel in our_panels().iter().filter(|panel| panel.kind != PanelKind::Row) {
        assert!(!panel.description.is_empty(), "{:?} has no description", panel.title);
        assert!(!panel.queries.is_empty(), "{:?} asks nothing", panel.title);
    }
}

#[test]
fn a_variable_of_ours_has_the_value_that_it_has_at_first() {
    for variable in shipped()["templating"]["list"].as_array().unwrap() {
        let name = format!("${}", variable["name"].as_str().unwrap());
        let first = match variable["type"].as_str().unwrap() {
            "query" => &variable["allValue"],
            "textbox" => &variable["query"],
            _ => continue,
        };
        let value = VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(value, first.as_str(), "{name}");
    }
}
