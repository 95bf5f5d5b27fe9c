//! The dashboard as text, from what Prometheus answers: for whoever looks at it without Grafana.
//!
//! Each series is a line with a column for each step of the time shown. Numbers are those that Grafana would show.

mod bars;
mod lines;
mod number;
mod sparkline;
mod stat;
mod table;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::dashboard::{Dashboard, Panel, PanelKind, Query, VARIABLES};
use super::prometheus::{Prometheus, Series};
use super::time_shown::TimeShown;

/// Columns of the page.
const WIDTH: usize = 120;
const NO_DATA: &str = "no data";

/// A query, and what was found.
#[derive(Clone, Debug)]
struct Answer<'a> {
    query: &'a Query,
    series: Vec<Series>,
}

/// Writes it to a file.
pub async fn write(
    file: &Path,
    dashboard: &Dashboard,
    prometheus: &Prometheus,
    shown: &TimeShown,
) -> Result<()> {
    let text = take(dashboard, prometheus, shown).await?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Asks every query, and draws every panel.
pub async fn take(dashboard: &Dashboard, prometheus: &Prometheus, shown: &TimeShown) -> Result<String> {
    let mut page = Page::begin(&dashboard.title, shown);
    for panel in &dashboard.panels {
        let mut answers = Vec::new();
        for query in &panel.queries {
            let expr = query.filled_in(shown);
            let series = if panel.kind == PanelKind::TimeSeries {
                prometheus.query_range(&expr, shown).await?
            } else {
                prometheus.query_at(&expr, shown.end()).await?
            };
            answers.push(Answer { query, series });
        }
        page.add(panel, &answers, shown);
    }
    Ok(page.0.join("\n") + "\n")
}

/// Its lines so far.
#[derive(Debug)]
struct Page(Vec<String>);

impl Page {
    fn begin(title: &str, shown: &TimeShown) -> Self {
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let times = format!(
            "{}, a column is {}, rates are over {}",
            seconds(shown.length()),
            seconds(shown.step()),
            seconds(shown.rate_interval())
        );
        let variables = VARIABLES.map(|(name, value)| format!("{name} {value}")).join("  ");
        Self(vec![title.to_owned(), times, variables])
    }

    /// Numbers stand below each other; everything else is apart.
    fn add(&mut self, panel: &Panel, answers: &[Answer<'_>], shown: &TimeShown) {
        match panel.kind {
            PanelKind::Row => {
                let rule = "=".repeat(WIDTH.saturating_sub(panel.title.chars().count() + 4));
                self.0.extend([String::new(), format!("== {} {rule}", panel.title), String::new()]);
            }
            PanelKind::Stat | PanelKind::Gauge => self.0.extend(stat::draw(panel, answers)),
            PanelKind::TimeSeries => self.add_apart(&lines::draw(panel, answers, shown)),
            PanelKind::Table => self.add_apart(&table::draw(panel, answers)),
            PanelKind::BarGauge | PanelKind::PieChart => self.add_apart(&bars::draw(panel, answers)),
        }
    }

    fn add_apart(&mut self, lines: &[String]) {
        if self.0.last().is_some_and(|line| !line.is_empty()) {
            self.0.push(String::new());
        }
        self.0.extend(lines.iter().map(|line| line.trim_end().to_owned()));
    }
}

#[cfg(test)]
mod tests;
