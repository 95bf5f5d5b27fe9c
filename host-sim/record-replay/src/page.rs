//! The comparison as an HTML page: totals, who fares otherwise, who was refused and why, over time, per list and test.

mod chart;

use crate::compare::{Comparison, Group, GroupSums};
use crate::read::Reading;
use crate::tables::{self, ColumnKind, Table};
use crate::words::{clients, number, policies, records, span, span_of};
use page_frame::{Page, escape};
use std::fmt::Write as _;

/// What the style of this page has beyond that of all pages.
const STYLE: &str = include_str!("page/style.css");

/// One part of the page.
struct Section {
    /// Its anchor.
    id: &'static str,
    title: String,
    /// What its line in the contents has beyond the title.
    about: String,
    /// As HTML.
    body: String,
}

/// The whole page.
pub fn page(comparison: &Comparison, reading: &Reading) -> String {
    let sections = sections(comparison);
    let mut body = header(comparison, reading, &sections) + "<main>\n";
    for Section { id, title, body: section, .. } in &sections {
        // Writing into a string does not fail.
        let _ = writeln!(
            body,
            "<section id=\"{id}\" class=\"sheet\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{}</h2>\n\
             {section}</section>",
            escape(title)
        );
    }
    body += "</main>\n";
    Page { title: &title(comparison), style: STYLE, body: &body, command: "host-sim replay" }.html()
}

fn title(comparison: &Comparison) -> String {
    if !comparison.is_replay() {
        let (refused, all) = (comparison.ends.before.refused, clients(comparison.clients));
        return format!("{} of {all} refused", number(refused));
    }
    match comparison.otherwise() {
        0 => "Nobody fares otherwise".to_owned(),
        1 => "One client fares otherwise".to_owned(),
        otherwise => format!("{} clients fare otherwise", number(otherwise)),
    }
}

/// The totals, and where to find what.
fn header(comparison: &Comparison, reading: &Reading, sections: &[Section]) -> String {
    let class = match (comparison.is_replay(), comparison.groups.count(Group::ServedBefore)) {
        (true, 1..) => " bad",
        (true, 0) => " good",
        (false, _) => "",
    };
    let mut text = format!(
        "<header class=\"top{class}\">\n<h1>{}</h1>\n<p>{}{}; {} in {} lines; {}.</p>\n",
        escape(&title(comparison)),
        clients(comparison.clients),
        span(comparison),
        records(reading.records),
        number(reading.lines),
        escape(&policies(comparison).collect::<Vec<_>>().join(", ")),
    );
    let ends = comparison.ends;
    text += "<ul class=\"counts\">\n";
    for (class, word, before, after) in [
        ("passed", "served", ends.before.served, ends.after.served),
        ("failed", "refused", ends.before.refused, ends.after.refused),
        ("left-out", "left before the verdict", ends.before.left, ends.after.left),
    ] {
        let after = if comparison.is_replay() { format!(" → {}", number(after)) } else { String::new() };
        let _ = writeln!(text, "<li class=\"{class}\"><b>{}{after}</b> {word}</li>", number(before));
    }
    text += "</ul>\n";
    if comparison.doubtful > 0 {
        let _ = writeln!(
            text,
            "<p class=\"doubt\">Of {} it is not certain: their records do not say enough. They are marked.</p>",
            clients(comparison.doubtful)
        );
    }
    text += "<nav aria-label=\"On this page\">\n<ol class=\"contents\">\n";
    for Section { id, title, about, .. } in sections {
        let _ = writeln!(
            text,
            "<li><a href=\"#{id}\"><span class=\"badge\">{}</span> <span>{}</span> <span></span></a></li>",
            escape(about),
            escape(title)
        );
    }
    text += "</ol>\n</nav>\n";
    text + "</header>\n"
}

fn sections(comparison: &Comparison) -> Vec<Section> {
    let mut sections: Vec<_> =
        comparison.groups.iter().map(|(group, sums)| self::group(group, sums)).collect();
    let hours = tables::hours(comparison, &comparison.hours);
    if !hours.rows.is_empty() {
        let width = span_of(comparison.hours.width());
        sections.push(Section {
            id: "time",
            title: "Over time".to_owned(),
            about: format!("by {width}"),
            body: format!(
                "{}<details>\n<summary>The numbers, by {width}</summary>\n{}</details>\n",
                chart::charts(comparison),
                table(&hours)
            ),
        });
    }
    for (id, title, note, rows) in [
        ("verdicts", "Verdicts, and why", "", tables::fates(comparison)),
        ("lists", "Lists", LISTS_NOTE, tables::lists(comparison)),
        ("tests", "Tests", "", tables::tests(comparison)),
    ] {
        if !rows.rows.is_empty() {
            let note =
                if note.is_empty() { String::new() } else { format!("<p class=\"note\">{note}</p>\n") };
            let about = number(rows.rows.len() as u64);
            sections.push(Section { id, title: title.to_owned(), about, body: note + &table(&rows) });
        }
    }
    sections
}

const LISTS_NOTE: &str = "As the records have it. Median and 95 % are of the time that an answer took. Alone: clients \
                          refused for their score against whom no other list said anything. Decides: those who are \
                          told about this list.";

fn group(group: Group, sums: &GroupSums) -> Section {
    let id = match group {
        Group::ServedBefore => "served-before",
        Group::RefusedBefore => "refused-before",
        Group::Longer => "longer",
        Group::Shorter => "shorter",
        Group::OtherReason => "other-reason",
        Group::Refused => "refused",
    };
    let shown = sums.first.len() as u64;
    let which = if sums.clients > shown {
        format!("The first {} of {}", number(shown), clients(sums.clients))
    } else {
        clients(sums.clients)
    };
    let body = format!(
        "{}<h3>{which}</h3>\n{}",
        table(&tables::changes(sums)),
        table(&tables::clients(&sums.first))
    );
    let title = group.title();
    let title = title.get(..1).unwrap_or_default().to_uppercase() + title.get(1..).unwrap_or_default();
    Section { id, title, about: number(sums.clients), body }
}

/// A table that scrolls by itself where it is wider than the page.
fn table(table: &Table) -> String {
    let mut text = "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead><tr>".to_owned();
    for column in &table.columns {
        let _ = write!(text, "<th scope=\"col\"{}>{}</th>", class(column.kind), escape(column.name));
    }
    text += "</tr></thead>\n<tbody>\n";
    for row in &table.rows {
        text += "<tr>";
        for (column, cell) in table.columns.iter().zip(row) {
            let (cell, class) = (escape(cell), class(column.kind));
            let _ = match column.kind {
                ColumnKind::Head => write!(text, "<th scope=\"row\">{cell}</th>"),
                ColumnKind::Word | ColumnKind::Said => write!(text, "<td{class}><code>{cell}</code></td>"),
                ColumnKind::Doubt if cell.is_empty() => write!(text, "<td></td>"),
                ColumnKind::Doubt => write!(text, "<td><span{class}>{cell}</span></td>"),
                ColumnKind::Text | ColumnKind::Number => write!(text, "<td{class}>{cell}</td>"),
            };
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table>\n</div>\n"
}

fn class(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => " class=\"n\"",
        ColumnKind::Doubt => " class=\"doubt\"",
        ColumnKind::Word => " class=\"w\"",
        ColumnKind::Said => " class=\"said\"",
        ColumnKind::Head | ColumnKind::Text => "",
    }
}
