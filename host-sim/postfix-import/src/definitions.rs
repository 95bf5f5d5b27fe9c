//! What main.cf, or the output of `postconf -n`, defines.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::{Definition, InvalidSetting, shown};
use super::files::{ConfigFile, ConfigPlace, LINE_BYTES_MAX, logical_lines};

/// Everything that is defined; of several definitions of one name, the last.
#[derive(Clone, Debug, Default)]
pub struct Definitions(BTreeMap<String, Definition>);

impl Definitions {
    /// Reads main.cf. What is no setting is left out, with a word about it.
    pub fn parse(file: &Arc<ConfigFile>, mut mistake: impl FnMut(InvalidSetting)) -> Self {
        let mut definitions = Self::default();
        for line in logical_lines(&file.text) {
            let place = ConfigPlace { file: file.clone(), span: line.span };
            if line.text.len() > LINE_BYTES_MAX {
                let what = format!("{} is too long", shown(&line.text));
                mistake(InvalidSetting::at(place, &what, format!("expected at most {LINE_BYTES_MAX} bytes")));
            } else if let Err(wrong) = definitions.add(&line.text, place) {
                mistake(wrong);
            }
        }
        definitions
    }

    /// Adds `name = value`, in place of an earlier definition of the name.
    pub fn add(&mut self, text: &str, place: ConfigPlace) -> Result<(), InvalidSetting> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => (name.trim(), value.trim()),
            _ => {
                let what = format!("{} is no setting", shown(text));
                return Err(InvalidSetting::at(place, &what, "expected `name = value`"));
            }
        };
        self.set(Definition { name: name.to_owned(), value: value.to_owned(), place });
        Ok(())
    }

    /// Puts a definition in place of the one with its name.
    pub fn set(&mut self, definition: Definition) {
        self.0.insert(definition.name.clone(), definition);
    }

    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.values()
    }
}
