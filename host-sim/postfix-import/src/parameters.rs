//! Every parameter of Postfix that has to do with postscreen, and what becomes of it here.
//!
//! The importer reads it, and the table in docs/parameters.md is written from it.

mod sections;

use sections::SECTIONS;

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// The name in main.cf; with `*` at its end, all names that begin with the rest.
    pub name: &'static str,
    /// Postfix's default, as `postconf -d` shows it; `None` when it depends on the machine. `*` is what `*` in the name
    /// stands for.
    pub default: Option<&'static str>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a parameter.
#[derive(Debug)]
pub enum Fate {
    /// It is a field of ours.
    Field {
        /// The field.
        name: &'static str,
        /// How its value is written.
        kind: ValueKind,
        /// What differs, in a sentence; mostly empty.
        note: &'static str,
    },
    /// The old name of another parameter.
    OldName(&'static str),
    /// The default of another parameter, and nothing else to us.
    Inherited(&'static str),
    /// It does not carry over.
    None {
        /// Why not, in a sentence.
        why: &'static str,
        /// What to do in place of it.
        instead: &'static str,
    },
}

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub enum ValueKind {
    /// `postscreen_access_list`.
    AccessList,
    /// `yes` or `no`.
    Flag,
    /// Strings and tables.
    ForbiddenCommands,
    /// Tables of EHLO keywords by client address.
    KeywordMaps,
    /// EHLO keywords.
    Keywords,
    /// A list of addresses and networks.
    Networks,
    /// A whole number.
    Number,
    /// A table of names.
    ReplyMap,
    /// Entries of `postscreen_dnsbl_sites`.
    Sites,
    /// A text in which some names stay as they are.
    Text(&'static [&'static str]),
    /// A time, and the unit of a number without one.
    Time(char),
    /// A time that may be shorter under stress.
    StressTime(char),
}

/// All of them, under headings.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static [Parameter])> {
    SECTIONS.into_iter()
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Parameter> {
    SECTIONS.into_iter().flat_map(|(_, parameters)| parameters)
}

impl Parameter {
    /// What `*` stands for in a name that this is about; empty if there is no `*`.
    fn rest_of<'n>(&self, name: &'n str) -> Option<&'n str> {
        match self.name.strip_suffix('*') {
            Some(begin) => name.strip_prefix(begin),
            None => (self.name == name).then_some(""),
        }
    }

    /// The default of the parameter `name`, which this is about.
    pub fn default_of(&self, name: &str) -> Option<String> {
        let rest = self.rest_of(name)?;
        self.default.map(|default| default.replace('*', rest))
    }
}

/// The one with this name.
pub fn find(name: &str) -> Option<&'static Parameter> {
    all()
        .find(|parameter| parameter.name == name)
        .or_else(|| all().find(|parameter| parameter.rest_of(name).is_some()))
}

/// Postfix's default for any name that values refer to.
pub fn default(name: &str) -> Option<&'static str> {
    let others = [
        ("mail_name", "Postfix"),
        ("config_directory", "/etc/postfix"),
        ("data_directory", "/var/lib/postfix"),
    ];
    let other = || others.into_iter().find(|&(other, _)| other == name).map(|(_, default)| default);
    let family = |parameter: &&Parameter| parameter.name == name;
    find(name).filter(family).map_or_else(other, |parameter| parameter.default)
}

const fn field(name: &'static str, default: &'static str, field: &'static str, kind: ValueKind) -> Parameter {
    noted(name, default, field, kind, "")
}

const fn noted(
    name: &'static str,
    default: &'static str,
    field: &'static str,
    kind: ValueKind,
    note: &'static str,
) -> Parameter {
    Parameter { name, default: Some(default), fate: Fate::Field { name: field, kind, note } }
}

/// A field whose default is the machine's.
const fn of_machine(name: &'static str, kind: ValueKind, note: &'static str) -> Parameter {
    Parameter { name, default: None, fate: Fate::Field { name, kind, note } }
}

const fn old_name(name: &'static str, of: &'static str) -> Parameter {
    Parameter { name, default: Some(""), fate: Fate::OldName(of) }
}

const fn inherited(name: &'static str, default: &'static str, by: &'static str) -> Parameter {
    Parameter { name, default: Some(default), fate: Fate::Inherited(by) }
}

const fn none(
    name: &'static str,
    default: &'static str,
    why: &'static str,
    instead: &'static str,
) -> Parameter {
    Parameter { name, default: Some(default), fate: Fate::None { why, instead } }
}

#[cfg(test)]
mod tests;
