//! Who answers for DNS lists. The module asks once for each client and lets it through then.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::BANNER;
use crate::dns::{HttpManner, Manner, Server, serve, serve_http};
use crate::program::{PATIENCE, Program, complaint, metric, read_exact};

/// More clients than questions that are under way at one time.
const CROWD: u16 = 600;

/// How the module logs the end of an answer with the record 127.0.0.2.
const LISTED: &str = r"\u{7f}\u{0}\u{0}\u{2}";

/// Lets a client through, and tells what the module got: status and body.
fn ask(program: &mut Program) -> (String, String) {
    let mut client = program.connect();
    let line = program.line_with(" postscreen: ");
    let body = program.line_with(" postscreen: ");
    read_exact(&mut client, BANNER);
    let text = |line: String| line.split_once(" postscreen: ").unwrap().1.to_owned();
    (text(line), text(body))
}

fn assert_listed(program: &mut Program) {
    let (status, body) = ask(program);
    assert_eq!(status, "200");
    assert!(body.ends_with(LISTED), "{body}");
}

#[test]
fn plain_dns_is_asked_over_udp() {
    for manner in [Manner::Answer, Manner::LieFirst, Manner::LoseFirst] {
        let server = serve(manner);
        let mut program = Program::serve("ask.wat", &["--resolver", &format!("udp://{}", server.address)]);
        assert_listed(&mut program);
        assert_eq!(server.asked(), if manner == Manner::LoseFirst { 2 } else { 1 });
    }
}

#[test]
fn what_does_not_fit_is_asked_again_over_tcp() {
    let server = serve(Manner::Truncate);
    let mut program = Program::serve("ask.wat", &["--resolver", &format!("udp://{}", server.address)]);
    assert_listed(&mut program);
    assert_eq!(server.asked(), 1);
}

#[test]
fn plain_dns_is_asked_over_tcp() {
    let server = serve(Manner::Silence);
    let mut program = Program::serve("ask.wat", &["--resolver", &format!("tcp://{}", server.address)]);
    assert_listed(&mut program);
    assert_eq!(server.asked(), 0);
}

#[test]
fn questions_and_what_became_of_them_are_counted() {
    let options = |server: &Server| format!("udp://{}", server.address);
    let count = |metrics, name: &str| metric(metrics, &format!("host_sim_resolver_{name}"));

    let silent = serve(Manner::Silence);
    let mut program =
        Program::serve("ask.wat", &["--resolver", &options(&silent), "--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    // The module waits for three seconds; then it hears what Envoy would make of it.
    assert_eq!(ask(&mut program), ("504".into(), "upstream request timeout".into()));
    assert!(count(metrics, "timeouts_total") > 0.5 && count(metrics, "answers_total") < 0.5);

    let server = serve(Manner::Answer);
    let mut program =
        Program::serve("ask.wat", &["--resolver", &options(&server), "--metrics", "127.0.0.1:0"]);
    let metrics = program.metrics();
    for _ in 0..3 {
        assert_listed(&mut program);
    }
    for name in
        ["questions_total", "answers_total", "answer_seconds_count", "answer_seconds_bucket{le=\"10\"}"]
    {
        assert!((count(metrics, name) - 3.0).abs() < 0.1, "{name}");
    }
}

#[test]
fn a_resolver_that_is_not_there_is_named_once() {
    // Bound and dropped: nobody listens there.
    let gone = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for resolver in [format!("udp://{gone}"), format!("tcp://{gone}"), format!("http://{gone}/dns-query")] {
        let mut program = Program::serve("ask.wat", &["--resolver", &resolver, "--metrics", "127.0.0.1:0"]);
        program.line_with(&format!("DNS lists are asked at {resolver}"));
        let metrics = program.metrics();
        let mut client = program.connect();
        let line = program.line_with(&format!("the resolver {resolver} cannot be asked: "));
        assert!(line.to_lowercase().contains("connection refused"), "{line}");
        program.line_with(" postscreen: 503");
        program.line_with(" postscreen: upstream connect error");
        read_exact(&mut client, BANNER);
        assert_eq!(ask(&mut program).0, "503");
        assert!((metric(metrics, "host_sim_resolver_failures_total") - 2.0).abs() < 0.1);
    }
}

#[test]
fn there_may_be_nobody_to_ask() {
    let mut program = Program::serve("ask.wat", &["--resolver", "none"]);
    assert_eq!(ask(&mut program).0, "503");
}

#[test]
fn more_questions_than_are_allowed_wait_for_their_turn() {
    let server = serve(Manner::LoseFirst);
    let resolver = format!("udp://{}", server.address);
    let mut program = Program::serve("ask.wat", &["--resolver", &resolver, "--max-questions", "1"]);
    let start = Instant::now();
    let mut clients: Vec<_> = (0..3).map(|_| program.connect()).collect();
    // The first question is lost and asked again after two seconds; the others have not been asked before.
    for _ in 0..3 {
        program.line_with(" postscreen: 200");
    }
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(server.asked(), 4);
    for client in &mut clients {
        read_exact(client, BANNER);
    }
}

#[test]
fn dns_over_http_without_tls_is_asked_over_one_connection() {
    let (server, _) = serve_http(HttpManner::Answer, false);
    let mut program = Program::serve("ask.wat", &["--resolver", &format!("http://{}", server.address)]);
    for _ in 0..3 {
        assert_listed(&mut program);
    }
    assert_eq!(server.asked(), 1);
}

#[test]
fn a_connection_that_the_server_closed_is_made_again() {
    let (server, _) = serve_http(HttpManner::Close, false);
    let mut program =
        Program::serve("ask.wat", &["--resolver", &format!("http://{}/dns-query", server.address)]);
    assert_listed(&mut program);
    std::thread::sleep(Duration::from_millis(600));
    assert_listed(&mut program);
    assert_eq!(server.asked(), 2);
}

#[test]
fn a_server_that_fails_is_heard_and_one_that_floods_is_not() {
    let (server, _) = serve_http(HttpManner::Fail, false);
    let mut program = Program::serve("ask.wat", &["--resolver", &format!("http://{}", server.address)]);
    assert_eq!(ask(&mut program).0, "500");

    let (server, _) = serve_http(HttpManner::Flood, false);
    let mut program = Program::serve("ask.wat", &["--resolver", &format!("http://{}", server.address)]);
    let _client = program.connect();
    program.line_with("the answer broke off: length limit exceeded");
}

#[test]
fn dns_over_https_is_asked_where_the_certificate_is_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    let (server, certificate) = serve_http(HttpManner::Answer, true);
    std::fs::write(&ca, certificate).unwrap();
    let port = server.address.port();
    let resolver = format!("https://localhost:{port}/dns-query");
    let trusting = ["--resolver", &resolver, "--resolver-ca", ca.to_str().unwrap()];
    assert_listed(&mut Program::serve("ask.wat", &trusting));

    let mut program = Program::serve("ask.wat", &["--resolver", &resolver]);
    let _client = program.connect();
    let line = program.line_with("cannot be asked: ");
    assert!(line.contains("TLS: invalid peer certificate"), "{line}");

    // Another name than the certificate's.
    let other = format!("https://127.0.0.1:{port}/dns-query");
    let mut program =
        Program::serve("ask.wat", &["--resolver", &other, "--resolver-ca", ca.to_str().unwrap()]);
    let _client = program.connect();
    program.line_with("TLS: invalid peer certificate");
}

#[test]
fn every_question_of_a_crowd_is_answered() {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    let (https, certificate) = serve_http(HttpManner::Answer, true);
    std::fs::write(&ca, certificate).unwrap();
    let (http, udp) = (serve_http(HttpManner::Answer, false).0, serve(Manner::Answer));
    let resolvers = [
        format!("https://localhost:{}", https.address.port()),
        format!("http://{}", http.address),
        format!("udp://{}", udp.address),
    ];
    for resolver in resolvers {
        let mut options = vec!["--resolver", &resolver, "--metrics", "127.0.0.1:0"];
        if resolver.starts_with("https") {
            options.extend(["--resolver-ca", ca.to_str().unwrap()]);
        }
        let mut program = Program::serve("ask.wat", &options);
        let metrics = program.metrics();
        let mut clients: Vec<_> = (0..CROWD).map(|_| program.connect()).collect();
        for client in &mut clients {
            read_exact(client, BANNER);
        }
        let answers = metric(metrics, "host_sim_resolver_answers_total");
        assert!((answers - f64::from(CROWD)).abs() < 0.1, "{answers} answers from {resolver}");
    }
    assert_eq!((https.asked(), http.asked()), (1, 1));
}

#[test]
fn a_ca_file_without_certificates_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    for (text, said) in [(Some("# nothing\n"), "there is none"), (None, "No such file")] {
        if let Some(text) = text {
            std::fs::write(&ca, text).unwrap();
        } else {
            std::fs::remove_file(&ca).unwrap();
        }
        let ca = ca.to_str().unwrap();
        let shown = complaint("ask.wat", &["--resolver", "https://localhost/", "--resolver-ca", ca]);
        assert!(shown.contains("--resolver-ca ") && shown.contains(said), "{shown}");
    }
}

#[test]
fn zones_from_a_file_answer_in_place_of_a_resolver() {
    let directory = tempfile::tempdir().unwrap();
    let zone = directory.path().join("zone.yaml");
    std::fs::write(&zone, "bl.test:\n  127.0.0.9: 127.0.0.2\n").unwrap();
    let mut program = Program::serve("ask.wat", &["--zone", zone.to_str().unwrap()]);
    program.line_with("DNS lists are asked at ");
    assert_listed(&mut program);
}

#[test]
fn with_a_configuration_of_ones_own_the_systems_resolver_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("policy.json");
    std::fs::write(&config, "{}").unwrap();
    let mut program = Program::serve("hold.wat", &["--config", config.to_str().unwrap()]);
    let line = program.line_with("DNS lists are asked at ");
    // Whatever this machine has.
    assert!(line.contains("at udp://") || line.ends_with("at none"), "{line}");
    let mut program = Program::serve("hold.wat", &[]);
    program.line_with("DNS lists are asked at built-in zones");
}

/// The patience of the tests covers the module's own.
const _: () = assert!(PATIENCE.as_secs() > 3);
