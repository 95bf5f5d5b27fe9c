//! The top of the page: how it went, and where to read on.

use std::fmt::Write as _;
use std::time::Duration;

use super::escape;
use super::{Section, SectionOutcome};
use crate::run::words::{self, seconds};

/// The header of the page.
pub(super) fn header(title: &str, stories: &[Section], program: &str) -> String {
    let count = |class: &str| stories.iter().filter(|story| story.status().0 == class).count();
    let time: Duration = stories
        .iter()
        .map(|story| match &story.outcome {
            SectionOutcome::Played(play) => play.virtual_time,
            SectionOutcome::LeftOut(_) | SectionOutcome::Mistake(_) => Duration::ZERO,
        })
        .sum();
    let class = if count("failed") > 0 { "bad" } else { "good" };
    let mut text = format!(
        "<header class=\"top {class}\">\n<h1>{}</h1>\n<p>What <code>{}</code> did to mail clients in {} of virtual \
         time.</p>\n<ul class=\"counts\">\n",
        escape(title),
        escape(program),
        seconds(time)
    );
    for (class, word) in [("passed", "passed"), ("failed", "failed"), ("left-out", "left out")] {
        let count = count(class);
        if count > 0 || class != "left-out" {
            // Writing into a string does not fail.
            let _ = writeln!(text, "<li class=\"{class}\"><b>{count}</b> {word}</li>");
        }
    }
    text + "</ul>\n" + &contents(stories) + &legend() + "</header>\n"
}

/// A line for each story, those that failed first.
fn contents(stories: &[Section]) -> String {
    let mut numbered: Vec<_> = stories.iter().enumerate().collect();
    numbered.sort_by_key(|(_, story)| !story.failed());
    let mut text = String::from("<nav aria-label=\"Stories\">\n<ol class=\"contents\">\n");
    for (index, story) in numbered {
        let (class, word) = story.status();
        let about = if story.about.is_empty() { "no story" } else { &story.about };
        let _ = writeln!(
            text,
            "<li class=\"{class}\"><a href=\"#story-{}\"><span class=\"badge\">{word}</span> <code>{}</code> \
             <span>{}</span></a></li>",
            index + 1,
            escape(&words::clean(&story.file)),
            escape(about)
        );
    }
    text + "</ol>\n</nav>\n"
}

/// What the colours mean.
fn legend() -> String {
    let entries = [
        ("says", "the client says"),
        ("gets", "the client gets"),
        ("ask", "a call-out"),
        ("answer", "its answer"),
        ("server", "the server behind"),
        ("close", "begin and end"),
        ("verdict", "what the module found"),
        ("config", "a new configuration"),
        ("refusal", "one that was refused"),
        ("trap", "a machine traps"),
    ];
    let entry = |(class, words): &(&str, &str)| format!("<li class=\"{class}\">{words}</li>\n");
    let entries: String = entries.iter().map(entry).collect();
    format!(
        "<div class=\"legend\">\n<ul>\n<li class=\"line held\">held</li>\n<li class=\"line served\">served</li>\n\
         {entries}</ul>\n<p>Time goes to the right. Every moment has room, so long waits are drawn short. \
         A line through several lanes is a moment that changes something for all of them.</p>\n</div>\n"
    )
}
