//! What is on trial: asked, watched and counted, and never decisive.

use super::entries::Changes;
use super::names::name;
use super::pair::{Pair, count};
use super::{Difference, Topic};
use crate::dnsbl::Site;
use crate::policy::Policy;
use crate::record::Test;

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    [lists(pair), tests(pair)].into_iter().flatten().collect()
}

fn lists(pair: Pair<'_>) -> Option<Difference> {
    let shown = |site: &Site| {
        let filter = site.filter.as_ref().map(|filter| format!(" as {filter}")).unwrap_or_default();
        format!("{}{filter}, weight {}", name(pair, &site.domain), site.weight)
    };
    let sites = |policy: &Policy| policy.dnsbl_trial_sites.iter().map(shown).collect::<Vec<_>>();
    let changes = Changes::of_sets(sites(pair.old), sites(pair.new));
    if changes.is_empty() {
        return None;
    }
    let effect =
        "A list on trial is asked and decides nothing; the log and the metrics say what it would have done.";
    let size = |policy: &Policy| count(policy.dnsbl_trial_sites.len(), "list");
    Some(Difference {
        topic: Topic::Asked,
        field: "dnsbl_trial_sites",
        old: size(pair.old),
        new: size(pair.new),
        meaning: [vec![effect.to_owned()], changes.sentences(String::clone)].concat(),
    })
}

fn tests(pair: Pair<'_>) -> Option<Difference> {
    let names = |policy: &Policy| {
        let on_trial = |&test: &Test| policy.is_on_trial(test);
        Test::ALL.into_iter().filter(on_trial).map(Test::as_str).collect::<Vec<_>>().join(", ")
    };
    let shown = |policy: &Policy| match names(policy) {
        names if names.is_empty() => "none".to_owned(),
        names => names,
    };
    pair.plain(Topic::Served, "trial_tests", shown, |_, now| {
        vec![match now.as_str() {
            "none" => "Every test does to clients that fail it what its action says.".to_owned(),
            names => format!(
                "Who fails one of these is served, and what the action would have done is told: {names}."
            ),
        }]
    })
}
