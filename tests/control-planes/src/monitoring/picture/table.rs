//! A table: a row for each set of labels, a column for each label and for each query.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use super::{Answer, NO_DATA, WIDTH, number};
use crate::monitoring::dashboard::Panel;

/// Blanks around a cell.
const PADDING: u16 = 2;

/// What it is about, and its values by their columns.
type Row = (BTreeMap<String, String>, BTreeMap<String, f64>);

pub(super) fn draw(panel: &Panel, answers: &[Answer<'_>]) -> Vec<String> {
    let rows = rows(panel, answers);
    if rows.is_empty() {
        return vec![panel.title.clone(), format!("  {NO_DATA}")];
    }
    let labels: BTreeSet<_> = rows.iter().flat_map(|(labels, _)| labels.keys()).collect();
    let asked = answers.iter().filter(|answer| !answer.series.is_empty());
    let columns: Vec<_> = asked.map(|answer| column(panel, answer)).collect();
    let mut table = Table::new();
    let header = labels.iter().map(|label| panel.columns.name(label));
    table.load_style(NOTHING).set_header(header.chain(columns.iter().map(String::as_str)));
    for (of, values) in &rows {
        let names = labels.iter().map(|&label| of.get(label).cloned().unwrap_or_default());
        let values = columns.iter().map(|column| cell(panel, column, values.get(column).copied()));
        table.add_row(names.chain(values));
    }
    for column in table.column_iter_mut().skip(labels.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    fit(&mut table);
    std::iter::once(panel.title.clone()).chain(table.trim_fmt().lines().map(str::to_owned)).collect()
}

/// As the panel wants them sorted. What has no value comes last.
fn rows(panel: &Panel, answers: &[Answer<'_>]) -> Vec<Row> {
    let mut rows = BTreeMap::<_, BTreeMap<_, _>>::new();
    for answer in answers {
        for series in &answer.series {
            let values = rows.entry(series.labels.clone()).or_default();
            values.extend(series.last().map(|value| (column(panel, answer), value)));
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    if let Some((column, descending)) = &panel.columns.sorted_by {
        let sign = if *descending { -1.0 } else { 1.0 };
        let key = |(_, values): &Row| values.get(column).map_or(f64::INFINITY, |value| sign * value);
        rows.sort_by(|one, other| key(one).total_cmp(&key(other)));
    }
    rows
}

/// What the values of a query are called.
fn column(panel: &Panel, answer: &Answer<'_>) -> String {
    panel.columns.name(&format!("Value #{}", answer.query.letter)).to_owned()
}

fn cell(panel: &Panel, column: &str, value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    let field = panel.fields.of(column);
    let colour = field.colour(value).filter(|_| field.colours_cells());
    let text = number::text(value, field);
    colour.map_or(text.clone(), |colour| format!("{text} {colour}"))
}

/// To the width of the page. Headings may have more lines than one, and nothing else.
fn fit(table: &mut Table) {
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(WIDTH).unwrap_or(u16::MAX));
    for place in 0..table.column_count() {
        let cells = table.column_cells_iter(place).flatten();
        let longest = cells.map(|cell| cell.content().chars().count()).max().unwrap_or_default();
        let least = u16::try_from(longest).unwrap_or(u16::MAX).saturating_add(PADDING);
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
}
