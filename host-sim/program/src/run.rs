//! `host-sim run`: plays scenarios in virtual time and says how each went.

mod options;
mod page;
mod record;
mod report;
mod timeline;
mod watching;
mod words;

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use envoy_sim::trace::{Observer, Printer};
use postscreen_scenario::{Mistake, Paint, Scenario, parse_file};
use virtual_player::{Played, Player, Screener};

use watching::Watching;

pub(crate) use options::{REPORT_HELP, RUN_HELP, ReportArgs, RunArgs};
pub(crate) use page::main as report;

/// Plays the files in the order given, directories in the order of their names. Fails unless every story came true.
pub fn main(args: RunArgs) -> ExitCode {
    match run(args) {
        Ok(failed) => ExitCode::from(u8::from(failed > 0)),
        Err(message) => {
            eprintln!("host-sim run: {message}");
            ExitCode::from(2)
        }
    }
}

/// How many stories failed; an error is one that concerns no single story.
fn run(args: RunArgs) -> Result<usize, String> {
    let RunArgs { files, abi, module, workers, host, trace, timeline } = args;
    let files = options::find(&files)?;
    if let (Some(module), [_, _, ..]) = (&module, abi.as_slice()) {
        return Err(format!("--module {} has no meaning with several --abi", module.display()));
    }
    let screeners = abi
        .into_iter()
        .map(|abi| options::screener(abi, module.clone(), &host))
        .collect::<Result<Vec<_>, _>>()?;
    if let (true, Some(other)) = (trace, screeners.iter().find(|screener| !screener.is_traced())) {
        return Err(format!(
            "--trace shows Proxy-Wasm calls: expected --abi proxy-wasm, got {}",
            other.name()
        ));
    }
    let stories: Vec<_> = files.iter().map(|file| read(file)).collect();
    let width = report::name_width(files.iter().map(|file| file.display().to_string()));
    let paint = paint();
    let (mut failed, mut left_out) = (0, 0);
    for (file, story) in files.iter().zip(stories) {
        let file = file.display().to_string();
        match story {
            Err(mistake) => {
                failed += 1;
                say(&report::mistake(&file, width, &mistake, paint));
            }
            Ok(story) => {
                let begun = Instant::now();
                let views = Views { trace, timeline };
                let Some(played) = play(&screeners, &story, workers, views) else {
                    left_out += 1;
                    let why = screeners.iter().find_map(|screener| story.left_out_by(screener.kind()));
                    say(&report::left_out(&file, width, &why.unwrap_or_default()));
                    continue;
                };
                failed += usize::from(!played.differences.is_empty());
                say(&report::played(&file, width, &story.about, &played, begun.elapsed(), paint));
            }
        }
    }
    say(&format!("{} passed, {failed} failed", files.len() - failed - left_out));
    Ok(failed)
}

/// What is shown of a play beside how it went.
#[derive(Clone, Copy, Default)]
struct Views {
    trace: bool,
    timeline: bool,
}

impl Views {
    fn play(self, screener: &Screener, story: &Scenario, workers: NonZeroUsize) -> Played {
        let observer = self.trace.then(tracer);
        let watching = Watching { observer, record: self.timeline.then(Rc::default) };
        let played = Player::new(screener).workers(workers).watched(&watching).play(story);
        if let Some(record) = &watching.record {
            say(&format!("{} ({})\n{}\n", story.about, screener.name(), timeline::draw(&record.borrow())));
        }
        played
    }
}

/// Prints a line. Nobody may be reading any more, as behind `head`; how the stories went is still told by the status.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints every call as it happens.
fn tracer() -> Rc<RefCell<dyn Observer>> {
    Rc::new(RefCell::new(Printer::new(|line: &str| say(line))))
}

/// Plays a story on every host that can; `None`: on none. Where there are several, they must agree, too.
fn play(screeners: &[Screener], story: &Scenario, workers: NonZeroUsize, views: Views) -> Option<Played> {
    let able: Vec<_> = screeners.iter().filter(|screener| story.hosts.contains(&screener.kind())).collect();
    let mut plays = able.iter().map(|screener| (*screener, views.play(screener, story, workers)));
    let (first, mut told) = plays.next()?;
    if let [_, _, ..] = able.as_slice() {
        told.differences.iter_mut().for_each(|one| one.what = format!("{}: {}", first.name(), one.what));
    }
    for (screener, mut played) in plays {
        played.differences.iter_mut().for_each(|one| one.what = format!("{}: {}", screener.name(), one.what));
        let teasers = first.has_voice() && screener.has_voice();
        let [one, other] = [(first.name(), &told.transcript), (screener.name(), &played.transcript)];
        played.differences.extend(report::difference(one, other, teasers));
        told.differences.append(&mut played.differences);
    }
    Some(told)
}

fn read(path: &Path) -> Result<Scenario, Mistake> {
    let file = path.display().to_string();
    let bytes = options::read(path).map_err(|reason| Mistake::of_file(&file, reason))?;
    parse_file(&file, &bytes)
}

/// Colours are for terminals, and only for people who want them.
fn paint() -> Paint {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !unwanted { Paint::Colours } else { Paint::Plain }
}

#[cfg(test)]
mod tests;
