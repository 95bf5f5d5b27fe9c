//! docs/parameters.md is written from the table that drives the importer.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use postfix_import::parameters::{Fate, Parameter, all, sections};
use postscreen_engine::Policy;

use super::golden::check;
use super::tree;

/// Fields that say what Postfix has no parameter for.
const OUR_OWN: [&str; 18] = [
    "allow_spf",
    "allow_spf_listed",
    "cache",
    "client_ipv4_prefix_length",
    "client_ipv6_prefix_length",
    "dnsbl_change_voids_passes",
    "dnsbl_early_verdict_enable",
    "dnsbl_error_replies",
    "dnsbl_frugal_enable",
    "dnsbl_reason_enable",
    "dnsbl_trial_sites",
    "dnsbl_watch_enable",
    "lane",
    "probes",
    "record_enable",
    "record_mailboxes",
    "resolver",
    "trial_tests",
];

#[test]
fn the_document_maps_every_parameter() {
    let path = tree("docs/parameters.md");
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- parameters -->\n", "<!-- end of parameters -->\n");
    let (before, rest) = text.split_once(begin).expect("the document has the table's first mark");
    let (_, after) = rest.split_once(end).expect("the document has the table's last mark");
    check(&path, &format!("{before}{begin}{}{end}{after}", tables()));
}

#[test]
fn every_field_is_mapped_or_our_own() {
    let mapped: BTreeSet<_> = all()
        .filter_map(|parameter| match parameter.fate {
            Fate::Field { name, .. } => Some(name),
            _ => None,
        })
        .collect();
    let schema = Policy::json_schema();
    let fields: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected: BTreeSet<_> = fields.iter().copied().filter(|field| !OUR_OWN.contains(field)).collect();
    assert_eq!(mapped, expected);
    assert!(OUR_OWN.iter().all(|field| fields.contains(field)), "{OUR_OWN:?} are fields");
}

fn tables() -> String {
    let mut tables = String::new();
    for (heading, parameters) in sections() {
        write!(tables, "\n## {heading}\n\n").unwrap();
        tables += "| Postfix | its default | here |\n| --- | --- | --- |\n";
        for parameter in parameters {
            row(&mut tables, parameter);
        }
    }
    tables + "\n"
}

fn row(table: &mut String, parameter: &Parameter) {
    let default = match parameter.default {
        None => "the machine's".to_owned(),
        Some("") => "empty".to_owned(),
        Some(default) => format!("`{default}`"),
    };
    let here = match parameter.fate {
        Fate::Field { name, note: "", .. } => format!("`{name}`"),
        Fate::Field { name, note, .. } => format!("`{name}`. {note}"),
        Fate::OldName(of) => format!("Old name of `{of}`."),
        Fate::Inherited(by) => format!("Read where it is inherited: `{}`.", by.replace(", ", "`, `")),
        Fate::None { why, instead } => format!("No field. {why} Instead: {instead}."),
    };
    writeln!(table, "| `{}` | {default} | {here} |", parameter.name).unwrap();
}
