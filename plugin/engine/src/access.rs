//! The permanent access list (`access_list`, postscreen's `postscreen_access_list`).
//!
//! Rules are tried from left to right; the first that matches decides:
//!
//! | rule | client in `mynetworks` | client in its network | any other client |
//! | --- | --- | --- | --- |
//! | `permit_mynetworks` | permit | | next rule |
//! | `permit` | permit | | permit |
//! | `reject` | reject | | reject |
//! | `dunno` | test it | | test it |
//! | `{"cidr": "192.0.2.0/24", "action": "permit"}` | | permit | next rule |
//! | `{"cidr": "192.0.2.0/24", "action": "dunno"}` | | test it | next rule |
//!
//! A client that no rule decides about is tested. How many rules there are does not matter for a client: the list is
//! turned into ranges of addresses when it is read.

mod list;
mod network;
mod ranges;

pub use list::{AccessList, Match, decide, find};
pub use network::{Networks, Pattern, PatternError};

use crate::word::{Word, WordError, word};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::str::FromStr;

/// What the access list says about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Serve it untested.
    Permit,
    /// Apply `denylist_action`.
    Reject,
    /// Test it.
    Undecided,
}

/// One entry of the access list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Permits the clients of `mynetworks`.
    PermitMynetworks,
    /// Decides about every client.
    Always(Verb),
    /// Decides about the clients that match.
    Cidr(Pattern, Verb),
}

/// The decision of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Serve it untested.
    Permit,
    /// Apply `denylist_action`.
    Reject,
    /// Test it.
    Dunno,
}

impl fmt::Display for Rule {
    /// As Postfix would write it: the network, if there is one, and the word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PermitMynetworks => f.write_str("permit_mynetworks"),
            Self::Always(verb) => verb.fmt(f),
            Self::Cidr(pattern, verb) => write!(f, "{pattern} {verb}"),
        }
    }
}

impl From<Verb> for Decision {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Permit => Self::Permit,
            Verb::Reject => Self::Reject,
            Verb::Dunno => Self::Undecided,
        }
    }
}

impl Word for Verb {
    const EXPECTED: &'static str = "\"permit\", \"reject\" or \"dunno\"";
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permit => "permit",
            Self::Reject => "reject",
            Self::Dunno => "dunno",
        })
    }
}

impl FromStr for Verb {
    type Err = WordError;

    /// Postfix takes these words in any case.
    fn from_str(text: &str) -> Result<Self, WordError> {
        let words = [("permit", Self::Permit), ("reject", Self::Reject), ("dunno", Self::Dunno)];
        let verb = words.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        verb.map(|(_, verb)| verb).ok_or(WordError::no::<Self>())
    }
}

word!(Verb, "enum": ["permit", "reject", "dunno"]);

#[derive(Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct CidrRule {
    /// A network, or `!` and a network to match all other addresses of its family.
    cidr: Pattern,
    action: Verb,
}

const RULE_EXPECTED: &str =
    "\"permit_mynetworks\", \"permit\", \"reject\", \"dunno\" or {\"cidr\": …, \"action\": …}";

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RuleVisitor;

        impl<'de> Visitor<'de> for RuleVisitor {
            type Value = Rule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(RULE_EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Rule, E> {
                if text.eq_ignore_ascii_case("permit_mynetworks") {
                    return Ok(Rule::PermitMynetworks);
                }
                let verb = text.parse();
                verb.map(Rule::Always)
                    .map_err(|_| E::custom(format_args!("{text:?}: expected {RULE_EXPECTED}")))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
                let rule = CidrRule::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Rule::Cidr(rule.cidr, rule.action))
            }
        }

        deserializer.deserialize_any(RuleVisitor)
    }
}

#[cfg(not(target_family = "wasm"))]
impl serde::Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::PermitMynetworks => serializer.serialize_str("permit_mynetworks"),
            Self::Always(verb) => verb.serialize(serializer),
            Self::Cidr(cidr, action) => CidrRule { cidr, action }.serialize(serializer),
        }
    }
}

#[cfg(not(target_family = "wasm"))]
impl schemars::JsonSchema for Rule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let cidr = generator.subschema_for::<CidrRule>();
        schemars::json_schema!({
            "anyOf": [{ "enum": ["permit_mynetworks", "permit", "reject", "dunno"] }, cidr]
        })
    }
}

#[cfg(test)]
mod tests;
