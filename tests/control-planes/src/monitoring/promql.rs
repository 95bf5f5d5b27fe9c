//! The selectors in an expression of Prometheus: which metrics it names, and which labels of theirs. Whether it is an
//! expression at all is for Prometheus to say.

use std::iter::Peekable;
use std::str::Chars;

/// Words that a list of labels follows.
const LABEL_LISTS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
/// Words between expressions, and before a list of labels.
const WORDS: [&str; 19] = [
    "and",
    "or",
    "unless",
    "bool",
    "offset",
    "inf",
    "nan",
    "sum",
    "min",
    "max",
    "avg",
    "group",
    "stddev",
    "stdvar",
    "count",
    "count_values",
    "bottomk",
    "topk",
    "quantile",
];

/// A metric, and the labels that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// Its name.
    pub name: String,
    /// The names of the labels.
    pub labels: Vec<String>,
}

/// All of them, in their order.
pub fn selectors(expr: &str) -> Vec<Selector> {
    let (mut selectors, mut rest) = (Vec::new(), expr.chars().peekable());
    while let Some(&next) = rest.peek() {
        match next {
            '"' | '\'' => skip_string(&mut rest),
            '[' => skip_until(&mut rest, ']'),
            // A number, maybe with a unit.
            '0'..='9' => drop(word(&mut rest)),
            _ if begins_word(next) => selectors.extend(selector(&mut rest)),
            _ => drop(rest.next()),
        }
    }
    selectors
}

/// What a word begins, if that is a selector.
fn selector(rest: &mut Peekable<Chars<'_>>) -> Option<Selector> {
    let name = word(rest);
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
    if LABEL_LISTS.contains(&name.as_str()) {
        skip_until(rest, ')');
        return None;
    }
    if WORDS.contains(&name.as_str()) || rest.peek() == Some(&'(') {
        return None;
    }
    let labels = if rest.next_if_eq(&'{').is_some() { labels(rest) } else { Vec::new() };
    Some(Selector { name, labels })
}

/// Up to and with the closing brace.
fn labels(rest: &mut Peekable<Chars<'_>>) -> Vec<String> {
    let mut labels = Vec::new();
    while let Some(&next) = rest.peek() {
        match next {
            '}' => {
                rest.next();
                break;
            }
            '"' | '\'' => skip_string(rest),
            _ if begins_word(next) => labels.push(word(rest)),
            _ => drop(rest.next()),
        }
    }
    labels
}

fn begins_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == ':'
}

fn word(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut word = String::new();
    while let Some(c) = rest.next_if(|&c| begins_word(c) || c.is_ascii_digit()) {
        word.push(c);
    }
    word
}

fn skip_until(rest: &mut Peekable<Chars<'_>>, end: char) {
    rest.by_ref().find(|&c| c == end);
}

fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    let Some(quote) = rest.next() else { return };
    while let Some(c) = rest.next() {
        if c == '\\' {
            rest.next();
        } else if c == quote {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
