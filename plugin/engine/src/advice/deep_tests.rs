//! What deep tests cost good clients.

use super::Advice;
use crate::policy::Policy;

/// One piece of advice, at the first of them that is on.
pub(super) fn advice(policy: &Policy) -> Option<Advice> {
    let tests = [
        ("pipelining_enable", policy.pipelining_enable),
        ("non_smtp_command_enable", policy.non_smtp_command_enable),
        ("bare_newline_enable", policy.bare_newline_enable),
    ];
    let (field, _) = tests.into_iter().find(|&(_, enabled)| enabled)?;
    Some(Advice {
        field,
        index: None,
        entry: "true".to_owned(),
        why: "Deep tests defer the first mail of every new client, and in the dummy SMTP server that does so there is \
              no TLS: where the mail server offers it, a sender that insists on TLS is deferred as well."
            .to_owned(),
        instead: "leave the deep tests off unless you know why you need them; if you do, permit in access_list whoever \
                  must not wait"
            .to_owned(),
    })
}
