use postscreen_scenario::parse;

use super::*;

const EVERYTHING: &str = r#"
about: It's everything.
policy:
  greet_wait: 2s
  dnsbl_sites: ["bl.test=127.0.0.[2..4]*-3", dead.test]
  access_list: [{ cidr: "::1", action: permit }]
dns:
  bl.test: { ttl: 30s, soa_ttl: 90s, listed: { 203.0.113.9: [127.0.0.2, 127.0.0.3], "2001:db8::9": 127.0.0.4 } }
  broken.test: servfail
  dead.test: timeout
clients:
  a:
    from: 203.0.113.9
    at: 1500ms
    script:
      [{ send: "\0\x80\xff\"\\\r\n\t" }, { expect: "220 'x'" }, { silence: 1s }, { wait: 1ms }, { elapsed: 0s }, end,
       reset, close, closed]
  b: { from: "2001:db8::9", after: a, wait: 2s, script: [] }
backend: { sessions: [b, a] }
log: ['PREGREET 1 after 0 from [203.0.113.9]:PORT: it''s \r\n "x": #y', "- x"]
metrics: { postscreen_connections_total: 2, postscreen_held_clients: 0 }
mail_server: busy
hosts: [native, postscreen]
refused: "a: b"
delta: error-codes
"#;

#[test]
fn everything_comes_back_as_it_was() {
    let nothing = "about: x\nclients: { a: { from: ::1, script: [close] } }\nbackend: untouched\nlog: []\n";
    let refuses = "about: x\nclients: { a: { from: ::1, script: [] } }\nmail_server: refuses\n";
    for text in [EVERYTHING, nothing, refuses] {
        let scenario = parse("story", text).unwrap();
        let written = yaml(&scenario);
        assert_eq!(parse("written", &written).unwrap(), scenario, "{written}");
    }
}
