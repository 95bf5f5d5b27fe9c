//! Lines that are written at most once a minute, by all workers together.

use crate::host;
use postscreen_engine::throttle::is_due;
use postscreen_engine::{Line, Repeat};

/// Makes room for lines about `lists` DNS lists. Called while a configuration is checked, before there are workers that
/// could both be the first: shared data has no atomic creation.
pub fn prepare(lists: usize) {
    for list in (0_u16..).take(lists) {
        let key = key(list);
        if let Ok(None) = host::shared_data(&key) {
            _ = host::set_shared_data(&key, &[], 0);
        }
    }
}

/// Whether this worker is to write `line` at `unix`. When two want to, the one that changes the shared time does.
pub fn admit(line: &Line, unix: u64) -> bool {
    let Repeat::OncePerMinute(list) = line.repeat else { return true };
    let key = key(list);
    let (written, cas) = match host::shared_data(&key) {
        Ok(Some((bytes, cas))) => (bytes.try_into().map(u64::from_be_bytes).ok(), cas),
        Ok(None) | Err(_) => (None, 0),
    };
    is_due(written, unix) && host::set_shared_data(&key, &unix.to_be_bytes(), cas).unwrap_or(true)
}

fn key(list: u16) -> String {
    format!("postscreen.warned.{list}")
}
