//! `host-sim report`: what happened, as one HTML page that needs nothing but itself.

mod lane;
mod story;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use page_frame::{Page, escape};
use postscreen_scenario::{Difference, Paint, Scenario};
use virtual_player::Player;

use super::record::PlayRecord;
use super::watching::Watching;
use super::{ReportArgs, options, read, report};
use crate::run::words::{self, seconds};

/// What the style of this page has beyond that of all pages.
const STYLE: &str = include_str!("page/style.css");

/// One story on the page.
struct Section {
    file: String,
    /// What it tells; empty when it could not be read.
    about: String,
    outcome: SectionOutcome,
}

/// How it went.
enum SectionOutcome {
    Played(DrawnPlay),
    /// It is for other hosts.
    /// And why.
    LeftOut(String),
    /// The file is no story; why.
    Mistake(String),
}

struct DrawnPlay {
    differences: Vec<Difference>,
    virtual_time: Duration,
    record: Rc<RefCell<PlayRecord>>,
    /// Why the configuration was refused, if it was.
    refused: Option<String>,
    /// At the end, by name.
    metrics: BTreeMap<String, i64>,
}

/// Plays the files and writes the page. Fails unless every story came true.
pub(crate) fn main(args: &ReportArgs) -> ExitCode {
    match run(args) {
        Ok(failed) => ExitCode::from(u8::from(failed > 0)),
        Err(message) => {
            eprintln!("host-sim report: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &ReportArgs) -> Result<usize, String> {
    let ReportArgs { files, output, abi, module, workers, host } = args;
    let files = options::find(files)?;
    let screener = options::screener(*abi, module.clone(), host)?;
    let play = |story: &Scenario| {
        if let Some(why) = story.left_out_by(screener.kind()) {
            return Err(why);
        }
        let watching = Watching::recorded();
        let played = Player::new(&screener).workers(*workers).watched(&watching).play(story);
        Ok(DrawnPlay {
            differences: played.differences,
            virtual_time: played.virtual_time,
            record: watching.record.unwrap_or_default(),
            refused: played.transcript.refused,
            metrics: played.transcript.metrics,
        })
    };
    let stories: Vec<Section> = files.iter().map(|file| Section::of(file, play)).collect();
    let page = page(&stories, screener.name());
    fs::write(output, page).map_err(|error| format!("cannot write {}: {error}", output.display()))?;
    let failed = stories.iter().filter(|story| story.failed()).count();
    let left_out = stories.iter().filter(|story| matches!(story.outcome, SectionOutcome::LeftOut(_))).count();
    super::say(&format!("wrote {}", output.display()));
    super::say(&format!("{} passed, {failed} failed", stories.len() - failed - left_out));
    Ok(failed)
}

/// The whole page.
fn page(stories: &[Section], program: &str) -> String {
    let failed = stories.iter().filter(|story| story.failed()).count();
    let title = match failed {
        0 => "Every story came true".to_owned(),
        1 => "One story went another way".to_owned(),
        failed => format!("{failed} stories went another way"),
    };
    let body: String =
        stories.iter().enumerate().map(|(number, story)| story::section(number + 1, story)).collect();
    let body = format!("{}<main>\n{body}</main>\n", header(&title, stories, program));
    Page { title: &title, style: STYLE, body: &body, command: "host-sim report" }.html()
}

// === impl Section ===

impl Section {
    fn of(path: &Path, play: impl Fn(&Scenario) -> Result<DrawnPlay, String>) -> Self {
        let file = path.display().to_string();
        match read(path) {
            Err(mistake) => {
                let width = file.chars().count();
                let outcome = SectionOutcome::Mistake(report::mistake(&file, width, &mistake, Paint::Plain));
                Self { file, about: String::new(), outcome }
            }
            Ok(story) => {
                let outcome = play(&story).map_or_else(SectionOutcome::LeftOut, SectionOutcome::Played);
                Self { file, about: story.about, outcome }
            }
        }
    }

    fn failed(&self) -> bool {
        match &self.outcome {
            SectionOutcome::Played(play) => !play.differences.is_empty(),
            SectionOutcome::LeftOut(_) => false,
            SectionOutcome::Mistake(_) => true,
        }
    }

    /// The class of the story on the page, and its word.
    fn status(&self) -> (&'static str, &'static str) {
        match &self.outcome {
            SectionOutcome::LeftOut(_) => ("left-out", "left out"),
            _ if self.failed() => ("failed", "failed"),
            _ => ("passed", "passed"),
        }
    }
}

/// The header of the page.
fn header(title: &str, stories: &[Section], program: &str) -> String {
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

#[cfg(test)]
mod tests;
