use super::{Forged, SmtpDialogue};

#[test]
fn a_forged_header_claims_to_be_the_mail_servers_own_host() {
    let v1 = String::from_utf8(Forged::V1.header()).unwrap();
    assert!(v1.starts_with("PROXY TCP4 127.0.0.1 ") && v1.ends_with("\r\n"), "{v1:?}");
    let v2 = Forged::V2.header();
    assert_eq!(v2[..12], *b"\r\n\r\n\0\r\nQUIT\n");
    assert_eq!(v2[12..20], [0x21, 0x11, 0, 12, 127, 0, 0, 1]);
}

#[test]
fn only_the_servers_lines_count() {
    let lines = ["> 250 2.1.5 Ok", "< 220 mx", "< 454 4.7.1 <x>: Relay access denied", ". the server closes"];
    let transcript = SmtpDialogue(lines.map(str::to_owned).to_vec());
    assert!(!transcript.has("250") && transcript.has("454"));
    assert!(transcript.mentions("denied") && !transcript.mentions("closes"));
    assert_eq!(transcript.to_string(), lines.join("\n"));
}
