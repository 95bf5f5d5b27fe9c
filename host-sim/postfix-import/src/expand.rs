//! `$name` and its relatives, as postconf(5) describes them.
//!
//! ```text
//! $name  ${name}  $(name)     the value of name
//! ${name?text} ${name?{text}} text if name has a value
//! ${name:text} ${name:{text}} text if it has none
//! ${name?{text}:{text}}       one or the other
//! ${{a} op {b}?{text}:{text}} the same for a comparison; op is == != < <= >= >, or one of these and "level"
//! $$                          $
//! ```

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::context::Definition;
use super::definitions::Definitions;
use super::files::braced;
use super::parameters;

/// The most values within each other.
pub const DEPTH_MAX: usize = 30;
/// The longest value, in bytes. Long lists stand in tables, which are no values.
pub const VALUE_MAX: usize = 1 << 20;

/// One value being worked out.
pub struct Expansion<'a> {
    definitions: &'a Definitions,
    /// Names that stay as they are, because the engine fills them in.
    kept: &'a [&'a str],
    /// The value of `$stress`: empty, or `yes` when postscreen has almost no place left.
    stress: &'a str,
    /// The first definition that was used.
    pub origin: Option<&'a Definition>,
    /// Names without a definition.
    pub undefined: BTreeSet<String>,
}

impl<'a> Expansion<'a> {
    pub fn new(definitions: &'a Definitions, kept: &'a [&'a str], stress: &'a str) -> Self {
        Self { definitions, kept, stress, origin: None, undefined: BTreeSet::new() }
    }

    /// The value of a parameter: what is defined, or Postfix's default.
    pub fn value(&mut self, name: &str) -> Result<String, String> {
        self.lookup(name, 0)
    }

    /// A text with all names filled in.
    pub fn expanded(&mut self, text: &str) -> Result<String, String> {
        self.expand(text, 0)
    }

    fn lookup(&mut self, name: &str, depth: usize) -> Result<String, String> {
        if name == "stress" {
            return Ok(self.stress.to_owned());
        }
        if let Some(definition) = self.definitions.get(name) {
            self.origin.get_or_insert(definition);
            return self.expand(&definition.value, depth + 1);
        }
        match parameters::default(name) {
            Some(default) => self.expand(default, depth + 1),
            None if name == "mydomain" => {
                let host = self.lookup("myhostname", depth + 1)?;
                Ok(host.split_once('.').map_or("localdomain", |(_, domain)| domain).to_owned())
            }
            None => {
                self.undefined.insert(name.to_owned());
                Ok(String::new())
            }
        }
    }

    fn expand(&mut self, text: &str, depth: usize) -> Result<String, String> {
        if depth > DEPTH_MAX {
            return Err("a value that contains itself".to_owned());
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            rest = self.name(after, &mut out, depth)?;
            if out.len() > VALUE_MAX {
                break;
            }
        }
        out.push_str(rest);
        if out.len() > VALUE_MAX { Err(format!("a value of more than {VALUE_MAX} bytes")) } else { Ok(out) }
    }

    /// Replaces what stands after a `$`; returns what follows it.
    fn name<'t>(&mut self, text: &'t str, out: &mut String, depth: usize) -> Result<&'t str, String> {
        if let Some(rest) = text.strip_prefix('$') {
            out.push('$');
            return Ok(rest);
        }
        if let Some((inside, rest)) = braced(text) {
            let value = self.braces(inside, depth)?;
            out.push_str(&value);
            return Ok(rest);
        }
        let parenthesis = text.strip_prefix('(').and_then(|inside| inside.split_once(')'));
        let (name, rest) = parenthesis.unwrap_or_else(|| split_name(text));
        if name.is_empty() || text.starts_with(['{', '(']) && parenthesis.is_none() {
            return Err(format!("no name after \"$\" in \"${text}\""));
        }
        let value = self.plain(name, depth)?;
        out.push_str(&value);
        Ok(rest)
    }

    fn plain(&mut self, name: &str, depth: usize) -> Result<String, String> {
        if self.kept.contains(&name) { Ok(format!("${name}")) } else { self.lookup(name, depth) }
    }

    /// The inside of `${…}`.
    fn braces(&mut self, inside: &str, depth: usize) -> Result<String, String> {
        let inside = inside.trim();
        let (holds, rest) = if inside.starts_with('{') {
            self.comparison(inside, depth)?
        } else {
            let (name, rest) = split_name(inside);
            match (name, rest.trim_start()) {
                ("", _) => return Err(format!("no name in \"${{{inside}}}\"")),
                (_, "") => return self.plain(name, depth),
                (_, rest) => (!self.lookup(name, depth)?.is_empty(), rest),
            }
        };
        let (when, rest) = match rest.strip_prefix('?') {
            Some(rest) => branch(rest),
            None => ("", rest),
        };
        let otherwise = match rest.strip_prefix(':') {
            Some(rest) => branch(rest).0,
            None if rest.is_empty() => "",
            None => return Err(format!("expected \"?\" or \":\" in \"${{{inside}}}\"")),
        };
        self.expand(if holds { when } else { otherwise }, depth + 1)
    }

    /// `{a} op {b}` at the beginning of `text`: whether it holds, and what follows it.
    fn comparison<'t>(&mut self, text: &'t str, depth: usize) -> Result<(bool, &'t str), String> {
        let bad = || format!("expected \"{{a}} operator {{b}}\" in \"${{{text}}}\"");
        let (left, rest) = braced(text).ok_or_else(bad)?;
        let at = rest.find('{').ok_or_else(bad)?;
        let (right, rest_after) = braced(&rest[at..]).ok_or_else(bad)?;
        let (left, right) = (self.expand(left, depth + 1)?, self.expand(right, depth + 1)?);
        let holds = compare(&left, rest[..at].trim(), &right).ok_or_else(bad)?;
        Ok((holds, rest_after.trim_start()))
    }
}

/// A text after `?` or `:`: in braces, or all the rest.
fn branch(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    match braced(text) {
        Some((inside, rest)) => (inside, rest.trim_start()),
        None => (text, ""),
    }
}

fn split_name(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end)
}

/// Whether `left operator right` holds; `None` when there is no such operator.
///
/// Two whole numbers compare as numbers, anything else as text. With `level` after the operator, `3.10` is above `3.6`,
/// and `3` is `3.0`.
fn compare(left: &str, operator: &str, right: &str) -> Option<bool> {
    let (operator, level) = match operator.strip_suffix("level") {
        Some(operator) => (operator.trim_end(), true),
        None => (operator, false),
    };
    let order = match (left.parse::<i64>(), right.parse::<i64>()) {
        _ if level => levels(left).cmp(&levels(right)),
        (Ok(left), Ok(right)) => left.cmp(&right),
        _ => left.cmp(right),
    };
    Some(match operator {
        "==" => order == Ordering::Equal,
        "!=" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">=" => order != Ordering::Less,
        ">" => order == Ordering::Greater,
        _ => return None,
    })
}

/// Major, minor and patch.
fn levels(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.trim().parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests;
