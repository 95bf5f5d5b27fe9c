//! A bar for each series; in place of a cake as well, where it says how much of all it is.

use super::{Answer, NO_DATA, number};
use crate::monitoring::dashboard::{Panel, PanelKind};

const LEGEND_WIDTH: usize = 29;
const BAR_WIDTH: u32 = 60;
/// In eighths.
const ENDS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

pub(super) fn draw(panel: &Panel, answers: &[Answer<'_>]) -> Vec<String> {
    let mut drawing = vec![panel.title.clone()];
    let bars: Vec<_> = answers
        .iter()
        .flat_map(|answer| answer.series.iter().map(|series| (answer.query.legend_of(series), series.last())))
        .filter_map(|(legend, value)| Some((legend, value.filter(|value| value.is_finite())?)))
        .collect();
    if bars.is_empty() {
        drawing.push(format!("  {NO_DATA}"));
    }
    let all: f64 = bars.iter().map(|(_, value)| value).sum();
    let greatest = bars.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    for (legend, value) in bars {
        let field = panel.fields.of(&legend);
        let mut text = number::text(value, field);
        if panel.kind == PanelKind::PieChart {
            text = format!("{text} {:.0}%", 100.0 * value / all);
        }
        let bar = bar(value / field.max.unwrap_or(greatest));
        let bar = format!("{bar:<width$}", width = BAR_WIDTH as usize);
        drawing.push(format!("  {legend:<LEGEND_WIDTH$} {bar} {text}"));
    }
    drawing
}

fn bar(share: f64) -> String {
    let eighths =
        (0..=8 * BAR_WIDTH).rfind(|&eighths| f64::from(eighths) <= share * f64::from(8 * BAR_WIDTH));
    let eighths = eighths.unwrap_or_default() as usize;
    "█".repeat(eighths / 8) + ENDS[eighths % 8]
}
