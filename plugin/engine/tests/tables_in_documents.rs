//! Tables in the documents are written from the types, and stay so.
//!
//! `UPDATE=1 cargo test -p postscreen-engine --test tables_in_documents` writes them.

use postscreen_engine::client_record::ClientRecord;
use postscreen_engine::dnsbl::KNOWN_ERROR_REPLIES;
use postscreen_engine::metric::Family;
use postscreen_engine::{Counter, Gauge, MetricKind, Policy};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

#[test]
fn the_handbook_shows_every_field_of_the_configuration() {
    let schema = Policy::json_schema();
    let mut table = String::from("| field | default | meaning |\n| --- | --- | --- |\n");
    fields(&mut table, &schema, &schema, "");
    check("docs/configuration.md", "configuration", &table);
}

#[test]
fn the_handbook_shows_every_metric() {
    let mut table = String::from("| metric | what is measured |\n| --- | --- |\n");
    for counter in Counter::ALL {
        writeln!(table, "| `{}` | {} |", counter.name(), counter.help()).unwrap();
    }
    for family in Family::ALL {
        let labels =
            if family.labels.is_empty() { String::new() } else { format!("{{{}}}", family.labels.join(",")) };
        let kind = if family.kind == MetricKind::Histogram { " (histogram)" } else { "" };
        writeln!(table, "| `{}{labels}`{kind} | {} |", family.name, family.help).unwrap();
    }
    for gauge in Gauge::ALL {
        writeln!(table, "| `{}` (gauge) | {} |", gauge.name(), gauge.help()).unwrap();
    }
    check("docs/operating.md", "metrics", &table);
}

#[test]
fn the_handbook_shows_every_known_error_reply() {
    let mut table = String::from("| `known` stands for | meaning | source |\n| --- | --- | --- |\n");
    for known in KNOWN_ERROR_REPLIES {
        writeln!(table, "| `{}` | {} | {} |", known.rule, known.meaning, known.source).unwrap();
    }
    check("docs/lists.md", "error replies", &table);
}

#[test]
fn the_handbook_shows_every_field_of_a_record() {
    let schema = ClientRecord::json_schema();
    let mut table = String::from("| field | meaning |\n| --- | --- |\n");
    record_fields(&mut table, &schema, &schema, "");
    check("docs/record.md", "record", &table);
}

/// Compares what stands between the marks `<!-- NAME -->` and `<!-- end of NAME -->`, or writes it.
fn check(document: &str, name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (before, rest) = text.split_once(&begin).expect("the document has the table's first mark");
    let (table, after) = rest.split_once(&end).expect("the document has the table's last mark");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{before}{begin}{expected}{end}{after}")).unwrap();
    } else {
        assert!(
            table == expected,
            "the table in {document} is out of date: run this test again with UPDATE=1"
        );
    }
}

fn fields(table: &mut String, schema: &Value, object: &Value, prefix: &str) {
    for (name, field) in object["properties"].as_object().unwrap() {
        let group = field["$ref"]
            .as_str()
            .and_then(|reference| schema.pointer(reference.trim_start_matches('#')))
            .filter(|definition| definition["type"] == "object" && definition["properties"].is_object());
        if let Some(group) = group {
            fields(table, schema, group, &format!("{prefix}{name}."));
        } else {
            let default = &field["default"];
            let description = field["description"].as_str().unwrap().replace('\n', " ");
            writeln!(table, "| `{prefix}{name}` | `{default}` | {description} |").unwrap();
        }
    }
}

/// The fields of a record: `lists[].list` is one of each list.
fn record_fields(table: &mut String, schema: &Value, object: &Value, prefix: &str) {
    for (name, field) in object["properties"].as_object().unwrap() {
        let (field_type, suffix) =
            if field["items"].is_object() { (&field["items"], "[]") } else { (field, "") };
        let definition = definition(schema, field_type);
        let mut meaning = description(field);
        for word in definition["oneOf"].as_array().into_iter().flatten() {
            write!(meaning, " `{}`: {}", word["const"].as_str().unwrap(), description(word)).unwrap();
        }
        writeln!(table, "| `{prefix}{name}{suffix}` | {meaning} |").unwrap();
        if definition["properties"].is_object() {
            record_fields(table, schema, definition, &format!("{prefix}{name}{suffix}."));
        }
    }
}

/// What a type refers to, itself or as one of two of which the other is nothing.
fn definition<'a>(schema: &'a Value, field_type: &'a Value) -> &'a Value {
    let reference = field_type["$ref"].as_str().or_else(|| field_type["anyOf"][0]["$ref"].as_str());
    reference.and_then(|reference| schema.pointer(reference.trim_start_matches('#'))).unwrap_or(field_type)
}

fn description(field: &Value) -> String {
    field["description"].as_str().unwrap().replace('\n', " ")
}
