//! Series in the course of time: what each is called, how it goes, its least, last and greatest value.

use super::sparkline::Axis;
use super::{Answer, NO_DATA, number};
use crate::monitoring::dashboard::{Field, Panel};
use crate::monitoring::prometheus::Series;
use crate::monitoring::time_shown::{COLUMNS, TimeShown};

/// A longer one has a line of its own.
const LEGEND_WIDTH: usize = 29;
const HEADING_WIDTH: usize = LEGEND_WIDTH + COLUMNS as usize + 3;

/// A series.
struct Line {
    legend: String,
    /// One for each column.
    values: Vec<Option<f64>>,
}

pub(super) fn draw(panel: &Panel, answers: &[Answer<'_>], shown: &TimeShown) -> Vec<String> {
    let lines: Vec<_> = answers
        .iter()
        .flat_map(|answer| answer.series.iter().map(|series| (answer.query.legend_of(series), series)))
        .map(|(legend, series)| Line { legend, values: by_column(series, shown) })
        .filter(|line| line.values.iter().any(Option::is_some))
        .collect();
    let heading = heading(panel);
    if lines.is_empty() {
        return vec![heading, format!("  {NO_DATA}")];
    }
    let mut drawing = vec![format!("{heading:<HEADING_WIDTH$} {:>8} {:>8} {:>8}", "min", "last", "max")];
    for line in &lines {
        let values: Vec<f64> = line.values.iter().copied().flatten().collect();
        let field = panel.fields.of(&line.legend);
        let [min, last, max] = [
            values.iter().copied().fold(f64::INFINITY, f64::min),
            values.last().copied().unwrap_or(f64::NAN),
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ]
        .map(|value| number::text(value, field));
        let mut legend = line.legend.as_str();
        if legend.chars().count() > LEGEND_WIDTH {
            drawing.push(format!("  {legend}"));
            legend = "";
        }
        let blocks = axis(panel, field, &lines).draw(&line.values);
        drawing.push(format!("  {legend:<LEGEND_WIDTH$} {blocks} {min:>8} {last:>8} {max:>8}"));
    }
    drawing
}

/// The title, and what is to be known of the axis.
fn heading(panel: &Panel) -> String {
    let field = panel.fields.default_field();
    let mut words = vec![panel.title.clone()];
    words.extend(field.axis().map(str::to_owned));
    words.extend(field.is_stacked().then(|| "stacked".to_owned()));
    words.extend(field.is_logarithmic().then(|| "logarithmic".to_owned()));
    words.extend(field.lines().map(|(at, colour)| format!("{colour} line at {}", number::text(at, field))));
    words.join(" | ")
}

/// The value in each column; none is what is not a number.
fn by_column(series: &Series, shown: &TimeShown) -> Vec<Option<f64>> {
    let half = shown.step().as_secs_f64() / 2.0;
    let value = |time: f64| {
        let point = series.points.iter().find(|point| (point.at - time).abs() < half)?;
        Some(point.value).filter(|value| value.is_finite())
    };
    shown.times().map(value).collect()
}

/// One for all of a unit, so that they can be compared.
fn axis(panel: &Panel, field: &Field, lines: &[Line]) -> Axis {
    let alike = || lines.iter().filter(|line| panel.fields.of(&line.legend).unit == field.unit);
    let values = || alike().flat_map(|line| line.values.iter().copied().flatten());
    let low = field.min.unwrap_or_else(|| values().fold(f64::INFINITY, f64::min));
    let high = field.max.unwrap_or_else(|| values().fold(low, f64::max));
    Axis::new(low, high, field.is_logarithmic())
}
