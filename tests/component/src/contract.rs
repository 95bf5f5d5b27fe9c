//! `wit/screen.wit` explains itself, and docs/component.md speaks of all of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use wit_parser::{Docs, Resolve, TypeDef, TypeDefKind};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn resolve() -> Resolve {
    let mut resolve = Resolve::default();
    resolve.push_path(root().join("wit")).unwrap();
    resolve
}

/// What a type is made of, with the documentation of each part.
fn parts(definition: &TypeDef) -> Vec<(&str, &Docs)> {
    match &definition.kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|one| (&*one.name, &one.docs)).collect(),
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|one| (&*one.name, &one.docs)).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|one| (&*one.name, &one.docs)).collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|one| (&*one.name, &one.docs)).collect(),
        _ => Vec::new(),
    }
}

/// The cases of a variant.
fn cases(resolve: &Resolve, variant: &str) -> BTreeSet<String> {
    let found = resolve.types.iter().find(|(_, definition)| definition.name.as_deref() == Some(variant));
    let (_, definition) = found.unwrap();
    parts(definition).into_iter().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn everything_in_the_contract_is_documented() {
    let resolve = resolve();
    let mut silent = Vec::new();
    let mut look = |name: String, docs: &Docs| {
        if docs.contents.as_deref().is_none_or(|text| text.trim().is_empty()) {
            silent.push(name);
        }
    };
    for (_, package) in &resolve.packages {
        look(package.name.to_string(), &package.docs);
    }
    for (_, world) in &resolve.worlds {
        look(world.name.clone(), &world.docs);
    }
    for (_, interface) in &resolve.interfaces {
        look(interface.name.clone().unwrap(), &interface.docs);
        for (name, function) in &interface.functions {
            look(name.clone(), &function.docs);
        }
    }
    for (_, definition) in &resolve.types {
        // Without a name: `list<u8>` and the like, which stand in the documentation of whatever they are part of.
        let Some(name) = &definition.name else { continue };
        look(name.clone(), &definition.docs);
        for (part, docs) in parts(definition) {
            look(format!("{name}.{part}"), docs);
        }
    }
    assert_eq!(silent, Vec::<String>::new(), "without a word about them");
}

#[test]
fn the_world_exports_one_interface_and_imports_nothing() {
    let resolve = resolve();
    let (_, world) = resolve.worlds.iter().next().unwrap();
    assert_eq!((resolve.worlds.len(), world.imports.len(), world.exports.len()), (1, 0, 1));
}

#[test]
fn the_guide_has_a_row_for_every_input_and_output() {
    let resolve = resolve();
    let guide = std::fs::read_to_string(root().join("docs/component.md")).unwrap();
    for variant in ["input", "output"] {
        let (_, table) = guide.split_once(&format!("| {variant} |")).unwrap();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        let rows: BTreeSet<String> =
            rows.filter_map(|row| Some(row.strip_prefix("| `")?.split_once('`')?.0.to_owned())).collect();
        assert_eq!(rows, cases(&resolve, variant), "{variant}");
    }
}
