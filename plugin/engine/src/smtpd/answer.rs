//! What the dummy SMTP server answers to each command.

use super::command::{Command, Verb, extract, quote};
use super::{DialogueEnd, Smtpd};
use crate::metric::Counter;
use crate::policy::{EhloKeyword, Policy};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::IpAddr;

const HELO_FIRST: &str = "503 5.5.1 Error: send HELO/EHLO first\r\n";
const NOT_IMPLEMENTED: &str = "502 5.5.1 Error: command not implemented\r\n";
const NO_RECIPIENTS: &str = "554 5.5.1 Error: no valid recipients\r\n";
const OK: &str = "250 2.0.0 Ok\r\n";

/// The order in which postscreen logs what it leaves out.
const LOG_ORDER: [EhloKeyword; 13] = [
    EhloKeyword::EightBitMime,
    EhloKeyword::Auth,
    EhloKeyword::Etrn,
    EhloKeyword::Pipelining,
    EhloKeyword::Size,
    EhloKeyword::Vrfy,
    EhloKeyword::Xclient,
    EhloKeyword::Xforward,
    EhloKeyword::Starttls,
    EhloKeyword::Enhancedstatuscodes,
    EhloKeyword::Dsn,
    EhloKeyword::Smtputf8,
    EhloKeyword::Chunking,
];

impl Smtpd {
    /// Answers a command. Parameters of commands are ignored.
    pub(super) fn answer(&mut self, command: &Command<'_>) {
        match command.verb {
            Some(Verb::Helo) => self.helo(command),
            Some(Verb::Ehlo) => self.ehlo(command),
            Some(Verb::Starttls) => self.starttls(command),
            Some(Verb::Mail) => self.mail(command),
            Some(Verb::Rcpt) => self.rcpt(command),
            Some(Verb::Data) => self.data(command),
            Some(Verb::Bdat) => self.bdat(command),
            Some(Verb::Rset) => {
                self.envelope.sender = None;
                self.say(OK);
            }
            Some(Verb::Noop) => self.say(OK),
            Some(Verb::Vrfy) => self.vrfy(command),
            Some(Verb::Etrn) => self.etrn(command),
            Some(Verb::Quit) => self.say_and_end("221 2.0.0 Bye\r\n", DialogueEnd::Quit),
            Some(Verb::Auth | Verb::Xclient | Verb::Xforward) | None => {
                self.say("502 5.5.2 Error: command not recognized\r\n");
            }
        }
    }

    fn helo(&mut self, command: &Command<'_>) {
        let Some(name) = command.argument() else { return self.say("501 Syntax: HELO hostname\r\n") };
        self.greeted(name);
        self.say(&format!("250 {}\r\n", self.policy.myhostname));
    }

    fn ehlo(&mut self, command: &Command<'_>) {
        let Some(name) = command.argument() else { return self.say("501 Syntax: EHLO hostname\r\n") };
        self.greeted(name);
        // A later HELO does not take this back.
        self.envelope.extended = true;
        let offer = self.offer();
        self.say(&offer);
    }

    /// Chooses what this client does not get to see, logs it if that is special to this client, and returns the reply.
    fn offer(&mut self) -> String {
        let general: BTreeSet<EhloKeyword> = self.policy.discard_ehlo_keywords.iter().copied().collect();
        let special = special(&self.policy, self.client.ip()).filter(|special| *special != general);
        if let Some(special) = &special
            && !special.is_empty()
            && !special.contains(&EhloKeyword::SilentDiscard)
        {
            let names = LOG_ORDER.iter().filter(|keyword| special.contains(keyword));
            let names: Vec<&str> = names.map(|keyword| keyword.as_str()).collect();
            let (address, port) = (self.client.ip(), self.client.port());
            // No colon before the port: as in postscreen.
            let text = format!("[{address}]{port}: discarding EHLO keywords: {}", names.join(" "));
            self.log(text.as_bytes());
        }
        self.discarded = special.unwrap_or(general);
        ehlo_reply(&self.policy, &self.discarded)
    }

    fn greeted(&mut self, name: &[u8]) {
        self.envelope.helo = Some(name.to_vec());
        self.envelope.sender = None;
    }

    /// There is no TLS here. A client that is only deferred hears that there is none now (RFC 3207, section 4): one
    /// that insists on TLS would take postscreen's 502 as final.
    fn starttls(&mut self, command: &Command<'_>) {
        self.say(if command.argument().is_some() {
            "501 5.5.4 Syntax: STARTTLS\r\n"
        } else if self.defers() {
            "454 4.7.0 TLS not available due to local problem\r\n"
        } else {
            NOT_IMPLEMENTED
        });
    }

    fn mail(&mut self, command: &Command<'_>) {
        let text = if self.lacks_helo() {
            HELO_FIRST
        } else if self.envelope.sender.is_some() {
            "503 5.5.1 Error: nested MAIL command\r\n"
        } else if let Some(address) = command.behind_colon() {
            self.envelope.sender = Some(extract(address));
            "250 2.1.0 Ok\r\n"
        } else {
            "501 5.5.4 Syntax: MAIL FROM:<address>\r\n"
        };
        self.say(text);
    }

    fn rcpt(&mut self, command: &Command<'_>) {
        let Some(sender) = &self.envelope.sender else {
            return self.say("503 5.5.1 Error: need MAIL command\r\n");
        };
        let Some(address) = command.behind_colon() else {
            return self.say("501 5.5.4 Syntax: RCPT TO:<address>\r\n");
        };
        let reject = self.policy.reply_style().soften(&self.reject);
        let mut text =
            format!("NOQUEUE: reject: RCPT from {}: {}; ", self.peer(), reject.trim_end()).into_bytes();
        text.extend_from_slice(b"from=<");
        text.extend(quote(sender));
        text.extend_from_slice(b">, to=<");
        text.extend(quote(&extract(address)));
        text.extend_from_slice(if self.envelope.extended {
            b">, proto=ESMTP, helo=<"
        } else {
            b">, proto=SMTP, helo=<"
        });
        text.extend_from_slice(self.envelope.helo.as_deref().unwrap_or_default());
        text.push(b'>');
        self.count(Counter::RecipientRejected);
        self.log(&text);
        self.say_reject();
    }

    /// Nobody sends DATA here who reads replies: no recipient was accepted. So there is nothing to wait for.
    fn data(&mut self, command: &Command<'_>) {
        self.log(format!("DATA without valid RCPT from {}", self.peer()).as_bytes());
        let text = if command.argument().is_some() {
            "501 5.5.4 Syntax: DATA\r\n"
        } else if self.envelope.sender.is_none() {
            "503 5.5.1 Error: need RCPT command\r\n"
        } else {
            NO_RECIPIENTS
        };
        self.say_and_end(text, DialogueEnd::NoRecipient);
    }

    fn bdat(&mut self, command: &Command<'_>) {
        self.log(format!("BDAT without valid RCPT from {}", self.peer()).as_bytes());
        let text = if self.discarded.contains(&EhloKeyword::Chunking) {
            NOT_IMPLEMENTED
        } else if command.argument().is_none() {
            "501 5.5.4 Syntax: BDAT count [LAST]\r\n"
        } else if self.envelope.sender.is_none() {
            "554 5.5.1 Error: need MAIL command\r\n"
        } else {
            NO_RECIPIENTS
        };
        self.say_and_end(text, DialogueEnd::NoRecipient);
    }

    fn vrfy(&mut self, command: &Command<'_>) {
        if command.argument().is_none() {
            self.say("501 5.5.4 Syntax: VRFY address\r\n");
        } else if self.policy.disable_vrfy_command {
            self.say("502 5.5.1 VRFY command is disabled\r\n");
        } else {
            self.say_reject();
        }
    }

    fn etrn(&mut self, command: &Command<'_>) {
        self.say(if self.lacks_helo() {
            HELO_FIRST
        } else if command.argument().is_none() {
            "500 Syntax: ETRN domain\r\n"
        } else {
            "458 Unable to queue messages\r\n"
        });
    }

    fn say_reject(&mut self) {
        let text = self.reject.clone();
        self.say(&text);
    }

    /// Whether the client has failed nothing, so that its mail may come again. `soft_bounce` plays no part in that.
    fn defers(&self) -> bool {
        self.reject.starts_with('4')
    }

    fn lacks_helo(&self) -> bool {
        self.policy.helo_required && self.envelope.helo.is_none()
    }
}

/// The keywords that `discard_ehlo_keyword_address_maps` names for this client, if it says anything about it.
fn special(policy: &Policy, client: IpAddr) -> Option<BTreeSet<EhloKeyword>> {
    let rule = policy.discard_ehlo_keyword_address_maps.iter().find(|rule| rule.cidr.matches(client))?;
    Some(rule.keywords.iter().copied().collect())
}

fn ehlo_reply(policy: &Policy, discarded: &BTreeSet<EhloKeyword>) -> String {
    let size = match policy.message_size_limit {
        0 => EhloKeyword::Size.as_str().to_owned(),
        limit => format!("{} {limit}", EhloKeyword::Size),
    };
    let offers = [
        (EhloKeyword::Size, true),
        (EhloKeyword::Vrfy, !policy.disable_vrfy_command),
        (EhloKeyword::Etrn, true),
        (EhloKeyword::Enhancedstatuscodes, true),
        (EhloKeyword::EightBitMime, true),
        (EhloKeyword::Dsn, true),
        (EhloKeyword::Smtputf8, policy.smtputf8_enable),
        (EhloKeyword::Chunking, true),
    ];
    let mut lines = vec![policy.myhostname.as_str()];
    for (keyword, _) in offers.into_iter().filter(|(keyword, on)| *on && !discarded.contains(keyword)) {
        lines.push(if keyword == EhloKeyword::Size { &size } else { keyword.as_str() });
    }
    let last = lines.len().saturating_sub(1);
    let mut reply = String::new();
    for (index, line) in lines.into_iter().enumerate() {
        let dash = if index == last { ' ' } else { '-' };
        // Writing to a String cannot fail.
        _ = write!(reply, "250{dash}{line}\r\n");
    }
    reply
}
