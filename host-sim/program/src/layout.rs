//! Where the fields of a configuration, and the entries of lists, stand in its text.

use std::collections::BTreeMap;
use std::ops::Range;

use postscreen_engine::{Policy, PolicyError};
use serde_json::value::RawValue;

/// A JSON object, as far as it is one.
pub struct Layout<'a> {
    text: &'a str,
    fields: Vec<Field<'a>>,
}

/// One field.
pub struct Field<'a> {
    text: &'a str,
    name: String,
    /// From the first quote of its name to the end of its value.
    whole: Range<usize>,
    /// The values in it, if it is an array.
    entries: Vec<Range<usize>>,
}

impl<'a> Layout<'a> {
    /// What is no JSON object has no fields.
    pub fn of(text: &'a str) -> Self {
        let found: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
        let mut fields: Vec<_> =
            found.into_iter().filter_map(|(name, value)| Field::of(text, name, value)).collect();
        fields.sort_by_key(|field| field.whole.start);
        Self { text, fields }
    }

    /// From top to bottom.
    pub fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter()
    }

    /// The line, from 1, of a field, or of an entry of it.
    pub fn line(&self, field: &str, index: Option<usize>) -> Option<usize> {
        let field = self.fields.iter().find(|it| it.name == field)?;
        let start = match index {
            Some(index) => field.entries.get(index)?.start,
            None => field.whole.start,
        };
        Some(self.text.get(..start)?.matches('\n').count() + 1)
    }
}

impl<'a> Field<'a> {
    /// `None` where the name is written with escapes, as no field's is.
    fn of(text: &'a str, name: String, raw: &'a RawValue) -> Option<Self> {
        let place = |part: &RawValue| {
            let start = part.get().as_ptr().addr() - text.as_ptr().addr();
            start..start + part.get().len()
        };
        let value = place(raw);
        let start = text.get(..value.start)?.rfind(&format!("\"{name}\""))?;
        let entries: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        let entries = entries.into_iter().map(place).collect();
        Some(Self { text, name, whole: start..value.end, entries })
    }

    /// What is wrong with this field, if it were the only one.
    pub fn problem(&self) -> Option<String> {
        let error = self.refusal("{", &self.whole, "}")?;
        Some(self.said(&error, error.path(), "{", self.whole.start))
    }

    /// What is wrong with each entry, if it were the only one.
    pub fn problems_of_entries(&self) -> impl Iterator<Item = String> {
        let opening = format!("{{\"{}\": [", self.name);
        self.entries.iter().enumerate().filter_map(move |(index, entry)| {
            let error = self.refusal(&opening, entry, "]}")?;
            let number = |index| format!("{}[{index}]", self.name);
            let path = error.path().replacen(&number(0), &number(index), 1);
            Some(self.said(&error, &path, &opening, entry.start))
        })
    }

    fn refusal(&self, opening: &str, part: &Range<usize>, closing: &str) -> Option<PolicyError> {
        let alone = [opening, self.text.get(part.clone())?, closing].concat();
        Policy::parse(alone.as_bytes()).err()
    }

    /// The error in the engine's words, with the place in the whole text, where what follows `opening` begins at
    /// `start`.
    fn said(&self, error: &PolicyError, path: &str, opening: &str, start: usize) -> String {
        let colon = if path.is_empty() { "" } else { ": " };
        let said = format!("{path}{colon}{}", error.message());
        let (Some((line, column)), Some(before)) = (error.position(), self.text.get(..start)) else {
            return said;
        };
        let indent = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let column = if line == 1 { (indent + column).saturating_sub(opening.len()) } else { column };
        format!("{said} (line {}, column {column})", before.matches('\n').count() + line)
    }
}

#[cfg(test)]
mod tests;
