//! The forms of the log.

use serde_json::Value;

use crate::BANNER;
use crate::program::{Program, read_exact};

#[test]
fn json_lines_are_objects_with_the_same_fields_always() {
    let options = ["--log-format", "json", "--proxy-protocol-in"];
    let mut program = Program::serve("tell.wat", &options);
    let object = |line: &str| {
        let object: Value = serde_json::from_str(line).unwrap();
        for field in ["time", "level", "program", "event", "text"] {
            assert!(object[field].is_string(), "no {field} in {line}");
        }
        object
    };
    let start = object(&program.line_with("DNS lists"));
    assert_eq!((&start["event"], &start["level"]), (&"start".into(), &"info".into()));

    let mut client = program.connect();
    std::io::Write::write_all(&mut client, b"PROXY TCP4 203.0.113.9 198.51.100.1 4242 25\r\n").unwrap();
    read_exact(&mut client, BANNER);
    let said = object(&program.line_with("\"postscreen\""));
    assert_eq!(said["client"], "203.0.113.9:4242");
    assert_eq!(said["text"], r#"warning: CONNECT from [203.0.113.9]:4242: "\n\u{1b}[2J"#);
    assert_eq!((&said["event"], &said["level"]), (&"log".into(), &"warning".into()));
    drop(client);
    let access = object(&program.line_with("\"access\""));
    assert_eq!(access["client"], "203.0.113.9:4242");
    assert_eq!(access["server"], "198.51.100.1:25");
    assert_eq!((&access["received"], &access["sent"]), (&0.into(), &19.into()));
    assert_eq!((&access["upstream"], &access["worker"]), (&"backend".into(), &0.into()));
    assert!(access["duration"].is_f64() && access.get("verdict").is_none());

    let client = program.connect();
    std::io::Write::write_all(&mut { &client }, b"HELO \xff\r\n").unwrap();
    let refused = object(&program.line_with("\"proxy_header\""));
    assert_eq!(refused["client"], client.local_addr().unwrap().to_string());
    assert!(refused["text"].as_str().unwrap().ends_with(r#"came: "HELO \377\r\n""#));

    program.terminate();
    assert_eq!(object(&program.line_with("stopped;"))["event"], "stop");
}

#[test]
fn syslog_lines_begin_as_those_of_a_mail_log() {
    let mut program = Program::serve("tell.wat", &["--log-format", "syslog"]);
    let pid = program.pid().as_raw_nonzero();
    let client = program.connect();
    let line = program.line_with("CONNECT from");
    let (_, rest) = line.split_once(' ').unwrap();
    assert!(
        rest.starts_with(&format!("localhost postfix/postscreen[{pid}]: warning: CONNECT from ")),
        "{line}"
    );
    assert!(line.ends_with(r#""\n\u{1b}[2J"#), "{line}");
    drop(client);
    let line = program.line_with("access: ");
    assert!(line.contains(&format!(" localhost host-sim[{pid}]: access: client=")), "{line}");
}

#[test]
fn a_record_is_in_the_log_when_its_client_is_gone() {
    let record = r#"{"postscreen_record":1,"reference":"7Q4K2M9XZ1"}"#;
    for (format, event) in [("plain", "RECORD"), ("syslog", "RECORD"), ("json", "\"access\"")] {
        let mut program = Program::serve("record.wat", &["--log-format", format]);
        let mut client = program.connect();
        read_exact(&mut client, BANNER);
        drop(client);
        let line = program.line_with(event);
        if format == "json" {
            let object: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(object["record"], serde_json::from_str::<Value>(record).unwrap());
        } else {
            assert!(line.ends_with(&format!(": RECORD {record}")), "{line}");
            assert!(program.line_with("access: ").contains("access: client="));
        }
    }
}
