//! `host-sim report`: what happened, as one HTML page that needs nothing but itself.

mod axis;
mod lane;
mod story;
mod summary;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use postscreen_scenario::{Difference, Paint, Scenario};
use virtual_player::Player;

use super::record::PlayRecord;
use super::watching::Watching;
use super::{ReportArgs, files, options, read, report};

/// The style of the page.
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
    let files = files::find(files)?;
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
    // Nothing may be loaded, and no script may run, whatever the stories have in them.
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title} — host-sim</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{}<main>\n{body}</main>\n\
         <footer>Written by <code>host-sim report</code>. This page loads nothing and runs no script.</footer>\n\
         </body>\n</html>\n",
        summary::header(&title, stories, program)
    )
}

/// Text for an element or for an attribute in double quotes: whatever it says, it is only text.
///
/// Everything on the page that is not written in this program goes through here.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
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

#[cfg(test)]
mod tests;
