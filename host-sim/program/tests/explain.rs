//! `host-sim explain` as a program: its exit status, and a DNS server on loopback.

use std::net::UdpSocket;
use std::process::{Command, Output};
use std::thread;

use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;

fn explain(words: &[&str]) -> Output {
    let fixtures = format!("{}/src/explain/tests", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
    command.arg("explain").args(words).current_dir(fixtures).env("NO_COLOR", "1").output().unwrap()
}

#[test]
fn explain_says_what_is_wrong_and_exits_with_2() {
    for (words, complaint) in [
        (&["300.1.1.1", "--config", "policy.json"][..], "expected an IP address"),
        (&["192.0.2.1", "--config", "missing.json"], "cannot read missing.json"),
        (&["192.0.2.1", "--config", "zone.yaml"], "is not valid"),
        (&["192.0.2.1", "--config", "policy.json", "--record", "x"], "expected 1 to 5 Unix times"),
        (
            &["192.0.2.1", "--config", "policy.json", "--zone", "zone.yaml", "--resolver", "127.0.0.1:53"],
            "cannot be used with",
        ),
    ] {
        let output = explain(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(complaint), "no {complaint:?} in {error}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn explain_asks_every_list_once_and_exits_with_0_whatever_the_verdict() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = socket.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        let mut asked = Vec::new();
        // As many as policy.json has lists.
        while asked.len() < 5 {
            let mut buffer = [0; 512];
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            let question = Message::from_octets(buffer[..length].to_vec()).unwrap();
            let name = question.sole_question().unwrap().into_qname();
            let listed = name.to_string().ends_with(".bl.test");
            let rcode = if listed { Rcode::NOERROR } else { Rcode::NXDOMAIN };
            let mut answer = MessageBuilder::new_vec().start_answer(&question, rcode).unwrap();
            if listed {
                answer.push((&name, Ttl::from_secs(77), A::new([127, 0, 0, 4].into()))).unwrap();
            }
            socket.send_to(&answer.finish(), from).unwrap();
            asked.push((question.header().id(), name.to_string()));
        }
        asked
    });
    let output = explain(&["203.0.113.9", "--config", "policy.json", "--resolver", &resolver]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for part in ["127.0.0.4, TTL 77 s", "Refused after 6 s (DNSBL)", "521 5.7.1 Service unavailable"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let mut asked = server.join().unwrap();
    assert!(asked.iter().any(|(id, _)| *id != 0), "ids are random on the wire");
    asked.sort_by(|(_, one), (_, other)| one.cmp(other));
    let names: Vec<_> = asked.into_iter().map(|(_, name)| name.replace("9.113.0.203.", "")).collect();
    assert_eq!(names, ["bl.test", "broken.test", "good.test", "key.other.test", "slow.test"]);
}
