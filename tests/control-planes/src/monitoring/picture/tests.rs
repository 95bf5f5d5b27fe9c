//! Panels with made-up answers: the time shown is a minute, so a column is a second.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::*;
use crate::monitoring::prometheus::Point;

mod numbers;
mod over_time;

/// A series: its labels, and its value in so many columns each.
type Made<'a> = (&'a [(&'a str, &'a str)], &'a [(usize, f64)]);

/// What a page has for a panel, with one answer for each of its queries. It begins with an empty line.
fn drawn(panel: &Value, answers: &[&[Made<'_>]]) -> String {
    let panel = Dashboard::of(&json!({"panels": [panel]})).unwrap().panels.remove(0);
    let begin = SystemTime::UNIX_EPOCH;
    let shown = TimeShown::new(begin, begin + Duration::from_mins(1));
    let answers: Vec<_> = panel
        .queries
        .iter()
        .zip(answers)
        .map(|(query, made)| Answer { query, series: made.iter().map(series).collect() })
        .collect();
    let mut page = Page(vec![String::new()]);
    page.add(&panel, &answers, &shown);
    assert!(page.0.iter().all(|line| line.chars().count() <= WIDTH), "{:#?}", page.0);
    page.0.join("\n") + "\n"
}

fn series((labels, values): &Made<'_>) -> Series {
    let labels = labels.iter().map(|&(label, value)| (label.to_owned(), value.to_owned())).collect();
    let values = values.iter().flat_map(|&(times, value)| std::iter::repeat_n(value, times));
    let points = (1_u32..).zip(values).map(|(at, value)| Point { at: f64::from(at), value });
    Series { labels, points: points.collect() }
}

fn targets(expr: &[&str]) -> Value {
    let letters = ["A", "B", "C", "D"];
    let target =
        |(letter, legend): (&str, &&str)| json!({"refId": letter, "expr": "a", "legendFormat": legend});
    letters.into_iter().zip(expr).map(target).collect()
}
