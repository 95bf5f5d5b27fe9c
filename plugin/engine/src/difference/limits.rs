//! How much there may be of everything.

use super::pair::Pair;
use super::{Difference, Topic};

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    let found =
        [connection_count(pair), pre_queue(pair), post_queue(pair), command_count(pair), line_length(pair)];
    found.into_iter().flatten().collect()
}

fn connection_count(pair: Pair<'_>) -> Option<Difference> {
    let field = "client_connection_count_limit";
    pair.plain(
        Topic::Limits,
        field,
        |policy| policy.client_connection_count_limit,
        |_, now| {
            vec![match now {
                0 => "A client may have any number of sessions at the same time.".to_owned(),
                _ => format!(
                    "A client with more than {now} sessions at the same time is told to come again (421)."
                ),
            }]
        },
    )
}

fn pre_queue(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(
        Topic::Limits,
        "pre_queue_limit",
        |policy| policy.pre_queue_limit,
        |_, now| match now {
            0 => vec!["Any number of clients is screened at the same time; there is no stress.".to_owned()],
            _ => vec![
                format!("When {now} clients are being screened, another one is told to come again (421)."),
                "From nine tenths of that on it is stress, and waits are shorter.".to_owned(),
            ],
        },
    )
}

fn post_queue(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(Topic::Limits, "post_queue_limit", |policy| policy.post_queue_limit, |_, now| {
        vec![match now {
            0 => "Any number of clients may wait for the mail server's greeting.".to_owned(),
            _ => format!(
                "When {now} clients wait for the mail server's greeting, another one is told to come again (421)."
            ),
        }]
    })
}

fn command_count(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(
        Topic::Limits,
        "command_count_limit",
        |policy| policy.command_count_limit,
        |_, now| vec![format!("A client that the screen talks to is closed after {now} commands.")],
    )
}

fn line_length(pair: Pair<'_>) -> Option<Difference> {
    pair.plain(
        Topic::Limits,
        "line_length_limit",
        |policy| policy.line_length_limit,
        |_, now| {
            vec![format!("A client that the screen talks to is closed at a line of {now} bytes or more.")]
        },
    )
}
