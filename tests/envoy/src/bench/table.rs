//! The figures as tables.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

/// CPU time of one kind of client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) what: &'static str,
    /// Of all clients together.
    pub(super) cpu: Duration,
    /// Of as many sessions through a plain TCP proxy.
    pub(super) plain: Duration,
    pub(super) clients: u32,
    /// The design's figure.
    pub(super) goal: &'static str,
}

/// Memory of clients that stay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) what: &'static str,
    pub(super) clients: u32,
    /// More memory in RAM with all of them than without.
    pub(super) resident_kb: u64,
    /// The design's figure.
    pub(super) goal: &'static str,
}

pub(super) fn costs(costs: &[Cost]) -> String {
    let mut table =
        table(&["Envoy's CPU time per client", "clients", "µs", "plain proxy, µs", "ratio", "design"]);
    for cost in costs {
        let ratio = cost.cpu.as_secs_f64() / cost.plain.as_secs_f64();
        table.add_row([
            cost.what.to_owned(),
            cost.clients.to_string(),
            micros_each(cost.cpu, cost.clients),
            micros_each(cost.plain, cost.clients),
            format!("{ratio:.2}"),
            cost.goal.to_owned(),
        ]);
    }
    finished(table)
}

pub(super) fn memory(all: &[Memory]) -> String {
    let mut table = table(&["Envoy's memory per client", "clients", "kB", "design"]);
    for memory in all {
        // Exact enough: a table in kB with one decimal.
        let each = Duration::from_secs(memory.resident_kb).as_secs_f64() / f64::from(memory.clients);
        table.add_row([
            memory.what.to_owned(),
            memory.clients.to_string(),
            format!("{each:.1}"),
            memory.goal.to_owned(),
        ]);
    }
    finished(table)
}

fn micros_each(total: Duration, clients: u32) -> String {
    (total / clients).as_micros().to_string()
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    table
}

fn finished(mut table: Table) -> String {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

#[cfg(test)]
mod tests;
