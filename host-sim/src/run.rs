//! `host-sim run`: plays scenarios in virtual time and says how each went.

mod cast;
mod end;
mod files;
mod mail_server;
mod page;
mod player;
mod record;
mod report;
mod resolver;
mod timeline;
mod traps;
mod watching;
mod words;

use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use postscreen_scenario::{HostKind, Mistake, Paint, Scenario, parse_file};

use watching::Watching;

use crate::Module;
use crate::cli::RunArgs;
use crate::trace::{Observer, Printer};

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
    let RunArgs { files, module, workers, trace, timeline } = args;
    let files = files::find(&files)?;
    let module = Module::from_file(&module).map_err(|error| error.to_string())?;
    let stories: Vec<_> = files.iter().map(|file| read(file)).collect();
    let width = report::name_width(files.iter().map(|file| file.display().to_string()));
    let paint = paint();
    let (mut failed, mut left_out) = (0, 0);
    for (file, story) in files.iter().zip(stories) {
        let file = file.display().to_string();
        match story {
            Err(mistake) => {
                failed += 1;
                println!("{}", report::mistake(&file, width, &mistake, paint));
            }
            Ok(story) => {
                if let Some(why) = story.left_out_by(HostKind::ProxyWasm) {
                    left_out += 1;
                    println!("{}", report::left_out(&file, width, &why));
                    continue;
                }
                let begun = Instant::now();
                let watching = Watching { observer: trace.then(tracer), record: timeline.then(Rc::default) };
                let played = player::play(&module, &story, workers, &watching);
                failed += usize::from(!played.differences.is_empty());
                println!("{}", report::played(&file, width, &story.about, &played, begun.elapsed(), paint));
                if let Some(record) = &watching.record {
                    println!("\n{}\n", timeline::draw(&record.borrow()));
                }
            }
        }
    }
    println!("{} passed, {failed} failed", files.len() - failed - left_out);
    Ok(failed)
}

/// Prints every call as it happens.
fn tracer() -> Rc<RefCell<dyn Observer>> {
    Rc::new(RefCell::new(Printer::new(|line: &str| println!("{line}"))))
}

fn read(path: &Path) -> Result<Scenario, Mistake> {
    let file = path.display().to_string();
    let bytes = files::read(path).map_err(|reason| Mistake::of_file(&file, reason))?;
    parse_file(&file, &bytes)
}

/// Colours are for terminals, and only for people who want them.
fn paint() -> Paint {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !unwanted { Paint::Colours } else { Paint::Plain }
}
