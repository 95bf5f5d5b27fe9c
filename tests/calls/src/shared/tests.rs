use super::*;

/// The second in which each of these workers writes this key so often.
fn writes(entries: &[(&str, usize, u64, u64)]) -> Writes {
    let mut writes = Writes::default();
    for (key, worker, second, count) in entries {
        writes.0.entry(key.as_bytes().to_vec()).or_default().insert((*worker, *second), *count);
    }
    writes
}

/// The key is written once by each worker in this second.
fn by_everybody(key: &str, second: u64) -> Vec<(&str, usize, u64, u64)> {
    (0..WORKERS).map(|worker| (key, worker, second, 1)).collect()
}

#[test]
fn a_key_of_few_workers_is_nobody_elses_matter() {
    let mut entries = by_everybody("some", 0);
    entries.pop();
    entries.push(("one", 3, 0, 900));
    assert_eq!(writes(&entries).worst(), None);
}

#[test]
fn the_busiest_second_of_the_busiest_worker_counts() {
    let entries =
        [by_everybody("all", 0), by_everybody("other", 0), vec![("all", 5, 1, 7), ("one", 5, 1, 9)]];
    assert_eq!(writes(&entries.concat()).worst(), Some(Worst { key: "all".to_owned(), writes: 7 }));
}

#[test]
fn no_two_clients_have_one_address() {
    let known = addresses().map(|(worker, client)| known(worker, client));
    let strangers = (0..WORKERS).flat_map(|worker| (0..1500).map(move |round| stranger(worker, round)));
    let all: Vec<_> = known.chain(strangers).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}
