use super::{Dialogue, NOW, shown};
use crate::line::TEXT_MAX;

const SORRY: &str = "say 421 localhost Service unavailable - try again later";

#[test]
fn commands_are_counted_and_quit_is_always_honoured() {
    for (commands, last, expected) in [
        (1, "NOOP", "say 250 2.0.0 Ok"),
        (2, "NOOP", "say 250 2.0.0 Ok"),
        (3, "NOOP", "log COMMAND COUNT LIMIT from [192.0.2.10]:48543 after UNIMPLEMENTED"),
        (3, "", "log COMMAND COUNT LIMIT from [192.0.2.10]:48543 after UNIMPLEMENTED"),
        (3, "QUIT", "say 221 2.0.0 Bye"),
    ] {
        let mut client = Dialogue::new(r#"{"command_count_limit": 2}"#);
        client.replies(&vec!["x"; commands - 1]);
        let heard = client.hears(format!("{last}\r\n"));
        let first = heard.iter().find(|line| !line.starts_with("count")).unwrap();
        assert_eq!(first, expected, "{commands}");
        if first.starts_with("log") {
            assert_eq!(heard[2..], [SORRY, "end CountLimit"]);
        }
    }
}

#[test]
fn a_line_has_a_limit_with_its_end() {
    for (length, accepted) in [(511, true), (512, true), (513, false)] {
        let mut client = Dialogue::new(r#"{"line_length_limit": 512}"#);
        client.replies(&["RSET"]);
        let heard = client.hears(format!("NOOP {}\r\n", "x".repeat(length - 7)));
        if accepted {
            assert_eq!(heard, ["say 250 2.0.0 Ok"]);
        } else {
            assert_eq!(
                heard,
                [
                    "count postscreen_command_length_limit_total",
                    "log COMMAND LENGTH LIMIT from [192.0.2.10]:48543 after RSET",
                    SORRY,
                    "end LengthLimit"
                ]
            );
        }
    }
}

#[test]
fn a_line_without_end_is_cut_off_whatever_it_is_made_of() {
    for piece in ["x", "\r", "\rx", "x\r", "\r\rx", "\0", " "] {
        for read in [1, 511, 512, 513] {
            let mut client = Dialogue::new(r#"{"line_length_limit": 512}"#);
            let text: Vec<u8> = piece.bytes().cycle().take(513).collect();
            let heard: Vec<_> = text.chunks(read).map(|bytes| client.hears(bytes)).collect();
            let (last, before) = heard.split_last().unwrap();
            assert!(before.iter().all(Vec::is_empty), "{piece:?} {read}");
            assert_eq!(last.last().unwrap(), "end LengthLimit", "{piece:?} {read}");
            assert_eq!(client.0.lines.held(), 0);
        }
    }
}

#[test]
fn the_time_limit_names_the_last_command() {
    let mut client = Dialogue::new("{}");
    client.replies(&["ehlo x"]);
    let heard: Vec<String> = client.0.time_out(NOW).into_iter().filter_map(shown).collect();
    assert_eq!(
        heard,
        [
            "count postscreen_command_time_limit_total",
            "log COMMAND TIME LIMIT from [192.0.2.10]:48543 after EHLO",
            "say 421 4.4.2 localhost Error: timeout exceeded",
            "end TimeLimit"
        ]
    );
    assert_eq!(client.0.time_out(NOW), []);
}

#[test]
fn a_log_line_is_cut_below_at_and_above_the_limit() {
    let empty = "NOQUEUE: reject: RCPT from [192.0.2.10]:48543: 450 4.3.2 Service currently unavailable; \
                 from=<>, to=<>, proto=SMTP, helo=<>";
    for (length, expected) in [(TEXT_MAX - 1, TEXT_MAX - 1), (TEXT_MAX, TEXT_MAX), (TEXT_MAX + 1, TEXT_MAX)] {
        let mut client = Dialogue::new("{}");
        client.replies(&["MAIL FROM:<>"]);
        let heard = client.hears(format!("RCPT TO:<{}>\r\n", "x".repeat(length - empty.len())));
        assert_eq!(heard[1].len() - "log ".len(), expected);
    }
}
