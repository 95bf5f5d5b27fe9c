//! What is sent.

use relay_suite::machine::{DOMAIN, RECIPIENT};

use super::Sender;

/// One mail, before anybody has sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// In ASCII.
    pub subject: String,
    /// In UTF-8; every line ends in LF, the last one, too.
    pub body: String,
    /// Whom it is for: an address.
    pub recipient: String,
}

// === impl Letter ===

impl Letter {
    /// A letter to the one who has a mailbox, with all that goes wrong on the way of a mail if anything does: dots at
    /// the beginning of a line (RFC 5321 section 4.5.2), `From ` there (what parts mails in an mbox), bytes with the
    /// eighth bit, a line nearly as long as SMTP allows, and one in the middle that is empty.
    pub fn hard(subject: &str) -> Self {
        let long = "0123456789".repeat(90);
        let body = format!(
            "\
Dear recipient,

.This line begins with a dot,
..this one with two, and the next one is a dot.
.
From here on mailboxes part mails.
Grüße aus Köln, naïve café, ½ €, 漢字.
\tTabs\tand  blanks  stay.
{long}

Yours
"
        );
        Self { subject: subject.to_owned(), body, recipient: format!("{RECIPIENT}@{DOMAIN}") }
    }

    /// The mail as `sender` writes it. Lines end in LF.
    pub fn text(&self, sender: Sender) -> String {
        let Self { subject, body, recipient } = self;
        let from = sender.mailbox();
        format!(
            "\
From: <{from}>
To: <{recipient}>
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{body}"
        )
    }
}

#[cfg(test)]
mod tests;
