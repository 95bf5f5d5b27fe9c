//! Comparisons inside `${…}`.

use std::cmp::Ordering;

/// Whether `left operator right` holds; `None` when there is no such operator.
///
/// Two whole numbers compare as numbers, anything else as text. With `level` after the operator, `3.10` is above `3.6`,
/// and `3` is `3.0`.
pub fn holds(left: &str, operator: &str, right: &str) -> Option<bool> {
    let (operator, level) = match operator.strip_suffix("level") {
        Some(operator) => (operator.trim_end(), true),
        None => (operator, false),
    };
    let order = match (left.parse::<i64>(), right.parse::<i64>()) {
        _ if level => levels(left).cmp(&levels(right)),
        (Ok(left), Ok(right)) => left.cmp(&right),
        _ => left.cmp(right),
    };
    Some(match operator {
        "==" => order == Ordering::Equal,
        "!=" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">=" => order != Ordering::Less,
        ">" => order == Ordering::Greater,
        _ => return None,
    })
}

/// Major, minor and patch.
fn levels(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.trim().parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}
