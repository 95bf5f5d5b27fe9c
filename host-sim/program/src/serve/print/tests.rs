use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{ConnectionEnd, ConnectionId, LogLevel, LogLine, VmId};
use prometheus::IntCounter;

use super::text::{TEXT_MAX, access, clean, header, log};
use super::{Event, HOST, LogFormat, LogPrinter, json, stamp, text};

const WALL: Duration = Duration::from_millis(1_795_381_200_123);

fn end(filter_state: &[(&str, &str)]) -> ConnectionEnd {
    ConnectionEnd {
        connection: ConnectionId(1),
        client: "127.0.0.2:4242".parse().unwrap(),
        server: "127.0.0.1:2525".parse().unwrap(),
        worker: 0,
        upstream: Some("backend".into()),
        received: 6,
        sent: 40,
        duration: Duration::from_millis(6_049),
        filter_state: filter_state.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
    }
}

#[test]
fn an_access_line_is_stable_and_readable_by_programs() {
    assert_eq!(
        access(&end(&[("wasm.postscreen.verdict", "PASS NEW")])),
        "access: client=127.0.0.2:4242 verdict=\"PASS NEW\" upstream=backend received=6 sent=40 duration=6.0s"
    );
}

#[test]
fn what_is_not_there_is_a_hyphen() {
    let end = ConnectionEnd { upstream: None, filter_state: BTreeMap::new(), ..end(&[]) };
    let line = access(&end);
    assert!(line.contains("verdict=\"-\" upstream=- "), "{line}");
}

#[test]
fn a_verdict_cannot_forge_a_field() {
    let line = access(&end(&[("wasm.postscreen.verdict", "a\" upstream=x\nb")]));
    assert!(line.contains("verdict=\"a? upstream=x?b\" upstream=backend"), "{line}");
}

#[test]
fn warnings_read_as_those_of_postfix() {
    let text = |level, text: &str| {
        log(&LogLine { vm: VmId::Worker(0), connection: None, level, text: text.into(), by_host: false })
    };
    assert_eq!(text(LogLevel::Info, "CONNECT from x"), "CONNECT from x");
    assert_eq!(text(LogLevel::Warn, "no resolver"), "warning: no resolver");
    assert_eq!(text(LogLevel::Warn, "warning: no resolver"), "warning: no resolver");
    assert_eq!(text(LogLevel::Critical, "trap"), "fatal: trap");
}

#[test]
fn the_plain_header_is_time_and_program() {
    let header = |program| header(false, &stamp(WALL), program, 42);
    assert_eq!(header("postscreen"), "2026-11-22T21:00:00.123Z postscreen: ");
    assert_eq!(header(HOST), "2026-11-22T21:00:00.123Z host-sim: ");
}

#[test]
fn the_syslog_header_is_that_of_a_mail_log() {
    let header = |program| header(true, &stamp(WALL), program, 42);
    assert_eq!(header("postscreen"), "2026-11-22T21:00:00.123Z localhost postfix/postscreen[42]: ");
    assert_eq!(header(HOST), "2026-11-22T21:00:00.123Z localhost host-sim[42]: ");
}

#[test]
fn what_is_not_printable_is_escaped_and_what_is_escaped_stays() {
    assert_eq!(clean("a\\r\\n b\\033 \r\n\u{1b}[2J \u{e9}"), "a\\r\\n b\\033 \\r\\n\\u{1b}[2J \\u{e9}");
}

#[test]
fn a_text_is_cut_below_at_and_above_the_limit() {
    for (len, expected) in [(TEXT_MAX - 1, TEXT_MAX - 1), (TEXT_MAX, TEXT_MAX), (TEXT_MAX + 1, TEXT_MAX)] {
        assert_eq!(clean(&"x".repeat(len)).len(), expected);
    }
    assert_eq!(clean(&"\u{e9}".repeat(TEXT_MAX)).len(), TEXT_MAX);
}

/// The object without its time.
fn object(line: &str) -> serde_json::Value {
    let mut object: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(object.as_object_mut().unwrap().remove("time").unwrap(), "2026-11-22T21:00:00.123Z");
    object
}

#[test]
fn json_names_the_client_of_a_line() {
    for (text, client) in [
        ("CONNECT from [127.0.0.9]:4242 to [127.0.0.1]:2525", Some("127.0.0.9:4242")),
        ("PREGREET 9 after 0 from [2001:db8::1]:4: EHLO [1.2.3.4]:5", Some("[2001:db8::1]:4")),
        ("addr 127.0.0.9 listed by domain x", None),
        ("[] [1.2.3.4] [1.2.3.4]: [1.2.3.4]:x [1.2.3.4]:70000", None),
    ] {
        let line = LogLine {
            vm: VmId::Worker(0),
            connection: None,
            level: LogLevel::Info,
            text: text.into(),
            by_host: false,
        };
        let object = object(&json::log(&stamp(WALL), "postscreen", &line, &log(&line)));
        let mut expected = serde_json::json!({
            "level": "info", "program": "postscreen", "event": "log", "text": text
        });
        if let Some(client) = client {
            expected["client"] = client.into();
        }
        assert_eq!(object, expected);
    }
}

#[test]
fn json_has_the_fields_of_an_access_line() {
    let end = end(&[("wasm.postscreen.verdict", "PASS \"NEW")]);
    assert_eq!(
        object(&json::access(&stamp(WALL), &end, "text")),
        serde_json::json!({
            "level": "info", "program": "host-sim", "event": "access", "client": "127.0.0.2:4242",
            "server": "127.0.0.1:2525", "worker": 0, "verdict": "PASS ?NEW", "upstream": "backend",
            "received": 6, "sent": 40, "duration": 6.049, "text": "text"
        })
    );
}

#[test]
fn a_record_is_a_line_of_its_own_before_the_access_line_whatever_its_length() {
    let json = format!(r#"{{"postscreen_record":1,"said":"{}"}}"#, "x".repeat(2 * TEXT_MAX));
    for (format, header) in [
        (LogFormat::Plain, "2026-11-22T21:00:00.123Z host-sim: ".to_owned()),
        (LogFormat::Syslog, format!("2026-11-22T21:00:00.123Z localhost host-sim[{}]: ", std::process::id())),
    ] {
        let disk = Disk::default();
        disk.printer(format).access(WALL, &end(&[("wasm.postscreen.record", &json)]));
        let [record, line] = &disk.lines()[..] else { panic!("{:?}", disk.lines()) };
        assert_eq!(*record, format!("{header}RECORD {json}"));
        assert!(line.contains(" access: client=127.0.0.2:4242 ") || line.contains("]: access: "), "{line}");
    }
}

#[test]
fn a_client_without_a_record_leaves_the_access_line_alone() {
    let disk = Disk::default();
    disk.printer(LogFormat::Plain).access(WALL, &end(&[]));
    assert_eq!(disk.lines().len(), 1);
}

#[test]
fn json_has_the_record_as_it_is() {
    let record = r#"{"b":1,"a":["x\\n\u00e9"]}"#;
    let line = json::access(&stamp(WALL), &end(&[("wasm.postscreen.record", record)]), "text");
    assert!(line.contains(&format!(r#""record":{record},"#)), "{line}");
    let broken = json::access(&stamp(WALL), &end(&[("wasm.postscreen.record", "{\"a\": \n")]), "text");
    assert!(!broken.contains("record"), "{broken}");
}

#[test]
fn a_record_of_another_module_stays_one_line_and_what_it_says() {
    let record = text::record(&end(&[("wasm.postscreen.record", "{\"a\":\"\u{e9}\u{1f600}\"}")])).unwrap();
    assert_eq!(record, r#"{"a":"\u00e9\ud83d\ude00"}"#);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&record).unwrap()["a"], "\u{e9}\u{1f600}");
    assert_eq!(text::record(&end(&[("wasm.postscreen.record", "a\nb")])).unwrap(), r"a\u000ab");
}

#[test]
fn json_tells_events_apart() {
    let object = object(&json::notice(&stamp(WALL), Event::ReloadRefused, None, "no"));
    assert_eq!(
        object,
        serde_json::json!({"level": "error", "program": "host-sim", "event": "reload_refused", "text": "no"})
    );
}

/// A file on a disk that can be full.
#[derive(Clone, Default)]
struct Disk(Rc<RefCell<(Vec<u8>, Option<ErrorKind>)>>);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (file, fault) = &mut *self.0.borrow_mut();
        if let Some(fault) = *fault {
            return Err(fault.into());
        }
        file.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk {
    fn printer(&self, format: LogFormat) -> LogPrinter {
        LogPrinter::to(Box::new(self.clone()), format, IntCounter::new("lost", "lost").unwrap())
    }

    fn fails(&self, fault: impl Into<Option<ErrorKind>>) {
        self.0.borrow_mut().1 = fault.into();
    }

    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.borrow().0.clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

#[test]
fn lines_that_find_no_room_are_lost_and_counted_and_the_log_goes_on() {
    let disk = Disk::default();
    let printer = disk.printer(LogFormat::Plain);
    disk.fails(ErrorKind::StorageFull);
    for text in ["first", "second"] {
        printer.notice(WALL, Event::Start, None, text);
    }
    disk.fails(None);
    assert!(!printer.broken());
    assert_eq!(printer.lost.total.get(), 2);
    printer.notice(WALL, Event::Start, None, "third");
    printer.notice(WALL, Event::Start, None, "fourth");
    let header = "2026-11-22T21:00:00.123Z host-sim:";
    let lost =
        format!("{header} lines of this log that could not be written: 2; the last one: no storage space");
    assert_eq!(disk.lines(), ["", &lost, &format!("{header} third"), &format!("{header} fourth")]);
}

#[test]
fn what_was_lost_is_told_in_the_form_of_the_log() {
    let disk = Disk::default();
    let printer = disk.printer(LogFormat::Json);
    disk.fails(ErrorKind::WouldBlock);
    printer.notice(WALL, Event::Start, None, "first");
    disk.fails(None);
    printer.notice(WALL, Event::Start, None, "second");
    let line: serde_json::Value = serde_json::from_str(&disk.lines()[1]).unwrap();
    assert_eq!((&line["event"], &line["level"]), (&"log_lost".into(), &"warning".into()));
}

#[test]
fn a_reader_that_is_gone_is_noticed() {
    let disk = Disk::default();
    let printer = disk.printer(LogFormat::Plain);
    disk.fails(ErrorKind::BrokenPipe);
    printer.notice(WALL, Event::Start, None, "first");
    assert!(printer.broken());
}
