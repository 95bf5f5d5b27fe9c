//! A table: a row for each set of labels, a column for each label and for each query.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::{Answer, NO_DATA, WIDTH, number};
use crate::monitoring::dashboard::Panel;

/// Values by their columns.
type Row = BTreeMap<String, f64>;

pub(super) fn draw(panel: &Panel, answers: &[Answer<'_>]) -> Vec<String> {
    let mut rows = BTreeMap::<BTreeMap<String, String>, Row>::new();
    let mut columns = Vec::new();
    for Answer { query, series } in answers {
        let column = panel.columns.name(&format!("Value #{}", query.letter)).to_owned();
        for series in series {
            let row = rows.entry(series.labels.clone()).or_default();
            row.extend(series.last().map(|value| (column.clone(), value)));
        }
        if !series.is_empty() {
            columns.push(column);
        }
    }
    if rows.is_empty() {
        return vec![panel.title.clone(), format!("  {NO_DATA}")];
    }
    let labels: BTreeSet<_> = rows.keys().flat_map(BTreeMap::keys).cloned().collect();
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(WIDTH).unwrap_or(u16::MAX));
    let header =
        labels.iter().map(|label| panel.columns.name(label)).chain(columns.iter().map(String::as_str));
    table.set_header(header);
    for column in table.column_iter_mut().skip(labels.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (of, row) in sorted(panel, rows) {
        let names = labels.iter().map(|label| of.get(label).cloned().unwrap_or_default());
        table
            .add_row(names.chain(columns.iter().map(|column| cell(panel, column, row.get(column).copied()))));
    }
    std::iter::once(panel.title.clone()).chain(table.trim_fmt().lines().map(str::to_owned)).collect()
}

/// As the panel wants them. What has no value comes last.
fn sorted(
    panel: &Panel,
    rows: BTreeMap<BTreeMap<String, String>, Row>,
) -> Vec<(BTreeMap<String, String>, Row)> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    if let Some((column, descending)) = &panel.columns.sorted_by {
        let sign = if *descending { -1.0 } else { 1.0 };
        let key = |row: &Row| row.get(column).map_or(f64::INFINITY, |value| sign * value);
        rows.sort_by(|(_, one), (_, other)| key(one).total_cmp(&key(other)));
    }
    rows
}

fn cell(panel: &Panel, column: &str, value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    let field = panel.fields.of(column);
    let colour = field.colour(value).filter(|_| field.colours_cells());
    let text = number::text(value, field);
    colour.map_or(text.clone(), |colour| format!("{text} {colour}"))
}
