//! Where the fields of a configuration, and the entries of lists, stand in its text.

use std::collections::BTreeMap;
use std::ops::Range;

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
    /// Its value.
    value: Range<usize>,
    /// The values in it, if it is an array.
    entries: Vec<Range<usize>>,
}

/// One entry of a field.
pub struct Entry<'a> {
    field: &'a Field<'a>,
    index: usize,
    value: Range<usize>,
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

    /// The line, from 1, of an entry of a field.
    pub fn line(&self, field: &str, index: usize) -> Option<usize> {
        let entries = &self.fields.iter().find(|it| it.name == field)?.entries;
        let before = self.text.get(..entries.get(index)?.start)?;
        Some(before.matches('\n').count() + 1)
    }
}

impl<'a> Field<'a> {
    fn of(text: &'a str, name: String, raw: &'a RawValue) -> Option<Self> {
        let value = place(text, raw);
        let start = text.get(..value.start)?.rfind(&serde_json::to_string(&name).ok()?)?;
        let entries: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        let entries = entries.into_iter().map(|entry| place(text, entry)).collect();
        Some(Self { text, name, whole: start..value.end, value, entries })
    }

    /// The object with this field alone, which stands where it stood.
    pub fn alone(&self) -> String {
        masked(self.text, [self.whole.clone(), 0..0], &self.braces())
    }

    /// In order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries.iter().enumerate().map(|(index, value)| Entry {
            field: self,
            index,
            value: value.clone(),
        })
    }

    fn braces(&self) -> [(usize, u8); 2] {
        [(self.whole.start.saturating_sub(1), b'{'), (self.whole.end, b'}')]
    }
}

impl Entry<'_> {
    /// The object with this field alone, and this entry alone in it, where they stood.
    pub fn alone(&self) -> String {
        let Field { text, whole, value, .. } = self.field;
        let brackets = [(value.start, b'['), (value.end.saturating_sub(1), b']')];
        let marks = [self.field.braces(), brackets].concat();
        masked(text, [whole.start..value.start, self.value.clone()], &marks)
    }

    /// What was said about [`Self::alone`], with the entry's own number.
    pub fn path_in(&self, said: &str) -> String {
        let path = |index| format!("{}[{index}]", self.field.name);
        said.replacen(&path(0), &path(self.index), 1)
    }
}

/// Where a part of the text stands in it.
fn place(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + part.get().len()
}

/// The text with blanks in place of everything but some parts, the ends of lines, and some marks that are set.
fn masked(text: &str, kept: [Range<usize>; 2], marks: &[(usize, u8)]) -> String {
    let shown = |(at, byte): (usize, u8)| {
        let mark = marks.iter().find(|(place, _)| *place == at).map(|(_, mark)| *mark);
        let stays = byte == b'\n' || kept.iter().any(|part| part.contains(&at));
        mark.unwrap_or(if stays { byte } else { b' ' })
    };
    // Parts begin and end with whole characters.
    String::from_utf8(text.bytes().enumerate().map(shown).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
