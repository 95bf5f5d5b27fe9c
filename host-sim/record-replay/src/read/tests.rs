//! Records in lines of any log, and lines that are wrong.

use super::*;
use crate::sample::{RECORDS, records};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::{Read, Write};

/// What comes of a log.
fn read(log: &[u8]) -> (Vec<ClientRecord>, Reading) {
    let mut reading = Reading::default();
    let mut lines = reading.lines("log", log);
    let mut records = Vec::new();
    while let Some(found) = lines.next_line().unwrap() {
        records.extend(found);
    }
    (records, reading)
}

/// The kinds of problems with their columns.
fn problems(reading: &Reading) -> Vec<(ProblemKind, u64, usize)> {
    reading.problems.shown().iter().map(|problem| (problem.kind, problem.line, problem.column)).collect()
}

type Wrapping = fn(&str) -> String;

/// The ways in which a record gets into a line, by name.
const WRAPPINGS: [(&str, Wrapping); 12] = [
    ("by itself", str::to_owned),
    ("in the log of serve", |record| format!("2026-11-30T10:00:00Z info postscreen: RECORD {record}")),
    ("in a text log of Envoy", |record| {
        format!("[2026-11-30T10:00:00.000Z] 203.0.113.9:4711 0 85 {record} -")
    }),
    ("an object in JSON", |record| format!("{{\"at\":1,\"record\":{record},\"z\":{{}}}}")),
    ("a string in JSON", |record| json!({ "a": "b\"", "record": record, "z": 1 }).to_string()),
    ("a line of JSON in a string", |record| {
        let line = format!("RECORD {record}\n");
        json!({ "log": line, "stream": "stdout" }).to_string()
    }),
    ("a string in JSON in a string", |record| {
        json!({ "log": json!({ "record": record }).to_string() + "\n", "stream": "stdout" }).to_string()
    }),
    ("an object in JSON in a string", |record| {
        json!({ "log": format!("{{\"record\":{record}}}\n"), "stream": "stdout" }).to_string()
    }),
    ("three strings deep", |record| json!([json!([json!([record]).to_string()]).to_string()]).to_string()),
    ("of a container", |record| format!("2026-11-30T10:00:00.123456789Z stdout F {record}")),
    ("written with spaces", |record| {
        let value: Value = serde_json::from_str(record).unwrap();
        // The first field stays the first.
        let rest = value.as_object().unwrap().iter().filter(|(name, _)| *name != "postscreen_record");
        let rest: Vec<_> = rest.map(|(name, value)| format!("{name:?} : {value}")).collect();
        format!("{{ \"postscreen_record\" : 1 , {} }}", rest.join(" , "))
    }),
    ("in a string by an encoder that escapes whatever it can", |record| {
        let string = json!({ "record": record }).to_string();
        string.replace('<', "\\u003c").replace('&', "\\u0026").replace('/', "\\/").replace('z', "\\u007A")
    }),
];

#[test]
fn a_record_is_found_however_it_is_wrapped() {
    for (name, wrap) in WRAPPINGS {
        let log: String = RECORDS.lines().map(|record| wrap(record) + "\n").collect();
        let (found, reading) = read(log.as_bytes());
        assert_eq!(found, records(), "{name}");
        assert_eq!((reading.lines, reading.records, reading.without), (10, 10, 0), "{name}");
        assert_eq!(problems(&reading), [], "{name}");
    }
}

#[test]
fn lines_without_a_record_are_counted_and_not_complained_about() {
    let log = b"CONNECT from [203.0.113.9]:48543 to [198.51.100.1]:25\n\n{\"time\":1}\npostscreen_record\n\
                \"postscreen_record\":1\n{'postscreen_record':1}\n{\\\\\"postscreen_record\":1\n\xff\xfe\n\0";
    let (found, reading) = read(log);
    assert_eq!((found.len(), reading.lines, reading.without), (0, 9, 9));
    assert_eq!(problems(&reading), []);
}

#[test]
fn several_records_in_a_line_are_several() {
    let raw = format!("[{}]", RECORDS.lines().collect::<Vec<_>>().join(","));
    let strings = json!(RECORDS.lines().collect::<Vec<_>>()).to_string();
    assert_eq!(read(raw.as_bytes()).0, records());
    assert_eq!(read(strings.as_bytes()).0, records());
}

#[test]
fn a_record_whose_fields_are_in_another_order_is_told() {
    // serde_json sorts the fields of a value by name.
    let sorted = json!({ "record": records()[0] });
    for line in [sorted.to_string(), json!({ "log": sorted.to_string() }).to_string()] {
        let (found, reading) = read(line.as_bytes());
        assert_eq!((found.len(), reading.problems.count(ProblemKind::NotFirst)), (0, 1), "{line}");
    }
}

#[test]
fn a_record_may_be_longer_than_what_is_looked_at_first() {
    let mut record = records().remove(0);
    for length in (find::WINDOW_MIN - 1_200..find::WINDOW_MIN + 200).step_by(37).chain([70_000, 300_000]) {
        record.reply = Some("é\"\\<".repeat(length).chars().take(length).collect());
        for (name, wrap) in WRAPPINGS.into_iter().filter(|(name, _)| *name != "three strings deep") {
            let line = wrap(&record.to_json());
            if line.len() <= LINE_MAX {
                let (found, reading) = read(line.as_bytes());
                assert!(found == [record.clone()], "{name}, {length}: {:?}", reading.problems);
            }
        }
    }
}

#[test]
fn a_line_full_of_records_is_read_at_once() {
    let record = r#"{"postscreen_record":1,"reference":"","time":0,"milliseconds":0,"client_port":0,"server_port":0,
        "verdict":"hangup","served":false,"policy":"","module":""}"#;
    let record = record.replace('\n', "");
    let strings = json!(vec![&record; LINE_MAX / 2 / record.len()]).to_string();
    assert_eq!(read(strings.as_bytes()).0.len(), LINE_MAX / 2 / record.len());
}

#[test]
fn a_field_that_is_not_known_is_no_error() {
    let record = RECORDS.lines().next().unwrap();
    let more = record.replacen("\"reference\"", "\"planet\":{\"postscreen_record\":7},\"reference\"", 1);
    let (found, reading) = read(more.as_bytes());
    assert_eq!(found, records()[..1]);
    assert_eq!(problems(&reading), []);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let record = RECORDS.lines().next().unwrap();
    let string = json!({ "record": record }).to_string();
    let cut = &record[..200];
    let no_time = record.replacen("\"time\":", "\"when\":", 1);
    let bad = |from: &str, to: &str| record.replacen(from, to, 1);
    let at = |text: &str| record.find(text).unwrap();
    for (line, kind, column) in [
        (format!("é RECORD {cut}"), ProblemKind::CutShort, 10 + 200),
        (string[..150].to_owned(), ProblemKind::CutShort, 150),
        (
            format!("RECORD {}", bad("\"postscreen_record\":1", "\"postscreen_record\":2")),
            ProblemKind::OtherVersion,
            8,
        ),
        (bad("\"postscreen_record\":1", "\"postscreen_record\":\"1\""), ProblemKind::NotARecord, 25),
        (
            bad("\"server_port\":25", "\"server_port\":70000"),
            ProblemKind::NotARecord,
            at("\"server_port\"") + 20,
        ),
        (bad("\"time\":", "\"time\"="), ProblemKind::NotJson, at("\"time\"") + 7),
        (no_time, ProblemKind::NotARecord, record.len()),
    ] {
        let (found, reading) = read(line.as_bytes());
        assert_eq!(found, [], "{line}");
        let [(found_kind, 1, found_column)] = problems(&reading)[..] else {
            panic!("{line}: {:?}", reading.problems)
        };
        assert_eq!(found_kind, kind, "{line}");
        assert!(found_column.abs_diff(column) <= 1, "{line}: column {found_column}, not {column}");
        assert_eq!((reading.records, reading.without), (0, 0));
    }
}

#[test]
fn the_column_in_a_string_is_that_of_the_line() {
    let record = RECORDS.lines().next().unwrap().replacen("\"server_port\":25", "\"server_port\":[]", 1);
    for (name, wrap) in WRAPPINGS.into_iter().filter(|(name, _)| *name != "written with spaces") {
        let line = wrap(&record);
        let (_, reading) = read(line.as_bytes());
        let [(ProblemKind::NotARecord, 1, column)] = problems(&reading)[..] else {
            panic!("{name}: {:?}", reading.problems)
        };
        // Directly behind the name of the field, or at the bracket.
        let behind = line.find("server_port").unwrap() + "server_port".len();
        assert!((behind..behind + 16).contains(&column), "{name}: column {column}, {behind}");
    }
}

#[test]
fn text_that_is_not_utf8_is_told() {
    let record = RECORDS.lines().next().unwrap();
    let at = record.find("zombie").unwrap();
    for wrap in [0, 1] {
        let mut line = if wrap == 0 { record.to_owned() } else { json!([record]).to_string() }.into_bytes();
        let at = if wrap == 0 { at } else { String::from_utf8_lossy(&line).find("zombie").unwrap() };
        line[at] = 0xff;
        let (_, reading) = read(&line);
        assert_eq!(reading.problems.count(ProblemKind::NotUtf8), 1, "{:?}", reading.problems);
    }
    // Around a record it is nobody's business.
    let line = [b"\xff\xfe ", record.as_bytes(), b" \xff"].concat();
    assert_eq!(read(&line).0.len(), 1);
}

#[test]
fn what_a_client_says_is_no_record() {
    let record = RECORDS.lines().next().unwrap();
    for before in [
        "PREGREET 200 after 0.1 from [203.0.113.9]:4711: EHLO ",
        "postfix/postscreen[1]: NOQUEUE: reject: RCPT from [203.0.113.9]:1: 550 5.7.1 …; helo=<",
        "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554; helo=<",
        "NON-SMTP COMMAND from [203.0.113.9]:1 after CONNECT: RECORD ",
    ] {
        let line = format!("{before}{record}");
        for line in [line.clone(), json!({ "log": line }).to_string()] {
            let (found, reading) = read(line.as_bytes());
            assert_eq!(found, [], "{line}");
            assert_eq!(reading.problems.count(ProblemKind::Quoted), 1, "{line}");
        }
    }
    for before in ["from here: ", "from [", "away from ", "RECORD from: "] {
        let expected = usize::from(before != " from [");
        assert_eq!(read(format!("{before}{record}").as_bytes()).0.len(), expected, "{before}");
    }
    // In a record that cannot be read, what it holds is not looked at.
    let inner = format!("{{\"postscreen_record\":1,\"reference\":7,\"x\":{record}}}");
    assert_eq!(read(inner.as_bytes()).0, []);
}

#[test]
fn a_reference_counts_once() {
    let log = format!("{RECORDS}{RECORDS}");
    let (found, reading) = read(log.as_bytes());
    assert_eq!(found, records());
    assert_eq!(reading.problems.count(ProblemKind::Duplicate), 10);
    assert_eq!(reading.problems.shown().len(), PROBLEMS_SHOWN_MAX);
    assert_eq!(
        reading.problems.shown()[0].to_string(),
        "log:11:1: a record is there twice, and counts once: 7H3K9QTX2M"
    );
}

#[test]
fn the_first_problems_of_each_kind_are_shown_and_all_are_counted() {
    for count in [PROBLEMS_SHOWN_MAX - 1, PROBLEMS_SHOWN_MAX, PROBLEMS_SHOWN_MAX + 1] {
        let log = "{\"postscreen_record\":1\n{\"postscreen_record\":2}\n".repeat(count);
        let (_, reading) = read(log.as_bytes());
        let all = count as u64;
        let counts: Vec<_> = reading.problems.counts().collect();
        assert_eq!(counts, [(ProblemKind::CutShort, all), (ProblemKind::OtherVersion, all)]);
        assert_eq!(reading.problems.shown().len(), 2 * count.min(PROBLEMS_SHOWN_MAX));
    }
    assert!(ProblemKind::ALL.into_iter().enumerate().all(|(index, kind)| kind as usize == index));
}

#[test]
fn a_line_may_be_so_long_and_no_longer() {
    let record = RECORDS.lines().next().unwrap();
    for (length, found) in [(LINE_MAX - 1, 1), (LINE_MAX, 1), (LINE_MAX + 1, 0)] {
        for end in ["", "\n"] {
            let log = format!("{}{record}{end}", " ".repeat(length - record.len()));
            let (records, reading) = read(log.as_bytes());
            assert_eq!((records.len(), reading.lines), (found, 1), "{length}");
            assert_eq!(reading.problems.count(ProblemKind::LineTooLong), 1 - found as u64, "{length}");
        }
    }
}

#[test]
fn memory_does_not_grow_with_a_line() {
    let mut reading = Reading::default();
    let endless = io::repeat(b'x').take(64 << 20);
    let log = BufReader::with_capacity(READ_SIZE, endless.chain(b"\n".as_slice()).chain(RECORDS.as_bytes()));
    let mut lines = reading.lines("log", log);
    assert_eq!(lines.next_line().unwrap(), Some(Vec::new()));
    assert!(lines.line.capacity() <= 2 * LINE_MAX, "{}", lines.line.capacity());
    assert_eq!(lines.next_line().unwrap().unwrap().len(), 1);
}

#[test]
fn a_log_that_cannot_be_read_on_is_told() {
    let compressed = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(RECORDS.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.log.gz");
    for (bytes, whole) in [(compressed.clone(), true), (compressed[..compressed.len() / 2].to_vec(), false)] {
        std::fs::write(&file, bytes).unwrap();
        let mut reading = Reading::default();
        let mut lines = reading.lines("records.log.gz", open(&file).unwrap());
        let end = loop {
            match lines.next_line() {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        assert_eq!(end, whole);
        assert_eq!(reading.problems.count(ProblemKind::Unreadable), u64::from(!whole));
    }
    // Two members, as `cat a.gz b.gz` makes them.
    std::fs::write(&file, [compressed.clone(), compressed].concat()).unwrap();
    let mut reading = Reading::default();
    let mut lines = reading.lines("records.log.gz", open(&file).unwrap());
    while lines.next_line().unwrap().is_some() {}
    assert_eq!((reading.records, reading.lines), (10, 20));
    assert!(open(&folder.path().join("nothing")).is_err());
}

#[test]
fn damage_at_every_byte_is_survived_and_told() {
    let record = RECORDS.lines().next().unwrap();
    for (name, wrap) in WRAPPINGS {
        let line = wrap(record).into_bytes();
        for at in 0..line.len() {
            let (found, reading) = read(&line[..at]);
            assert!(
                found.len() as u64 + reading.without + problems(&reading).len() as u64 == u64::from(at > 0),
                "{name}, {at}"
            );
            for byte in [b'"', b'\\', b'{', 0, 0xff, b'\n'] {
                let mut line = line.clone();
                line[at] = byte;
                let (found, reading) = read(&line);
                let all = found.len() as u64 + reading.without + problems(&reading).len() as u64;
                assert!(all == reading.lines, "{name}, {at}: {byte}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_record_in_any_wrapping_comes_back_the_same(
        texts in prop::collection::vec(any::<String>(), 4),
        numbers in any::<[u32; 4]>(),
        wrapping in 0..WRAPPINGS.len(),
    ) {
        let [helo, sender, said, evidence] = <[String; 4]>::try_from(texts).unwrap();
        let mut record = records()[0].clone();
        record.reference = postscreen_engine::client_record::Reference::of(numbers[0].into()).to_string();
        record.time = numbers[1].into();
        record.score = Some(numbers[2].cast_signed());
        record.known.stamps[0] = numbers[3];
        record.wanted.helo = Some(helo);
        record.wanted.sender = Some(sender);
        record.reply = Some(evidence);
        record.said.push(postscreen_engine::client_record::Part { text: said, ..Default::default() });
        let (found, reading) = read(WRAPPINGS[wrapping].1(&record.to_json()).as_bytes());
        prop_assert_eq!(found, [record]);
        prop_assert_eq!(reading.lines, 1);
    }

    #[test]
    fn any_bytes_are_survived(
        bytes in prop::collection::vec(prop_oneof![
            Just(b"{\"postscreen_record\":".to_vec()),
            Just(b"{\\\"postscreen_record\\\":1,".to_vec()),
            Just(b"\\\\\\u12".to_vec()),
            Just(RECORDS.lines().next().unwrap().as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..8),
        ], 0..12)
    ) {
        let (_, reading) = read(&bytes.concat());
        prop_assert!(reading.problems.shown().iter().all(|problem| problem.column > 0));
    }
}
