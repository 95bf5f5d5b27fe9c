//! The running program.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The most that any step may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How lines begin that say where clients come in.
const LISTENING: &str = "listening on ";

/// `host-sim serve` on a free port; killed when dropped.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    /// Where it listens, in the order of its options.
    places: Vec<String>,
}

fn command(module: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
    command.args(["serve", "--module", &format!("{}/tests/serve/{module}", env!("CARGO_MANIFEST_DIR"))]);
    if !args.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    command.args(args).env("NO_COLOR", "1");
    command
}

/// Runs it to its end.
pub fn output(module: &str, args: &[&str]) -> Output {
    command(module, args).output().unwrap()
}

/// What it says before it fails to start, on one line.
pub fn complaint(module: &str, args: &[&str]) -> String {
    let output = output(module, args);
    assert!(!output.status.success() && output.stdout.is_empty());
    let shown = String::from_utf8(output.stderr).unwrap();
    // Reports are wrapped, and where depends on how long the paths in them are.
    let words: Vec<_> = shown.split_whitespace().filter(|&word| word != "│").collect();
    words.join(" ")
}

impl Program {
    pub fn serve(module: &str, args: &[&str]) -> Self {
        Self::start(command(module, args), args)
    }

    /// As [`Program::serve`], in a process that may open only so many files.
    pub fn serve_with_files(files: u32, module: &str, args: &[&str]) -> Self {
        let inner = command(module, args);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files}; exec \"$@\""), "sh"]);
        command.arg(inner.get_program()).args(inner.get_args());
        Self::start(command, args)
    }

    /// As [`Program::serve`], with its log in a file.
    pub fn serve_into(log: File, module: &str) -> Self {
        // Bound and dropped: it is free.
        let place = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let child = command(module, &["--listen", &place]).stdout(log).spawn().unwrap();
        let program = Self { child, lines: channel().1, places: vec![place] };
        let begin = Instant::now();
        while TcpStream::connect(program.place(0)).is_err() {
            assert!(begin.elapsed() < PATIENCE);
            thread::sleep(Duration::from_millis(50));
        }
        program
    }

    /// As [`Program::serve`], and does not wait for it to listen.
    pub fn begin(module: &str, args: &[&str]) -> Self {
        Self::spawn(command(module, args))
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = lines(child.stdout.take().unwrap());
        Self { child, lines, places: Vec::new() }
    }

    fn start(command: Command, args: &[&str]) -> Self {
        let mut program = Self::spawn(command);
        for _ in 0..args.iter().filter(|arg| **arg == "--listen").count().max(1) {
            let line = program.line_with(LISTENING);
            let (_, place) = line.split_once(LISTENING).unwrap();
            program.places.push(place.trim_end_matches(['"', '}']).to_owned());
        }
        program
    }

    pub fn place(&self, index: usize) -> &str {
        &self.places[index]
    }

    pub fn connect(&self) -> TcpStream {
        connect(self.place(0).parse().unwrap())
    }

    /// Waits for a line of output that contains `part`.
    pub fn line_with(&mut self, part: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|error| panic!("no line with {part:?}: {error}"));
            if line.contains(part) {
                return line;
            }
        }
    }

    /// All lines of output up to one that contains `part`.
    pub fn lines_until(&mut self, part: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.contains(part)) {
            let line = self.lines.recv_timeout(PATIENCE);
            lines.push(line.unwrap_or_else(|error| panic!("no line with {part:?}: {error}; {lines:#?}")));
        }
        lines
    }

    /// Closes the other end of its output, after the next line.
    pub fn stop_reading(&mut self) {
        self.lines = channel().1;
    }

    /// Where `--metrics` answers.
    pub fn metrics(&mut self) -> SocketAddr {
        let line = self.line_with("metrics are at http://");
        let (_, address) = line.split_once("http://").unwrap();
        address.split_once('/').unwrap().0.parse().unwrap()
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends a signal to this process only.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Either fails only when the program has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(output: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// A client that does not wait for ever.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

pub fn read_exact(stream: &mut impl Read, text: &str) {
    let mut bytes = vec![0; text.len()];
    stream.read_exact(&mut bytes).unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), text);
}

pub fn read_to_end(stream: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Status line and body of the answer to `GET PATH`.
pub fn get(address: SocketAddr, path: &str) -> (String, String) {
    request(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
}

/// Status line and body of the answer to a request.
pub fn request(address: SocketAddr, request: &str) -> (String, String) {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    let answer = String::from_utf8(read_to_end(&mut stream)).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
}

/// The value of one metric, labels included in its name.
pub fn metric(address: SocketAddr, name: &str) -> f64 {
    let (status, body) = get(address, "/metrics");
    assert_eq!(status, "HTTP/1.1 200 OK");
    let value = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in\n{body}")).parse().unwrap()
}
