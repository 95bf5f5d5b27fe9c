//! The running program.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// The most that any step may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// `host-sim serve` on a free port; killed when dropped.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    address: String,
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

impl Program {
    pub fn serve(module: &str, args: &[&str]) -> Self {
        let mut child = command(module, args).stdout(Stdio::piped()).spawn().unwrap();
        let lines = lines(child.stdout.take().unwrap());
        let mut program = Self { child, lines, address: String::new() };
        program.address = program.line_with("listening on ").replace("listening on ", "");
        program
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
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

    /// SIGTERM, to this process only.
    pub fn terminate(&self) {
        let status = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(status.success());
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
