use super::{mail_with, received};

const MAILBOX: &str = "\
From a@client.example Mon
Received: from client.example (unknown [203.0.113.77])
\tby mx.example.org (Postfix) with ESMTP id 1
Received: from before
Subject: one

Hello

From b@client.example Mon
Received: from localhost (localhost [127.0.0.1])
Subject: one more
";

#[test]
fn a_mail_is_found_by_its_subject_and_the_last_hop_is_first() {
    let one = mail_with(MAILBOX, "Subject: one").unwrap();
    let expected =
        "Received: from client.example (unknown [203.0.113.77])\tby mx.example.org (Postfix) with ESMTP id 1";
    assert_eq!(received(one).unwrap(), expected);
    let more = mail_with(MAILBOX, "Subject: one more").unwrap();
    assert_eq!(received(more).unwrap(), "Received: from localhost (localhost [127.0.0.1])");
    assert!(mail_with(MAILBOX, "Subject: none").is_none());
    assert!(received("Subject: none\n").is_none());
}
