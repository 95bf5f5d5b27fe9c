//! One story on several hosts.

use envoy_sim::Module;
use postscreen_scenario::parse;
use virtual_player::Envoy;

use super::*;

const STORY: &str = r#"
about: x
policy: { greet_wait: 1s }
clients:
  a: { from: 203.0.113.9, script: [{ expect: "220 mx.test ESMTP\r\n" }] }
"#;

/// A filter that lets everybody through, and counts and logs nothing.
fn open_door() -> Screener {
    let text = r#"(module
      (memory (export "memory") 1)
      (func (export "proxy_abi_version_0_2_1"))
      (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024))"#;
    Screener::ProxyWasm(Module::from_bytes("test", text.as_bytes()).unwrap(), Envoy::default())
}

fn told(screeners: &[Screener], yaml: &str) -> Option<Vec<String>> {
    let views = Views { trace: false, timeline: false };
    let played = play(screeners, &parse("story.yaml", yaml).unwrap(), NonZeroUsize::MIN, views)?;
    Some(played.differences.into_iter().map(|difference| difference.what).collect())
}

#[test]
fn hosts_that_see_the_same_agree() {
    assert_eq!(told(&[Screener::Native, Screener::Native], STORY), Some(Vec::new()));
}

#[test]
fn hosts_that_do_not_are_told_apart_although_the_story_came_true() {
    assert_eq!(told(&[Screener::Native], STORY), Some(Vec::new()));
    assert_eq!(told(&[open_door()], STORY), Some(Vec::new()));
    let both = told(&[Screener::Native, open_door()], STORY);
    assert_eq!(both, Some(vec!["proxy-wasm against native".to_owned()]));
}

#[test]
fn what_differs_from_the_story_is_told_of_each_host() {
    let story = format!("{STORY}backend: untouched\n");
    let all = told(&[Screener::Native, open_door()], &story).unwrap();
    let sessions = ["native: sessions at the mail server", "proxy-wasm: sessions at the mail server"];
    assert_eq!(all, [sessions[0], sessions[1], "proxy-wasm against native"]);
}

#[test]
fn a_story_is_played_on_those_that_can() {
    let story = format!("{STORY}hosts: [component]\n");
    assert_eq!(told(&[open_door(), Screener::Native], &story), Some(Vec::new()));
    assert_eq!(told(&[open_door()], &story), None);
}
