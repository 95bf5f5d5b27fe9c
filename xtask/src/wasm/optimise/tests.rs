use std::fs::File;
use std::time::Duration;

use super::*;

#[test]
fn a_result_is_stale_unless_it_is_newer_than_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let [source, result] = ["a.wasm", "a.108-O3.wasm"].map(|name| folder.path().join(name));
    let written = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
    File::create(&source).unwrap().set_modified(written).unwrap();
    assert!(is_stale(&result, &source).unwrap(), "there is none");
    let file = File::create(&result).unwrap();
    for (seconds, stale) in [(-1_i64, true), (0, true), (1, false)] {
        let apart = Duration::from_secs(seconds.unsigned_abs());
        file.set_modified(if seconds < 0 { written - apart } else { written + apart }).unwrap();
        assert_eq!(is_stale(&result, &source).unwrap(), stale, "{seconds} s after");
    }
}
