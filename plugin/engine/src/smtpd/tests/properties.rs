//! What holds whatever a client sends, in whatever pieces.

use super::{DEEP, Dialogue, NOW};
use crate::smtpd::{DialogueEvent, READ_MAX};
use proptest::prelude::*;

const LIMIT: usize = 512;

fn policies() -> impl Strategy<Value = String> {
    let action = || prop_oneof![Just("ignore"), Just("enforce"), Just("drop")];
    (action(), action(), action(), any::<bool>(), 1..30_u32).prop_map(
        |(pipelining, words, newline, on, count)| {
            format!(
                r#"{{"pipelining_action": "{pipelining}", "non_smtp_command_action": "{words}",
                "bare_newline_action": "{newline}", "soft_bounce": {on}, "smtputf8_enable": {on},
                "helo_required": {on}, "command_count_limit": {count}, "line_length_limit": {LIMIT}}}"#
            )
        },
    )
}

fn words() -> impl Strategy<Value = Vec<u8>> {
    let known = prop_oneof![
        Just("EHLO x"),
        Just("HELO y"),
        Just("MAIL FROM:<a@b>"),
        Just("RCPT TO:<\"c d\"@e>"),
        Just("NOOP"),
        Just("RSET"),
        Just("STARTTLS"),
        Just("VRFY x"),
        Just("Subject: x"),
        Just("GET /"),
        Just("\r\n"),
        Just("\r\n"),
        Just("\r\n"),
        Just("\r\n"),
        Just("\n"),
        Just("\0"),
        Just("DATA"),
        Just("BDAT 1"),
    ];
    prop_oneof![
        9 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => proptest::collection::vec(Just(b'x'), 0..600),
    ]
}

/// What a client sends, read by read.
fn reads() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let read = proptest::collection::vec(words(), 0..6).prop_map(|words| words.concat());
    proptest::collection::vec(read, 0..12)
}

/// Two more reads: the end of an unfinished line, and the end of the dialogue.
fn ended(reads: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let last = [b"\r\n".to_vec(), b"QUIT\r\n".to_vec()];
    reads.iter().cloned().chain(last).collect()
}

/// Plays the reads to the end.
fn play(client: &mut Dialogue, reads: &[Vec<u8>]) -> Vec<DialogueEvent> {
    ended(reads).iter().flat_map(|read| client.0.receive(read, NOW)).collect()
}

/// The model of the pipelining test: the index of the first line whose end is not the end of a read. BDAT ends the
/// dialogue anyhow.
fn first_impatient_line(reads: &[Vec<u8>]) -> Option<usize> {
    let all = reads.concat();
    let ends: Vec<usize> = reads
        .iter()
        .scan(0, |end, read| {
            *end += read.len();
            Some(*end)
        })
        .collect();
    let newlines = all.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(index, _)| index + 1);
    newlines.enumerate().find(|(_, end)| !ends.contains(end)).map(|(line, _)| line)
}

proptest! {
    #[test]
    fn it_never_panics_and_all_output_is_well_formed(policy in policies(), reads in reads()) {
        let mut client = Dialogue::watched(&policy, &DEEP);
        let events = play(&mut client, &reads);
        for event in &events {
            match event {
                DialogueEvent::Log(text) => {
                    prop_assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", text);
                }
                DialogueEvent::Say(reply) => {
                    let text = str::from_utf8(reply).unwrap();
                    let lines: Vec<&str> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
                    prop_assert!(lines.iter().all(|line| line.len() <= 510 && !line.contains(['\r', '\n'])));
                }
                _ => {}
            }
        }
        let ends = events.iter().filter(|event| matches!(event, DialogueEvent::End(_))).count();
        prop_assert_eq!(ends, 1, "QUIT at the latest");
        prop_assert!(matches!(events.last(), Some(DialogueEvent::End(_))));
    }

    #[test]
    fn replies_do_not_depend_on_how_bytes_arrive(policy in policies(), reads in reads(), cut in 1..50_usize) {
        let watch = [DEEP[1], DEEP[2]];
        let text = reads.concat();
        let pieces: Vec<Vec<u8>> = text.chunks(cut).map(<[u8]>::to_vec).collect();
        let all = play(&mut Dialogue::watched(&policy, &watch), &reads);
        let piece_by_piece = play(&mut Dialogue::watched(&policy, &watch), &pieces);
        prop_assert_eq!(all, piece_by_piece);
    }

    #[test]
    fn pipelining_is_what_the_model_says(reads in proptest::collection::vec(
        proptest::collection::vec(prop_oneof![
            Just("NOOP"), Just("\r\n"), Just("\r\n"), Just("RCPT"), Just("STARTTLS"), Just("\n"),
        ], 0..6).prop_map(|words| words.concat().into_bytes()), 0..10)
    ) {
        let policy = r#"{"command_count_limit": 1000, "pipelining_action": "ignore"}"#;
        let events = play(&mut Dialogue::watched(policy, &DEEP[..1]), &reads);
        let is_reply = |event: &&DialogueEvent| matches!(event, DialogueEvent::Say(_));
        let replies = |events: &[DialogueEvent]| events.iter().filter(is_reply).count();
        let is_report =
            |event: &DialogueEvent| matches!(event, DialogueEvent::Log(text) if text.contains("PIPELINING"));
        let reported = events.iter().position(is_report);
        // Every line before has had its reply, and the line itself not yet.
        prop_assert_eq!(reported.map(|index| replies(&events[..index])), first_impatient_line(&ended(&reads)));
    }

    #[test]
    fn starttls_is_as_final_as_what_recipients_get(policy in policies(), reads in reads()) {
        let mut client = Dialogue::watched(&policy, &DEEP);
        for read in reads {
            client.hears(read);
        }
        client.hears("\r\n");
        let tls = client.hears("STARTTLS\r\n").last().is_some_and(|last| last.starts_with("say 454 4.7.0 "));
        let mail = client.hears("VRFY x\r\n").last().is_some_and(|last| last.starts_with("say 450 4.3.2 "));
        prop_assert!(client.0.ended || tls == mail);
    }

    #[test]
    fn memory_is_bounded(policy in policies(), reads in reads(), long in 0..20_000_usize) {
        let mut client = Dialogue::watched(&policy, &DEEP);
        for read in reads.iter().chain([&[b"STARTTLS\r\n", &vec![b'x'; long][..]].concat()]) {
            client.0.receive(read, NOW);
            prop_assert!(client.0.held.len() <= READ_MAX);
            prop_assert!(client.0.lines.held() <= 2 * LIMIT);
            let envelope = &client.0.envelope;
            let texts = [envelope.helo.as_ref(), envelope.sender.as_ref()];
            prop_assert!(texts.into_iter().flatten().all(|text| text.len() <= LIMIT));
        }
    }
}
