//! One story: what it tells, how it went, the lanes, the log.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use postscreen_scenario::{Difference, LEGEND, Paint};

use super::escape;
use super::lane::{Axis, TICK_GAP_MIN};
use super::{DrawnPlay, Section, SectionOutcome, lane};
use crate::run::record::{PlayRecord, What};
use crate::run::timeline;
use crate::run::words::{self, seconds};

/// The section of a story; `number` is its anchor.
pub(super) fn section(number: usize, story: &Section) -> String {
    let (class, word) = story.status();
    let about = if story.about.is_empty() { "This file is no story" } else { &story.about };
    let body = match &story.outcome {
        SectionOutcome::Played(play) => played(play),
        SectionOutcome::LeftOut(why) => format!("<p>It {}.</p>\n", escape(why)),
        SectionOutcome::Mistake(message) => format!("<pre class=\"mistake\">{}</pre>\n", escape(message)),
    };
    format!(
        "<article id=\"story-{number}\" class=\"sheet story {class}\">\n<header>\n<h2>{}</h2>\n\
         <p class=\"facts\"><span class=\"badge\">{word}</span> <code>{}</code>{}</p>\n</header>\n{body}</article>\n",
        escape(about),
        escape(&words::clean(&story.file)),
        facts(story)
    )
}

/// ` · 2 clients · 7.045 s`
fn facts(story: &Section) -> String {
    let SectionOutcome::Played(play) = &story.outcome else { return String::new() };
    let clients = match play.record.borrow().lanes.len() {
        1 => "1 client".to_owned(),
        clients => format!("{clients} clients"),
    };
    format!(" <span>{clients}</span> <span>{}</span>", seconds(play.virtual_time))
}

fn played(play: &DrawnPlay) -> String {
    let record = play.record.borrow();
    let mut text = differences(&play.differences);
    if let Some(reason) = &play.refused {
        let lines: Vec<String> = reason.lines().map(|line| escape(&words::clean(line))).collect();
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "<p>The configuration was refused:</p>\n<pre class=\"refused\" tabindex=\"0\">{}</pre>",
            lines.join("\n")
        );
    }
    if !record.lanes.is_empty() {
        text += &lanes(&record);
    }
    text += &log(&record);
    text += &metrics(&play.metrics);
    if !record.events.is_empty() {
        let drawing = escape(&timeline::draw(&record));
        let _ = writeln!(
            text,
            "<details>\n<summary>Everything, in the order in which it happened</summary>\n\
             <pre tabindex=\"0\">{drawing}</pre>\n</details>"
        );
    }
    text
}

/// The metrics at the end, those that are 0 left out.
fn metrics(metrics: &BTreeMap<String, i64>) -> String {
    let lines = metrics.iter().filter(|(_, value)| **value != 0).map(|(name, value)| {
        format!("<dt><code>{}</code></dt>\n<dd>{value}</dd>\n", escape(&words::clean(name)))
    });
    let lines: String = lines.collect::<Vec<_>>().concat();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "<details>\n<summary>Metrics at the end</summary>\n<dl class=\"metrics\">\n{lines}</dl>\n</details>\n"
    )
}

/// Expected and seen.
fn differences(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return String::new();
    }
    let mut text = String::from("<section class=\"differences\">\n<h3>Expected and seen</h3>\n<dl>\n");
    for difference in differences {
        let lines: Vec<String> = difference.body(Paint::Plain).lines().map(line).collect();
        let _ = writeln!(
            text,
            "<dt>{}</dt>\n<dd><pre tabindex=\"0\">{}</pre></dd>",
            escape(&words::clean(&difference.what)),
            lines.join("\n")
        );
    }
    text + "</dl>\n</section>\n"
}

/// A line of a difference, marked as what was expected or as what was seen where it is one of both.
fn line(line: &str) -> String {
    let text = escape(&words::clean(line));
    if line == LEGEND {
        format!("<i>{text}</i>")
    } else if line.starts_with('-') {
        format!("<del>{text}</del>")
    } else if line.starts_with('+') {
        format!("<ins>{text}</ins>")
    } else {
        text
    }
}

/// All lanes below one axis.
fn lanes(record: &PlayRecord) -> String {
    let axis = Axis::new(record);
    let mut text = String::from("<section class=\"lanes\" aria-label=\"What happened\">\n");
    text += "<ol class=\"axis\" aria-hidden=\"true\">\n";
    for (time, place) in axis.ticks() {
        let flipped = place > 1.0 - TICK_GAP_MIN;
        let class = if flipped { " class=\"flip\"" } else { "" };
        let x = if flipped { 1.0 - place } else { place } * 100.0;
        let _ = writeln!(text, "<li{class} style=\"--x:{x:.2}%\">{}</li>", seconds(time));
    }
    text += "</ol>\n";
    text += &lane::many(record, &axis);
    for index in 0..record.lanes.len() {
        text += &lane::section(record, index, &axis);
    }
    text += &lane::nobody(record, &axis);
    if record.left_out > 0 {
        let _ = writeln!(text, "<p>… and {} events more</p>", record.left_out);
    }
    text + "</section>\n"
}

/// The module's log, and what the host had to say.
fn log(record: &PlayRecord) -> String {
    let lines = record.events.iter().filter_map(|event| match &event.what {
        What::Logged(line) => Some((event, line.by_host, words::log(line))),
        What::Trapped { vm, headline } => Some((event, true, words::by_host(*vm, headline))),
        _ => None,
    });
    let mut text = String::new();
    for (event, by_host, words) in lines {
        let class = if by_host { " class=\"by-host\"" } else { "" };
        let words = escape(&words);
        let _ = writeln!(text, "<li{class}><time>{}</time> <code>{words}</code></li>", seconds(event.at));
    }
    if text.is_empty() {
        return text;
    }
    format!("<section class=\"log\">\n<h3>Log</h3>\n<ol>\n{text}</ol>\n</section>\n")
}
