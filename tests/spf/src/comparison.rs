//! Both, side by side.

use std::collections::BTreeMap;
use std::fmt;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use postscreen_engine::spf::{Outcome, SpfResult};

use crate::peer::{PeerOutcome, Said};
use crate::world::Case;

/// The most differences that are shown in full.
const SHOWN_MAX: usize = 5;

/// What came of all cases.
pub struct Comparison<'a> {
    /// By what the engine says: how many there are, agree, and are left out.
    results: BTreeMap<SpfResult, [usize; 3]>,
    /// How many each rule leaves out; one that has not come up, too.
    left_out: BTreeMap<&'a str, (&'a str, usize)>,
    differences: Vec<Difference<'a>>,
}

struct Difference<'a> {
    seed: u64,
    case: &'a Case,
    ours: &'a Outcome,
    theirs: &'a PeerOutcome,
}

impl<'a> Comparison<'a> {
    /// Compares what the engine and pyspf say about cases, the first of which has this seed.
    pub fn new(seed: u64, cases: &'a [Case], ours: &'a [Outcome], said: &'a Said) -> Self {
        let rules = said.rules.iter().map(|(name, about)| (name.as_str(), (about.as_str(), 0)));
        let mut comparison =
            Self { results: BTreeMap::new(), left_out: rules.collect(), differences: Vec::new() };
        for ((seed, case), (ours, theirs)) in (seed..).zip(cases).zip(ours.iter().zip(&said.outcomes)) {
            comparison.add(Difference { seed, case, ours, theirs });
        }
        comparison
    }

    fn add(&mut self, pair: Difference<'a>) {
        let [all, agree, left_out] = self.results.entry(pair.ours.result).or_default();
        *all += 1;
        if pair.ours.result.to_string() == pair.theirs.result {
            *agree += 1;
        } else if let Some(rule) = pair.theirs.rules.first() {
            *left_out += 1;
            self.left_out.entry(rule).or_default().1 += 1;
        } else {
            self.differences.push(pair);
        }
    }

    /// Whether nothing differs that no rule leaves out.
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in self.differences.iter().take(SHOWN_MAX) {
            writeln!(f, "{difference}")?;
        }
        let mut results = table(["result", "cases", "agree", "left out", "differ"]);
        for (result, [all, agree, left_out]) in &self.results {
            let differ = all - agree - left_out;
            let numbers = [all, agree, left_out, &differ].map(ToString::to_string);
            results.add_row([result.to_string()].into_iter().chain(numbers));
        }
        writeln!(f, "{}\n", results.trim_fmt())?;
        let mut rules = table(["left out", "cases", "RFC 7208, and what pyspf does"]);
        for (rule, (about, count)) in &self.left_out {
            rules.add_row([rule, count.to_string().as_str(), about]);
        }
        writeln!(f, "{}\n", rules.trim_fmt())?;
        let agree: usize = self.results.values().map(|[_, agree, _]| agree).sum();
        write!(f, "{agree} passed, {} failed", self.differences.len())
    }
}

fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if let Some(about) = table.column_mut(2).filter(|_| COLUMNS == 3) {
        about.set_cell_alignment(CellAlignment::Left);
    }
    table
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, case, ours, theirs } = self;
        writeln!(f, "DIFFERS  --seed {seed} --cases 1: {} for {}", case.client, case.domain)?;
        for (question, values) in &case.dns {
            match values {
                None => writeln!(f, "  {question}: no answer")?,
                Some(values) => writeln!(f, "  {question}: {values:?}")?,
            }
        }
        writeln!(f, "  the engine: {}, {}", ours.result, ours.explanation())?;
        writeln!(f, "  pyspf:      {}, {}", theirs.result, theirs.why)
    }
}
