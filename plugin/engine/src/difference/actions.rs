//! Which tests are made, and what becomes of clients that fail them.

use super::entries::Changes;
use super::pair::{Pair, count, fate};
use super::{Difference, Topic};
use crate::policy::{Action, Policy};
use crate::record::Test;

/// What is known of a test here.
struct TestFields {
    test: Test,
    /// The field that turns it on, if that is all that it does.
    enable: Option<&'static str>,
    action_field: &'static str,
    action: fn(&Policy) -> Action,
    /// Who fails it: the beginning of a sentence.
    who: &'static str,
}

const TESTS: [TestFields; Test::COUNT] = [
    TestFields {
        test: Test::Pregreet,
        enable: None,
        action_field: "greet_action",
        action: |policy| policy.greet_action,
        who: "Clients that talk before their turn",
    },
    TestFields {
        test: Test::Dnsbl,
        enable: None,
        action_field: "dnsbl_action",
        action: |policy| policy.dnsbl_action,
        who: "Clients whose score reaches dnsbl_threshold",
    },
    TestFields {
        test: Test::Pipelining,
        enable: Some("pipelining_enable"),
        action_field: "pipelining_action",
        action: |policy| policy.pipelining_action,
        who: "Clients that send the next command too early",
    },
    TestFields {
        test: Test::NonSmtpCommand,
        enable: Some("non_smtp_command_enable"),
        action_field: "non_smtp_command_action",
        action: |policy| policy.non_smtp_command_action,
        who: "Clients that do not speak SMTP",
    },
    TestFields {
        test: Test::BareNewline,
        enable: Some("bare_newline_enable"),
        action_field: "bare_newline_action",
        action: |policy| policy.bare_newline_action,
        who: "Clients that end a line without CR",
    },
];

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    let of_tests = TESTS.iter().flat_map(|test| [enable(pair, test), action(pair, test)]);
    of_tests.chain([forbidden_commands(pair)]).flatten().collect()
}

fn enable(pair: Pair<'_>, fields: &TestFields) -> Option<Difference> {
    let is_on = |policy: &Policy| policy.enabled_tests().contains(fields.test);
    pair.plain(Topic::Served, fields.enable?, is_on, |_, on| {
        if !on {
            return vec![format!("{} are not looked for any more; no mail is deferred for it.", fields.who)];
        }
        vec![
            turned_on(pair, fields),
            "Each client's next mail is deferred once for this test, also that of clients who have passed the others."
                .to_owned(),
        ]
    })
}

fn action(pair: Pair<'_>, fields: &TestFields) -> Option<Difference> {
    pair.plain(Topic::Served, fields.action_field, fields.action, |before, now| {
        if let Some(off) = pair.without_effect_unless(fields.test) {
            return vec![off];
        }
        if !pair.old.enabled_tests().contains(fields.test) {
            return vec![turned_on(pair, fields)];
        }
        let (now, before) = (fate(now, pair.new), fate(before, pair.old));
        vec![format!("{} {now}; before, they {before}.", fields.who)]
    })
}

/// What happens to those who fail a test that was off.
fn turned_on(pair: Pair<'_>, fields: &TestFields) -> String {
    format!("{} {}; before, the test was off.", fields.who, fate((fields.action)(pair.new), pair.new))
}

/// What a field that does more than that says if it turns the test on or off.
pub fn test_turned(pair: Pair<'_>, test: Test) -> Option<String> {
    let fields = TESTS.iter().find(|fields| fields.test == test)?;
    match (pair.old.enabled_tests().contains(test), pair.new.enabled_tests().contains(test)) {
        (false, true) => Some(turned_on(pair, fields)),
        (true, false) => Some(format!("{} are not looked for any more: the test is off.", fields.who)),
        _ => None,
    }
}

/// A set of words, in any case.
fn forbidden_commands(pair: Pair<'_>) -> Option<Difference> {
    let words = |policy: &Policy| {
        let words = policy.forbidden_commands.iter().map(ToString::to_string);
        // The one table is no word.
        words
            .map(|word| if word.contains(':') { word } else { word.to_ascii_uppercase() })
            .collect::<Vec<_>>()
    };
    let changes = Changes::of_sets(words(pair.old), words(pair.new));
    if changes.is_empty() {
        return None;
    }
    let effect = pair.without_effect_unless(Test::NonSmtpCommand).unwrap_or_else(|| {
        let fate = fate(pair.new.non_smtp_command_action, pair.new);
        format!("Clients that begin a line with one of these words {fate}.")
    });
    let size = |policy: &Policy| count(policy.forbidden_commands.len(), "word");
    Some(Difference {
        topic: Topic::Served,
        field: "forbidden_commands",
        old: size(pair.old),
        new: size(pair.new),
        meaning: [vec![effect], changes.sentences(String::clone)].concat(),
    })
}
