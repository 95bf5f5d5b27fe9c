use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use super::*;

fn pipe() -> (io::PipeReader, Patient) {
    let (reader, writer) = io::pipe().unwrap();
    (reader, Patient::new(File::from(OwnedFd::from(writer))))
}

/// Writes until there is no room any more; how much there was.
fn fill(patient: &mut Patient) -> usize {
    let mut room = 0;
    loop {
        match patient.write(&[b'x'; PIPE_BUF]) {
            Ok(bytes) => room += bytes,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TimedOut);
                return room;
            }
        }
    }
}

#[test]
fn a_reader_that_hangs_is_waited_for_once() {
    let (mut reader, mut patient) = pipe();
    let room = fill(&mut patient);
    let begin = Instant::now();
    for _ in 0..1000 {
        assert_eq!(patient.write(b"line\n").unwrap_err().to_string(), "its reader hangs");
    }
    assert!(begin.elapsed() < Duration::from_secs(1));

    reader.read_exact(&mut vec![0; room]).unwrap();
    patient.write_all(b"line\n").unwrap();
    let mut line = [0; 5];
    reader.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"line\n");
}

#[test]
fn a_reader_that_is_slow_gets_everything() {
    let (mut reader, mut patient) = pipe();
    let text = vec![b'x'; 64 * PIPE_BUF];
    let length = text.len();
    let slow = thread::spawn(move || {
        let mut all = Vec::new();
        while all.len() < length {
            thread::sleep(Duration::from_millis(1));
            let mut some = [0; PIPE_BUF];
            let bytes = reader.read(&mut some).unwrap();
            all.extend_from_slice(&some[..bytes]);
        }
        all
    });
    patient.write_all(&text).unwrap();
    assert_eq!(slow.join().unwrap(), text);
}

#[test]
fn a_reader_that_is_gone_is_no_reason_to_wait() {
    let (reader, mut patient) = pipe();
    drop(reader);
    assert_eq!(patient.write(b"line\n").unwrap_err().kind(), ErrorKind::BrokenPipe);
}
