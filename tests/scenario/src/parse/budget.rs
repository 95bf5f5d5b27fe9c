//! How much of YAML a story may use: nobody writes more by hand, and a file that unfolds into more is no story.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Budget, Options};

/// The most aliases (`*NAME`) of a file.
pub(super) const ALIASES_MAX: usize = 100;
/// The most anchors (`&NAME`) of a file.
pub(super) const ANCHORS_MAX: usize = 100;
/// How deep values may be nested.
pub(super) const DEPTH_MAX: usize = 24;
/// The most values of a file, with those that aliases stand for. The longest story so far has some hundred.
pub(super) const NODES_MAX: usize = 50_000;

/// What the reader of YAML is told.
pub(super) fn options() -> Options {
    let budget: Option<Budget> = serde_saphyr::budget! {
        max_aliases: ALIASES_MAX,
        max_anchors: ANCHORS_MAX,
        max_depth: DEPTH_MAX,
        max_nodes: NODES_MAX,
    };
    serde_saphyr::options! { budget: budget }
}

/// What was too much.
pub(super) fn words(breach: &BudgetBreach) -> String {
    let (what, most) = match breach {
        BudgetBreach::Aliases { .. } => ("aliases", ALIASES_MAX),
        BudgetBreach::Anchors { .. } => ("anchors", ANCHORS_MAX),
        BudgetBreach::Depth { .. } => ("levels of nesting", DEPTH_MAX),
        BudgetBreach::Nodes { .. } => ("values, those behind aliases included", NODES_MAX),
        _ => return "the text unfolds into too much: expected a story that a person could write".to_owned(),
    };
    format!("the text has too many {what}: expected at most {most}")
}
