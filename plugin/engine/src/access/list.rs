//! The list as a whole, and who is looked up in it.

use super::ranges::{Extent, Ranges};
use super::{Decision, Networks, Pattern, Rule};
use serde::Deserialize;
use std::net::IpAddr;
use std::ops::Deref;

/// The permanent access list.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Vec<Rule>")]
pub struct AccessList {
    rules: Box<[Rule]>,
    /// The rules but for `permit_mynetworks`.
    ranges: Ranges,
    /// The first `permit_mynetworks`. Another one has nobody left to permit.
    mynetworks: Option<usize>,
}

/// The rule that decides about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its place in the access list, from 0.
    pub index: usize,
    /// The rule.
    pub rule: Rule,
    /// The entry of `mynetworks` that the client belongs to, if that is what the rule asks for.
    pub network: Option<Pattern>,
    /// What the rule says.
    pub decision: Decision,
}

/// Looks up a client.
pub fn decide(list: &AccessList, mynetworks: &Networks, client: IpAddr) -> Decision {
    find(list, mynetworks, client).map_or(Decision::Undecided, |found| found.decision)
}

/// Looks up a client, and says which rule it is that decides; `None` when there is no such rule.
pub fn find(list: &AccessList, mynetworks: &Networks, client: IpAddr) -> Option<Match> {
    let found = list.ranges.find(client);
    let before = |index: usize| found.is_none_or(|found| index < found);
    let home = list.mynetworks.filter(|&index| before(index));
    if let Some((index, network)) = home.and_then(|index| Some((index, mynetworks.home_of(client)?))) {
        let (rule, decision) = (Rule::PermitMynetworks, Decision::Permit);
        return Some(Match { index, rule, network: Some(network), decision });
    }
    let index = found?;
    let &rule = list.rules.get(index)?;
    match rule {
        // It is in no range.
        Rule::PermitMynetworks => None,
        Rule::Always(verb) | Rule::Cidr(_, verb) => {
            Some(Match { index, rule, network: None, decision: verb.into() })
        }
    }
}

#[cfg(not(target_family = "wasm"))]
impl AccessList {
    /// Addresses between which no rule but `permit_mynetworks` begins or ends to decide, in no order.
    pub(crate) fn starts(&self) -> impl Iterator<Item = IpAddr> {
        self.ranges.starts()
    }
}

impl From<Vec<Rule>> for AccessList {
    fn from(rules: Vec<Rule>) -> Self {
        let extent = |rule: &Rule| match rule {
            Rule::PermitMynetworks => Extent::Nothing,
            Rule::Always(_) => Extent::Everything,
            Rule::Cidr(pattern, _) => pattern.extent(),
        };
        Self {
            ranges: Ranges::new(rules.iter().map(extent)),
            mynetworks: rules.iter().position(|rule| *rule == Rule::PermitMynetworks),
            rules: rules.into(),
        }
    }
}

impl Deref for AccessList {
    type Target = [Rule];

    fn deref(&self) -> &[Rule] {
        &self.rules
    }
}

#[cfg(not(target_family = "wasm"))]
impl serde::Serialize for AccessList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rules.serialize(serializer)
    }
}

#[cfg(not(target_family = "wasm"))]
impl schemars::JsonSchema for AccessList {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AccessList".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<Rule>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests;
