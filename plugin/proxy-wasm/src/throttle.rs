//! Lines that are written at most once a minute, by all workers together.

use crate::host;
use postscreen_engine::shared::ABSENT;
use postscreen_engine::throttle::is_due;
use postscreen_engine::{Line, Repeat};

/// Whether this worker is to write `line` at `unix`. When two want to, the one that changes the shared time does.
pub fn admit(line: &Line, unix: u64) -> bool {
    let Repeat::OncePerMinute(list) = line.repeat else { return true };
    let key = format!("postscreen.warned.{list}");
    let (written, cas) = match host::shared_data(&key) {
        Ok(Some((bytes, cas))) => (bytes.try_into().map(u64::from_be_bytes).ok(), cas),
        Ok(None) | Err(_) => (None, ABSENT),
    };
    // A host that cannot share still gets its line.
    is_due(written, unix) && host::set_shared_data(&key, &unix.to_be_bytes(), cas).unwrap_or(true)
}
