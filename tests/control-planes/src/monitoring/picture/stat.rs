//! One number, with the colour that it has.

use super::{Answer, NO_DATA, number};
use crate::monitoring::dashboard::{Field, Panel};

const TITLE_WIDTH: usize = 40;

pub(super) fn draw(panel: &Panel, answers: &[Answer<'_>]) -> Vec<String> {
    let all = || answers.iter().flat_map(|answer| answer.series.iter().map(|series| (answer.query, series)));
    match (all().count(), all().next()) {
        (1, Some((query, series))) => {
            let field = panel.fields.of(&query.legend_of(series));
            vec![line(&panel.title, series.last(), field)]
        }
        (0, _) | (_, None) => vec![line(&panel.title, None, panel.fields.default_field())],
        _ => {
            let lines = all().map(|(query, series)| {
                let legend = query.legend_of(series);
                line(&format!("  {legend}"), series.last(), panel.fields.of(&legend))
            });
            std::iter::once(panel.title.clone()).chain(lines).collect()
        }
    }
}

fn line(title: &str, value: Option<f64>, field: &Field) -> String {
    let text = match value {
        Some(value) => number::text(value, field),
        None => field.no_value.clone().unwrap_or_else(|| NO_DATA.to_owned()),
    };
    let colour = value.and_then(|value| field.colour(value)).unwrap_or_default();
    format!("{title:<TITLE_WIDTH$} {text:>12}  {colour}").trim_end().to_owned()
}
