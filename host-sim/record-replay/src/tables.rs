//! The sums as tables: what stands in them, and not how they are drawn.

use crate::compare::{Both, Comparison, Fate, GroupSums, Hours, ListSums, ShownClient, Sums, TestSums};
use crate::words::{number, seconds, time};
use postscreen_engine::Test;

/// A table: as many cells in each row as there are columns.
pub(crate) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
}

pub(crate) struct Column {
    pub name: &'static str,
    pub kind: ColumnKind,
}

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// What its row is about.
    Head,
    Text,
    Number,
    /// A name, an address, a time.
    Word,
    /// What a client said.
    Said,
    /// What is not certain; most often nothing.
    Doubt,
}

use ColumnKind::{Doubt, Head, Number, Said, Text, Word};

/// How many were served and refused.
pub(crate) fn ends(comparison: &Comparison) -> Table {
    let of = |name: &str, count: fn(&Sums) -> u64| {
        let ends = &comparison.ends;
        vec![name.to_owned(), number(count(&ends.before)), number(count(&ends.after))]
    };
    let rows = vec![
        of("served", |sums| sums.served),
        of("refused", |sums| sums.refused),
        of("left before the verdict", |sums| sums.left),
    ];
    both(comparison, &[("clients", Head), ("before", Number), ("after", Number)], rows)
}

/// Why: every verdict, and the list that it comes of.
pub(crate) fn fates(comparison: &Comparison) -> Table {
    let mut fates: Vec<_> = comparison.fates.iter().collect();
    fates.sort_by_key(|(fate, both)| (fate.ending, std::cmp::Reverse(both.before.max(both.after))));
    let row = |(fate, both): (&Fate, &Both<u64>)| {
        let why = fate.why.clone().unwrap_or_default();
        let end = fate.ending.as_str().to_owned();
        vec![fate.verdict.clone(), why, end, number(both.before), number(both.after)]
    };
    let columns =
        [("verdict", Head), ("list", Word), ("so it is", Text), ("before", Number), ("after", Number)];
    both(comparison, &columns, fates.into_iter().map(row).collect())
}

/// What each list said.
pub(crate) fn lists(comparison: &Comparison) -> Table {
    let row = |(name, sums): (&String, &ListSums)| {
        let quantile = |percent| sums.answer_time.percentile(percent).map_or("-".to_owned(), seconds);
        vec![
            name.clone(),
            number(sums.listed),
            number(sums.not_listed),
            number(sums.timeouts),
            number(sums.errors),
            number(sums.pending),
            quantile(50),
            quantile(95),
            number(sums.alone),
            number(sums.decides.before),
            number(sums.decides.after),
        ]
    };
    let columns = [
        ("list", Head),
        ("listed", Number),
        ("not listed", Number),
        ("no answer", Number),
        ("errors", Number),
        ("too late", Number),
        ("median", Number),
        ("95 %", Number),
        ("alone", Number),
        ("decides before", Number),
        ("after", Number),
    ];
    both(comparison, &columns, comparison.lists.iter().map(row).collect())
}

/// How it went with each test, in the order in which they are made.
pub(crate) fn tests(comparison: &Comparison) -> Table {
    let sums = |test: Test| comparison.tests.get(test.as_str()).map(|sums| (test, sums));
    let row = |(test, sums): (Test, &TestSums)| {
        let counts = [sums.passed, sums.known, sums.failed, sums.ignored, sums.open];
        [test.as_str().to_owned()].into_iter().chain(counts.map(number)).collect()
    };
    let columns = [
        ("test", Head),
        ("passed", Number),
        ("of these earlier", Number),
        ("failed", Number),
        ("ignored", Number),
        ("left before", Number),
    ];
    table(&columns, Test::ALL.into_iter().filter_map(sums).map(row).collect())
}

/// From which verdict to which, those of most clients first.
pub(crate) fn changes(group: &GroupSums) -> Table {
    let mut changes: Vec<_> = group.changes.iter().collect();
    changes.sort_by_key(|(_, change)| std::cmp::Reverse(change.clients));
    let rows = changes.into_iter().map(|((before, after), change)| {
        let doubts: Vec<_> =
            change.doubts.iter().map(|(doubt, clients)| format!("{doubt} ({})", number(*clients))).collect();
        let doubt = match change.doubtful {
            0 => String::new(),
            doubtful => format!("{}: {}", number(doubtful), doubts.join(", ")),
        };
        let after = after.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![number(change.clients), before.to_string(), after, doubt]
    });
    let columns = [("clients", Number), ("before", Text), ("after", Text), ("doubtful", Doubt)];
    filled(&columns, rows.collect())
}

/// Clients, one by one.
pub(crate) fn clients(clients: &[ShownClient]) -> Table {
    let rows = clients.iter().map(|client| {
        let (after, waits) = match &client.after {
            Some((after, waits)) => (after.to_string(), seconds(*waits)),
            None => (String::new(), String::new()),
        };
        vec![
            client.reference.clone(),
            time(client.time),
            client.client.map_or("-".to_owned(), |address| address.to_string()),
            client.helo.clone().unwrap_or_default(),
            client.mail().unwrap_or_default(),
            client.before.to_string(),
            seconds(client.waited),
            after,
            waits,
            client.doubts.join(", "),
        ]
    });
    let columns = [
        ("reference", Head),
        ("time", Word),
        ("client", Word),
        ("helo", Said),
        ("mail", Said),
        ("before", Text),
        ("waited", Number),
        ("after", Text),
        ("waits", Number),
        ("doubt", Doubt),
    ];
    filled(&columns, rows.collect())
}

/// The time, part by part.
pub(crate) fn hours(comparison: &Comparison, hours: &Hours) -> Table {
    let rows = hours.buckets().into_iter().map(|bucket| {
        let (before, after) = (bucket.ends.before, bucket.ends.after);
        let before = [before.served, before.refused, before.left].map(number);
        let after = [after.served, after.refused, after.left]
            .map(|count| if comparison.is_replay() { number(count) } else { String::new() });
        [time(bucket.from)].into_iter().chain(before).chain(after).collect()
    });
    let columns = [
        ("from", Head),
        ("served", Number),
        ("refused", Number),
        ("left", Number),
        ("served after", Number),
        ("refused after", Number),
        ("left after", Number),
    ];
    filled(&columns, rows.collect())
}

/// A table in which "before" and "after" are told apart only if there is an after.
fn both(comparison: &Comparison, columns: &[(&'static str, ColumnKind)], rows: Vec<Vec<String>>) -> Table {
    if comparison.is_replay() {
        return table(columns, rows);
    }
    let mut table = without(columns, rows, &["after"]);
    for column in &mut table.columns {
        column.name = match column.name {
            "before" => "clients",
            "clients" => "so they are",
            "decides before" => "decides",
            name => name,
        };
    }
    table
}

fn table(columns: &[(&'static str, ColumnKind)], rows: Vec<Vec<String>>) -> Table {
    Table { columns: columns.iter().map(|&(name, kind)| Column { name, kind }).collect(), rows }
}

/// A table without the columns in which nothing stands. If there is no after, there is no before either.
fn filled(columns: &[(&'static str, ColumnKind)], rows: Vec<Vec<String>>) -> Table {
    let is_empty = |index: usize| rows.iter().all(|row| row.get(index).is_none_or(String::is_empty));
    let empty: Vec<_> = columns
        .iter()
        .enumerate()
        .filter(|(index, _)| is_empty(*index))
        .map(|(_, (name, _))| *name)
        .collect();
    let mut table = without(columns, rows, &empty);
    for column in
        table.columns.iter_mut().filter(|column| column.name == "before" && empty.contains(&"after"))
    {
        column.name = "verdict";
    }
    table
}

/// A table without the columns of these names.
fn without(columns: &[(&'static str, ColumnKind)], rows: Vec<Vec<String>>, names: &[&str]) -> Table {
    let stays = |index: usize| columns.get(index).is_some_and(|(name, _)| !names.contains(name));
    let rows = rows.into_iter().map(|row| {
        row.into_iter().enumerate().filter(|(index, _)| stays(*index)).map(|(_, cell)| cell).collect()
    });
    let rows = rows.collect();
    let kept: Vec<_> = columns.iter().copied().filter(|(name, _)| !names.contains(name)).collect();
    table(&kept, rows)
}
