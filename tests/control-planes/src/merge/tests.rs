use serde_json::json;

use super::*;

#[test]
fn messages_grow_lists_are_joined_and_values_replaced() {
    let mut into = json!({"a": {"x": 1, "y": 2}, "list": [1], "name": "old"});
    merge(&mut into, &json!({"a": {"y": 3, "z": 4}, "list": [2], "name": "new", "more": {"b": true}}));
    let merged = json!({"a": {"x": 1, "y": 3, "z": 4}, "list": [1, 2], "name": "new", "more": {"b": true}});
    assert_eq!(into, merged);
}

#[test]
fn what_is_not_named_stays() {
    let mut into = json!({"stats_config": {"stats_tags": [{"tag_name": "a"}]}});
    let before = into.clone();
    merge(&mut into, &json!({}));
    assert_eq!(into, before);
}
