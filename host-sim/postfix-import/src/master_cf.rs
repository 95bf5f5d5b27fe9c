//! master.cf: what the postscreen service overrides, and who has port 25 today.

use std::path::Path;
use std::sync::Arc;

use super::context::Context;
use super::definitions::Definitions;
use super::files::{ConfigFile, ConfigPlace, braced, logical_lines};

/// Puts what the postscreen service overrides in place of what main.cf says, and tells where it is not what takes the
/// mail of strangers. Of several, the first on port 25 counts, or else the first.
pub fn read(file: &Arc<ConfigFile>, definitions: &mut Definitions, context: &mut Context) {
    let lines = logical_lines(&file.text);
    let services: Vec<_> = lines
        .iter()
        .filter_map(|line| {
            Service::of(&line.text, ConfigPlace { file: file.clone(), span: line.span.clone() })
        })
        .collect();
    let screens = || services.iter().filter(|service| service.command == "postscreen");
    let on_port_25 = || services.iter().filter(|service| service.is_on_port_25());
    let others = || on_port_25().filter(|service| service.command != "postscreen");
    let Some(screen) = screens().find(|service| service.is_on_port_25()).or_else(|| screens().next()) else {
        return tell_not_running(file, others().next(), context);
    };
    screen.override_in(definitions, context);
    if !screen.is_on_port_25() {
        let who = others().next().map_or_else(
            || "and nothing runs on port 25".to_owned(),
            |other| format!("and {} on port 25, whose clients are not screened today", other.command),
        );
        let why = format!("master.cf runs postscreen on another port than 25, {who}.");
        context.warn_at(&screen.place, screen.name, &why, "check which of the two Envoy is to stand before");
    }
    for other in others().filter(|_| screen.is_on_port_25()) {
        let why = format!(
            "On this address {} answers on port 25, not postscreen: its clients are not screened today.",
            other.command
        );
        let instead =
            "let Envoy listen on the addresses of postscreen only, or know that these are screened as well";
        context.warn_at(&other.place, other.name, &why, instead);
    }
    for other in screens().filter(|other| other.place.span != screen.place.span) {
        context.warn_at(
            &other.place,
            other.name,
            "Only one postscreen service is read: the first on port 25, or the first.",
            "import once for each service, with the others taken out of the file",
        );
    }
}

/// Nobody asked for master.cf, and it is there.
pub fn tell_unread(file: &Path, context: &mut Context) {
    if file.is_file() {
        context.warn_unset(
            &format!("{} is not read", file.display()),
            "It says whether postscreen runs at all, and its -o options count there.",
            "give it with --master-cf",
        );
    }
}

/// None of what is imported is in force.
fn tell_not_running(file: &Arc<ConfigFile>, on_port_25: Option<&Service<'_>>, context: &mut Context) {
    let comment = commented_out(file);
    let hint = comment
        .as_ref()
        .map_or_else(String::new, |place| format!(" Its line is commented out (line {}).", place.line()));
    let Some(other) = on_port_25 else {
        let subject = format!("{}: no postscreen service", file.name);
        let why = format!("No service runs postscreen, and none has port 25.{hint}");
        return context.warn_unset(&subject, &why, "check that this is the right file");
    };
    let why = format!(
        "None of the postscreen settings is in force today: master.cf runs {} on this port, not postscreen.{hint}",
        other.command
    );
    let instead = "know that taking over this port changes what happens to clients; begin with all actions at \
                   \"ignore\", and read the log";
    context.warn_at(&other.place, other.name, &why, instead);
}

/// The line of a postscreen service that is a comment.
fn commented_out(file: &Arc<ConfigFile>) -> Option<ConfigPlace> {
    let mut start = 0;
    file.text.split_inclusive('\n').find_map(|line| {
        let span = start..start + line.trim_end().len();
        start += line.len();
        let place = ConfigPlace { file: file.clone(), span };
        let service = Service::of(line.trim_start().strip_prefix('#')?, place)?;
        (service.command == "postscreen").then_some(service.place)
    })
}

/// Fields of a service before its command: name, type, private, unpriv, chroot, wakeup, maxproc.
const FIELDS_BEFORE_COMMAND: usize = 7;

/// A line of master.cf.
struct Service<'a> {
    /// `smtp`, or `192.0.2.1:smtp`.
    name: &'a str,
    kind: &'a str,
    command: &'a str,
    /// What follows the command.
    arguments: Vec<&'a str>,
    place: ConfigPlace,
}

impl<'a> Service<'a> {
    fn of(line: &'a str, place: ConfigPlace) -> Option<Self> {
        let mut words = words(line).into_iter();
        let (name, kind) = (words.next()?, words.next()?);
        let command = words.nth(FIELDS_BEFORE_COMMAND - 2)?;
        Some(Self { name, kind, command, arguments: words.collect(), place })
    }

    fn is_on_port_25(&self) -> bool {
        let port = self.name.rsplit_once(':').map_or(self.name, |(_, port)| port);
        self.kind == "inet" && matches!(port, "smtp" | "25")
    }

    /// Puts its `-o` options in place of what main.cf says.
    fn override_in(&self, definitions: &mut Definitions, context: &mut Context) {
        let mut words = self.arguments.iter().copied();
        while let Some(word) = words.next() {
            let option = match word.strip_prefix("-o") {
                Some("") => words.next(),
                option => option,
            };
            let Some(option) = option else { continue };
            let option = braced(option).map_or(option, |(inside, _)| inside);
            let span = self.place.find(option).unwrap_or_else(|| self.place.span.clone());
            let place = ConfigPlace { file: self.place.file.clone(), span };
            if let Err(mistake) = definitions.add(option, place) {
                context.mistake(mistake);
            }
        }
    }
}

/// The words of a service. Commas do not separate here.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match braced(rest) {
            Some((inside, _)) => inside.len() + 2,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests;
