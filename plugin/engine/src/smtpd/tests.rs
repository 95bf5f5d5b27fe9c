//! Dialogues as stories: what the client sends together, and all that comes of it, line by line.

mod commands;
mod limits;
mod properties;
mod starttls;
mod violations;

use super::*;

/// 2023-11-14T22:13:20Z.
const NOW: u64 = 1_700_000_000;

struct Dialogue(Smtpd);

impl Dialogue {
    /// A dialogue in which no deep test runs.
    fn new(policy: &str) -> Self {
        Self::watched(policy, &[])
    }

    fn watched(policy: &str, watch: &[Test]) -> Self {
        Self::from("192.0.2.10:48543", policy, watch)
    }

    fn from(client: &str, policy: &str, watch: &[Test]) -> Self {
        Self::rejected(client, policy, watch, reply::COME_AGAIN)
    }

    fn rejected(client: &str, policy: &str, watch: &[Test], reject: &str) -> Self {
        let policy = Arc::new(Policy::parse(policy.as_bytes()).unwrap());
        let watch = watch.iter().copied().collect();
        Self(Smtpd::new(policy, client.parse().unwrap(), watch, reject.to_owned(), None))
    }

    /// The client sends all of this at once.
    fn hears(&mut self, text: impl AsRef<[u8]>) -> Vec<String> {
        self.0.receive(text.as_ref(), NOW).into_iter().filter_map(shown).collect()
    }

    /// The client sends these lines one by one; only the replies are shown.
    fn replies(&mut self, lines: &[&str]) -> Vec<String> {
        let all = lines.iter().flat_map(|line| self.hears(format!("{line}\r\n")));
        all.filter_map(|line| line.strip_prefix("say ").map(str::to_owned)).collect()
    }
}

fn shown(event: DialogueEvent) -> Option<String> {
    Some(match event {
        DialogueEvent::Say(bytes) => {
            let text = String::from_utf8(bytes).unwrap();
            format!("say {}", text.strip_suffix("\r\n").unwrap().replace("\r\n", " | "))
        }
        DialogueEvent::Log(text) => format!("log {text}"),
        DialogueEvent::Count(counter) => format!("count {}", counter.name()),
        DialogueEvent::LineDone | DialogueEvent::Violated(..) => return None,
        DialogueEvent::Passed(test) => format!("passed {test:?}"),
        DialogueEvent::Failed(test) => format!("failed {test:?}"),
        DialogueEvent::Ignored(test) => format!("ignored {test:?}"),
        DialogueEvent::ViolatedOnTrial(test) => format!("on trial {}", test.as_str()),
        DialogueEvent::End(ending) => format!("end {ending:?}"),
    })
}

const DEEP: [Test; 3] = [Test::Pipelining, Test::NonSmtpCommand, Test::BareNewline];

#[test]
fn a_good_client_is_deferred_and_passes() {
    let mut client = Dialogue::watched(r#"{"myhostname": "mx.example"}"#, &DEEP);
    assert_eq!(client.0.greeting(), b"220 mx.example ESMTP\r\n");
    assert_eq!(client.hears("HELO good.example\r\n"), ["say 250 mx.example"]);
    assert_eq!(client.hears("MAIL FROM:<s@x.example> SIZE=7\r\n"), ["say 250 2.1.0 Ok"]);
    assert_eq!(client.hears("RCPT TO:<u@exam"), [""; 0]);
    assert_eq!(
        client.hears("ple.com>\r\n"),
        [
            "passed BareNewline",
            "passed NonSmtpCommand",
            "passed Pipelining",
            "count postscreen_recipients_rejected_total",
            "log NOQUEUE: reject: RCPT from [192.0.2.10]:48543: 450 4.3.2 Service currently unavailable; \
             from=<s@x.example>, to=<u@example.com>, proto=SMTP, helo=<good.example>",
            "say 450 4.3.2 Service currently unavailable",
        ]
    );
    assert_eq!(client.hears("QUIT\r\n"), ["say 221 2.0.0 Bye", "end Quit"]);
    assert_eq!(client.hears("NOOP\r\n"), [""; 0], "nobody listens any more");
}

#[test]
fn a_bot_that_sends_everything_at_once_is_refused() {
    let mut client = Dialogue::watched("{}", &DEEP);
    let mail = "EHLO bot\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n.\r\nQUIT\r\n";
    let heard = client.hears(mail);
    let heard: Vec<&str> = heard.iter().map(String::as_str).filter(|line| !line.contains("250-")).collect();
    assert_eq!(
        heard,
        [
            "log COMMAND PIPELINING from [192.0.2.10]:48543 after EHLO: \
             MAIL FROM:<a@b>\\r\\nRCPT TO:<c@d>\\r\\nDATA\\r\\nSubject: x\\r\\n.\\r\\nQUIT\\r\\n",
            "count postscreen_pipelining_total",
            "failed Pipelining",
            "say 250 2.1.0 Ok",
            "passed BareNewline",
            "passed NonSmtpCommand",
            "count postscreen_recipients_rejected_total",
            "log NOQUEUE: reject: RCPT from [192.0.2.10]:48543: 550 5.5.1 Protocol error; \
             from=<a@b>, to=<c@d>, proto=ESMTP, helo=<bot>",
            "say 550 5.5.1 Protocol error",
            "log DATA without valid RCPT from [192.0.2.10]:48543",
            "say 554 5.5.1 Error: no valid recipients",
            "end NoRecipient",
        ]
    );
}

#[test]
fn with_soft_bounce_every_refusal_is_a_temporary_one() {
    let mut client = Dialogue::watched(r#"{"soft_bounce": true}"#, &[Test::Pipelining]);
    assert_eq!(
        client.hears("MAIL FROM:<>\r\nRCPT TO:<c@d>\r\n")[4..],
        [
            "count postscreen_recipients_rejected_total",
            "log NOQUEUE: reject: RCPT from [192.0.2.10]:48543: 450 4.5.1 Protocol error; \
             from=<>, to=<c@d>, proto=SMTP, helo=<>",
            "say 450 4.5.1 Protocol error",
        ]
    );
    assert_eq!(
        client.replies(&["HELO", "EXPN"]),
        ["401 Syntax: HELO hostname", "402 4.5.2 Error: command not recognized"]
    );
}

#[test]
fn a_footer_follows_every_refusal_and_is_not_logged() {
    let policy = r#"{"reject_footer": "\\c. Call us\\nfrom $client_address:${client_port} at $localtime"}"#;
    let mut client = Dialogue::new(policy);
    assert_eq!(client.hears("NOOP\r\n"), ["say 250 2.0.0 Ok"]);
    assert_eq!(client.hears("MAIL FROM:<>\r\n"), ["say 250 2.1.0 Ok"]);
    let heard = client.hears("RCPT TO:<>\r\n");
    assert!(heard[1].contains("450 4.3.2 Service currently unavailable; from=<>"), "{heard:?}");
    assert_eq!(
        heard[2],
        "say 450-4.3.2 Service currently unavailable. Call us | \
         450 4.3.2 from 192.0.2.10:48543 at Nov 14 22:13:20"
    );
    assert_eq!(
        client.replies(&["ETRN"]),
        ["500-Syntax: ETRN domain. Call us | 500 from 192.0.2.10:48543 at Nov 14 22:13:20"]
    );
}
