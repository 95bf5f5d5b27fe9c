//! Comments behind values. Postfix has none: there a comment is a line of its own, and `#` elsewhere is a part of the
//! value. What comes of that depends on the parameter:
//!
//! | value | in Postfix |
//! | --- | --- |
//! | access list, networks, forbidden commands | the rest is ignored (`match_list_parse`, `server_acl_eval`) |
//! | EHLO keywords | each word counts that is one |
//! | a time with its unit | what follows the unit does not count |
//! | a banner, a footer | clients see it |
//! | all others | not valid |

use std::ops::Range;

use super::context::{Context, Definition, InvalidSetting, shown};
use super::definitions::Definitions;
use super::files::ConfigPlace;
use super::parameters::{self, Fate, ValueKind};

/// The definitions without their comments, as far as something can be read then. Each comment is told.
pub fn without_comments(definitions: &Definitions, context: &mut Context) -> Definitions {
    let mut without = definitions.clone();
    for definition in definitions.iter() {
        let Some(kind) = kind(&definition.name).filter(|_| stands_in_file(definition)) else { continue };
        let (value, comments) = taken_apart(definition, kind);
        let Some(first) = comments.first().cloned() else { continue };
        let place = |span| ConfigPlace { file: definition.place.file.clone(), span };
        match effect(kind, &value) {
            Effect::EndsList => {
                let value = raw(definition, first.start).0;
                without.set(Definition { value, ..definition.clone() });
                tell(definition, &place(first), ENDS_LIST, context);
            }
            Effect::Harmless(why) => comments.into_iter().for_each(|span| {
                tell(definition, &place(span), why, context);
            }),
            Effect::Invalid => {
                without.set(Definition { value, ..definition.clone() });
                for span in comments {
                    let what = format!("{} has a comment behind its value", definition.name);
                    context.mistake(InvalidSetting::at(place(span), &what, INVALID));
                }
            }
        }
    }
    without
}

/// What Postfix makes of a comment.
enum Effect {
    EndsList,
    /// It is valid: why it does no good all the same.
    Harmless(&'static str),
    Invalid,
}

const ENDS_LIST: &str =
    "Postfix takes \"#\" as part of the value, and ignores the rest of the list from there on.";
const TAKES_WORDS: &str =
    "Postfix takes \"#\" as part of the value: each word behind it counts that is a keyword.";
const SHOWS_IT: &str = "Postfix takes \"#\" as part of the value, and clients see it.";
const BEHIND_UNIT: &str =
    "Postfix takes \"#\" as part of the value; here it happens not to look behind the unit.";
/// Of a value that is not valid with a comment in it.
pub const INVALID: &str = "Postfix takes \"#\" as part of the value: put the comment on a line of its own";
const INSTEAD: &str = "put the comment on a line of its own";

fn effect(kind: ValueKind, value: &str) -> Effect {
    match kind {
        ValueKind::AccessList | ValueKind::ForbiddenCommands | ValueKind::Networks => Effect::EndsList,
        ValueKind::Keywords => Effect::Harmless(TAKES_WORDS),
        ValueKind::Text(names) if !names.is_empty() => Effect::Harmless(SHOWS_IT),
        ValueKind::Time(_) | ValueKind::StressTime(_)
            if value.ends_with(|last: char| last.is_ascii_alphabetic()) =>
        {
            Effect::Harmless(BEHIND_UNIT)
        }
        _ => Effect::Invalid,
    }
}

fn tell(definition: &Definition, place: &ConfigPlace, why: &str, context: &mut Context) {
    let comment = &place.file.text[place.span.clone()];
    let subject = format!("{} = {}", definition.name, shown(comment));
    context.warn_at(place, &subject, why, INSTEAD);
}

/// How the value of a parameter is written that we read, itself or where it is inherited.
fn kind(name: &str) -> Option<ValueKind> {
    match parameters::find(name)?.fate {
        Fate::Field { kind, .. } => Some(kind),
        Fate::OldName(of) => kind(of),
        Fate::Inherited(by) => kind(by.split(", ").next()?),
        Fate::None { .. } => None,
    }
}

/// Whether the place of the definition is all that it was read from.
fn stands_in_file(definition: &Definition) -> bool {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    definition.value.contains('#') && dense(&raw(definition, usize::MAX).0) == dense(&definition.value)
}

/// The value without comments, and where in the file they stand.
fn taken_apart(definition: &Definition, kind: ValueKind) -> (String, Vec<Range<usize>>) {
    let (_, lines) = raw(definition, usize::MAX);
    let text = &definition.place.file.text;
    let (mut value, mut comments, mut depth) = (String::new(), Vec::new(), 0_usize);
    for line in lines {
        let begin = begin_of_comment(&text[line.clone()], kind, &mut depth);
        let end = begin.map_or(line.end, |at| line.start + at);
        comments.extend(begin.map(|_| end..line.end));
        value.push_str(&text[line.start..end]);
        value.push('\n');
    }
    let value = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    (value, comments)
}

/// Where a comment begins in a line. `depth` is how many braces are open before it, and after it.
fn begin_of_comment(line: &str, kind: ValueKind, depth: &mut usize) -> Option<usize> {
    let text = matches!(kind, ValueKind::Text(names) if !names.is_empty());
    let single = matches!(kind, ValueKind::Flag | ValueKind::Number | ValueKind::Text(_)) && !text;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '{' => *depth += 1,
            '}' => *depth = depth.saturating_sub(1),
            '#' if *depth == 0 => {
                let apart = before.is_whitespace() || before == ',';
                let blank_follows = line[at + 1..].starts_with(char::is_whitespace);
                if single || apart && (!text || blank_follows && at > 0) {
                    return Some(at);
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// The value up to `end` in the file in one line, and the lines that it stands in, without comment lines.
fn raw(definition: &Definition, end: usize) -> (String, Vec<Range<usize>>) {
    let place = &definition.place;
    let text = &place.file.text;
    let begin = text[place.span.clone()].find('=').map_or(place.span.end, |at| place.span.start + at + 1);
    let (mut value, mut lines, mut start) = (String::new(), Vec::new(), begin);
    for line in text[begin..place.span.end].split_inclusive('\n') {
        let content = start..start + line.trim_end().len();
        start += line.len();
        if text[content.clone()].trim_start().starts_with('#') && content.start > begin {
            continue;
        }
        if content.start < end {
            value.push_str(&text[content.start..content.end.min(end)]);
        }
        lines.push(content);
    }
    (value.trim().to_owned(), lines)
}

#[cfg(test)]
mod tests;
