//! The name that somebody meant.

use strsim::osa_distance;

/// The longest name that is compared, in bytes: what is longer is no name.
const NAME_MAX: usize = 64;
/// The shortest part of a name that stands for the whole.
const PART_MIN: usize = 5;

/// The one of `names` that `written` is most like, if it is like one: up to one wrong letter in four and three in all,
/// or a name of which only the beginning or the end was written. Case does not count, nor whether `-` or `_` is between
/// words, nor postscreen's prefix and its words before Postfix 3.6.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > NAME_MAX {
        return None;
    }
    let written = plain(written);
    let names: Vec<_> = names.into_iter().map(|name| (name, plain(name))).collect();
    let distance = |name: &str| {
        let wrong_max = written.len().min(name.len()).div_ceil(4).min(3);
        if written.len().abs_diff(name.len()) > wrong_max {
            return None;
        }
        let distance = osa_distance(&written, name);
        (distance <= wrong_max && distance < name.len()).then_some(distance)
    };
    let like = names.iter().filter_map(|(name, plain)| Some((distance(plain)?, *name)));
    like.min_by_key(|&(distance, _)| distance).map(|(_, name)| name).or_else(|| {
        let mut wholes = names.iter().filter(|(_, plain)| is_part(&written, plain));
        let (first, _) = wholes.next()?;
        wholes.next().is_none().then_some(*first)
    })
}

/// A name in one spelling.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let name = name.replace("whitelist", "allowlist").replace("blacklist", "denylist");
    name.strip_prefix("postscreen_").unwrap_or(&name).to_owned()
}

/// Whether `part` is some words at the beginning or at the end of `whole`.
fn is_part(part: &str, whole: &str) -> bool {
    let rest = whole.strip_prefix(part).filter(|rest| rest.starts_with('_'));
    let rest = rest.or_else(|| whole.strip_suffix(part).filter(|rest| rest.ends_with('_')));
    part.len() >= PART_MIN && rest.is_some()
}

#[cfg(test)]
mod tests;
