//! The mail server behind the screen, and a name server that knows its name.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// Where the mail server listens.
pub const MAIL_SERVER: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 2526);
/// How it greets, after the address that the PROXY header names.
const GREETING: &str = "220 mail.test greets ";
/// Where questions for names go.
pub const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 53);
/// The name that it knows, as a question has it, and the type A after it.
const QUESTION: &[u8] = b"\x04mail\x03dns\x04test\0\0\x01";

const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Greets whoever comes, and says who that is.
pub fn serve_mail() -> Result<()> {
    let listener = TcpListener::bind(MAIL_SERVER).context("cannot be the mail server")?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that sees no greeting says so.
            let _ = greet(stream);
        }
    });
    Ok(())
}

fn greet(mut stream: TcpStream) -> Result<()> {
    // PROXY protocol, version 2: a signature, what follows, of which family, how long; for IPv4 the client's address
    // comes first.
    let mut header = [0; 28];
    stream.read_exact(&mut header)?;
    let [a, b, c, d] = [header[16], header[17], header[18], header[19]];
    stream.write_all(format!("{GREETING}{}\r\n", Ipv4Addr::new(a, b, c, d)).as_bytes())?;
    // Until the client goes.
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Answers questions for the address of `mail.dns.test`, and knows no other name.
pub fn serve_names() -> Result<()> {
    let socket = UdpSocket::bind((NAME_SERVER, 53)).context("cannot be the name server")?;
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            if let Some(answer) = answer(&question[..length]) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    Ok(())
}

/// RFC 1035, section 4.1: the question's number and text again, and one record that points at its name; or none, for
/// the type AAAA.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let (number, text) = (question.get(..2)?, question.get(12..)?);
    // The question ends behind its name with a type and a class. What follows is an extension that needs no answer.
    let name = text.iter().position(|byte| *byte == 0)?;
    let text = text.get(..name + 5)?;
    let known = text.starts_with(QUESTION);
    let mut answer = [number, b"\x81\x80\0\x01\0", &[u8::from(known)], b"\0\0\0\0", text].concat();
    if known {
        answer.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04");
        answer.extend(MAIL_SERVER.0.octets());
    }
    Some(answer)
}

/// A client's first line from the screen, when it waits, or when it talks at once.
pub fn visit(screen: (Ipv4Addr, u16), early: bool) -> Result<String> {
    let mut stream = TcpStream::connect(screen)?;
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    if early {
        stream.write_all(b"EHLO zombie\r\n")?;
    }
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).context("nothing came")?;
    Ok(line.trim_end().to_owned())
}

/// The mail server has greeted the client by its own address.
pub fn check_greeted(line: &str) -> Result<()> {
    ensure!(line == format!("{GREETING}127.0.0.1"), "came: {line:?}");
    Ok(())
}
