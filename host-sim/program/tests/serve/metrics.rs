//! `--metrics`, read as strictly as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::program::{PATIENCE, Program, connect, get, metric, read_to_end, request};

/// As many connections as are answered at one time.
const SCRAPES: usize = 16;

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    !name.is_empty() && name.chars().all(allowed) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Families by name with their types; panics at anything that the text format 0.0.4 does not allow.
fn parse(text: &str) -> BTreeMap<String, String> {
    assert!(text.ends_with('\n'), "the last line has no end");
    let (mut types, mut samples) = (BTreeMap::new(), BTreeSet::new());
    let (mut help, mut family) = (None, None);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, text) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !text.is_empty() && help.replace(name) != Some(name), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(help, Some(name), "HELP goes before TYPE");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {line}");
            family = Some((name, kind));
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let name = sample.split_once('{').map_or(sample, |(name, labels)| {
                let labels = labels.strip_suffix('}').unwrap();
                for label in labels.split(',') {
                    let (label, value) = label.split_once('=').unwrap();
                    assert!(
                        is_name(label) && value.len() > 2 && value.starts_with('"') && value.ends_with('"')
                    );
                }
                name
            });
            let (of, kind) = family.expect("TYPE goes before samples");
            let suffix = name.strip_prefix(of).unwrap_or_else(|| panic!("{line} is not in {of}"));
            let known = if kind == "histogram" { suffix.len() > 1 } else { suffix.is_empty() };
            assert!(known && is_name(name), "{line}");
            assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
            assert!(samples.insert(sample.to_owned()), "twice: {line}");
        }
    }
    types
}

#[test]
fn prometheus_can_read_all_of_it() {
    let mut program = Program::serve("through.wat", &["--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    let (status, body) = get(metrics, "/metrics");
    assert_eq!(status, "HTTP/1.1 200 OK");
    let types = parse(&body);
    for (name, kind) in [
        ("host_sim_build_info", "gauge"),
        ("host_sim_connections_open", "gauge"),
        ("host_sim_connections_accepted_total", "counter"),
        ("host_sim_connections_refused_total", "counter"),
        ("host_sim_backend_connect_failures_total", "counter"),
        ("host_sim_resolver_answer_seconds", "histogram"),
    ] {
        assert_eq!(types.get(name).map(String::as_str), Some(kind), "{name}");
    }
    let version = format!("host_sim_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert!((metric(metrics, &version) - 1.0).abs() < 0.1);
}

#[test]
fn the_modules_metrics_have_the_names_that_envoy_gives_them() {
    let mut program = Program::serve("count.wat", &["--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    drop(program.connect());
    program.line_with(" access: ");
    drop(program.connect());
    program.line_with(" access: ");
    let (_, body) = get(metrics, "/metrics");
    let types = parse(&body);
    assert_eq!(types.get("postscreen_connections_total").map(String::as_str), Some("counter"));
    assert_eq!(types.get("postscreen_held_clients").map(String::as_str), Some("gauge"));
    assert!(body.contains("# HELP postscreen_connections_total Clients that connected.\n"), "{body}");
    assert!((metric(metrics, "postscreen_connections_total") - 2.0).abs() < 0.1);
    assert!((metric(metrics, "postscreen_held_clients") + 3.0).abs() < 0.1);
}

#[test]
fn probes_learn_whether_it_runs_and_whether_it_takes_clients() {
    let options = ["--metrics", "127.0.0.1:0", "--max-connections", "1"];
    let mut program = Program::serve("hold.wat", &options);
    let metrics = program.metrics();
    assert_eq!(get(metrics, "/healthz"), ("HTTP/1.1 200 OK".into(), "ok\n".into()));
    assert_eq!(get(metrics, "/readyz"), ("HTTP/1.1 200 OK".into(), "ready\n".into()));
    let client = program.connect();
    let deadline = Instant::now() + PATIENCE;
    while get(metrics, "/readyz").0 != "HTTP/1.1 503 Service Unavailable" {
        assert!(Instant::now() < deadline, "one client is as many as may come");
    }
    program.terminate();
    program.line_with("stopping; ");
    assert_eq!(get(metrics, "/readyz"), ("HTTP/1.1 503 Service Unavailable".into(), "stopping\n".into()));
    assert_eq!(get(metrics, "/healthz").0, "HTTP/1.1 200 OK");
    drop(client);
    program.terminate();
    assert!(program.wait().success());
}

#[test]
fn other_requests_are_answered_in_words() {
    let mut program = Program::serve("hold.wat", &["--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    let (status, body) = get(metrics, "/");
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    assert!(body.contains("/metrics"), "{body}");
    let (status, _) = request(metrics, "DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(status, "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(request(metrics, "\0\r\n\r\n").0, "HTTP/1.1 400 Bad Request");
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    let mut stream = connect(metrics);
    // It may be cut off before all is written.
    let _ = stream.write_all(long.as_bytes());
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut stream, &mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    assert_eq!(get(metrics, "/healthz").0, "HTTP/1.1 200 OK");
}

#[test]
fn connections_that_ask_nothing_do_not_pile_up() {
    let mut program = Program::serve("hold.wat", &["--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    let idle: Vec<TcpStream> = (0..SCRAPES).map(|_| connect(metrics)).collect();
    assert_eq!(read_to_end(&mut connect(metrics)), b"");
    drop(idle);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut stream = connect(metrics);
        let asked = stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n");
        let mut answer = String::new();
        let read = std::io::Read::read_to_string(&mut stream, &mut answer);
        if asked.is_ok() && read.is_ok() && answer.starts_with("HTTP/1.0 200") {
            break;
        }
        assert!(Instant::now() < deadline, "there is no room again");
        std::thread::sleep(Duration::from_millis(20));
    }
}
