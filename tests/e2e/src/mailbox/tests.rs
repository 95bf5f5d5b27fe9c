use super::mails;

const MBOX: &str = "\
From sender@a.example  Mon Nov 30 15:05:00 2026
Return-Path: <sender@a.example>
Received: from a.example (a.example [203.0.113.1])
\tby mx.example.org (Postfix) with ESMTP id 1
\tfor <recipient@example.org>; Mon, 30 Nov 2026 15:05:00 +0000
Received: by a.example
subject: one

From: in the body this is no header.

>From here on it is quoted.
>> From: not so this one
.

From sender@b.example  Mon Nov 30 15:05:01 2026
Subject: two

";

#[test]
fn mails_part_where_an_empty_line_and_from_are() {
    let mails = mails(MBOX);
    let subjects: Vec<_> = mails.iter().filter_map(super::Mail::subject).collect();
    assert_eq!(subjects, ["one", "two"]);
}

#[test]
fn the_last_received_is_the_first_and_whole() {
    assert_eq!(
        mails(MBOX)[0].received().unwrap(),
        "from a.example (a.example [203.0.113.1]) by mx.example.org (Postfix) with ESMTP id 1 \
         for <recipient@example.org>; Mon, 30 Nov 2026 15:05:00 +0000"
    );
    assert_eq!(mails(MBOX)[1].received(), None);
}

#[test]
fn a_body_is_what_was_sent() {
    let mails = mails(MBOX);
    assert_eq!(
        mails[0].body(),
        "From: in the body this is no header.\n\nFrom here on it is quoted.\n>> From: not so this one\n.\n"
    );
    assert_eq!(mails[1].body(), "");
}

#[test]
fn an_empty_mailbox_has_no_mail() {
    assert_eq!(mails(""), []);
}
