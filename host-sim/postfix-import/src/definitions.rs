//! What main.cf, or the output of `postconf -n`, defines.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::problem::Mistake;
use super::source::{Place, Source, logical_lines};

/// One `name = value`.
#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    /// As written, in one line.
    pub value: String,
    pub place: Place,
}

/// Everything that is defined; of several definitions of one name, the last.
#[derive(Debug, Default)]
pub struct Definitions(BTreeMap<String, Definition>);

impl Definitions {
    /// Reads main.cf.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Mistake> {
        let mut definitions = Self::default();
        for line in logical_lines(&source.text) {
            let place = Place { source: source.clone(), span: line.span };
            definitions.add(&line.text, place)?;
        }
        Ok(definitions)
    }

    /// Adds `name = value`, in place of an earlier definition of the name.
    pub fn add(&mut self, text: &str, place: Place) -> Result<(), Mistake> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => (name.trim(), value.trim()),
            _ => return Err(Mistake::at(place, "this is no setting", "expected `name = value`")),
        };
        let definition = Definition { name: name.to_owned(), value: value.to_owned(), place };
        self.0.insert(name.to_owned(), definition);
        Ok(())
    }

    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.values()
    }
}
