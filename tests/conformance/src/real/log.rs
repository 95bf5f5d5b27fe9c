//! Envoy's log, taken apart again.

use crate::seen::{by_host, line, masked};

/// What Envoy puts in front of a line that the module logs: the names of plugin, root and machine for a stream, the
/// last two for a root, and none before there is a root.
const MODULE_PREFIXES: [&str; 3] = ["wasm log probe root vm: ", "wasm log root vm: ", "wasm log: "];

/// What was logged on the main thread, whose number is `main`, and on each other one. `names` are addresses and ports
/// with the words that stand for them.
pub(super) fn threads(
    log: &str,
    main: u32,
    names: &[(String, &'static str)],
) -> (Vec<String>, Vec<Vec<String>>) {
    let mut by_thread: Vec<(u32, Vec<String>)> = Vec::new();
    let mut of_main = Vec::new();
    for (thread, text) in log.lines().filter_map(entry) {
        let text = masked(text, names);
        if thread == main || main == 0 {
            of_main.push(text);
        } else if let Some((_, lines)) = by_thread.iter_mut().find(|(known, _)| *known == thread) {
            lines.push(text);
        } else {
            by_thread.push((thread, vec![text]));
        }
    }
    (of_main, by_thread.into_iter().map(|(_, lines)| lines).collect())
}

/// The thread, and the line as it is compared. Most of what Envoy says itself is not.
fn entry(entry: &str) -> Option<(u32, String)> {
    let (thread, rest) = entry.split_once(' ')?;
    let (level, rest) = rest.split_once(' ')?;
    let (_logger, text) = rest.split_once(' ')?;
    let text: String = serde_json::from_str(&format!("\"{text}\"")).ok()?;
    let text = match MODULE_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        Some(text) => line(level, text),
        None => by_host(&text)?,
    };
    Some((thread.parse().ok()?, text))
}
